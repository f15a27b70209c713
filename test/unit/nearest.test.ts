import { expect, it } from "vitest";
import { nearest } from "../../provider/src/nearest";

it.each([
  ["colection", ["collection", "settings"], "collection"],
  ["TRANSPORT", ["transport", "simulatedHost"], "transport"],
  ["ignoreDisks", ["consistencyLevel", "ignoreNonSnapshottableDisks"], "ignoreNonSnapshottableDisks"],
  ["", ["a"], "a"],
])("%j of %j is %j", (word, candidates, expected) => expect(nearest(word, candidates)).toBe(expected));
