import { expect, it } from "vitest";
import { nearest, suggestion } from "../../provider/src/nearest";

it.each([
  ["colection", ["collection", "settings"], "collection"],
  ["TRANSPORT", ["transport", "simulatedHost"], "transport"],
  ["ignoreNon", ["consistencyLevel", "ignoreNonSnapshottableDisks"], "ignoreNonSnapshottableDisks"],
  ["hots", ["host", "transport"], "host"],
  ["pigeon", ["transport", "host"], undefined],
  ["east", ["west"], undefined],
  ["", ["a"], undefined],
  ["a", [], undefined],
])("%j of %j is %j", (word, candidates, expected) => expect(nearest(word, candidates)).toBe(expected));

it("asks a question only if a candidate is near", () => {
  expect(suggestion("eest", ["east"])).toBe('Did you mean "east"? ');
  expect(suggestion("prod", ["east"])).toBe("");
});
