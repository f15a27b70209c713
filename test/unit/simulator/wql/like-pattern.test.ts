import { expect, test } from "vitest";
import { likePattern } from "../../../../provider/src/simulator/wql/like-pattern";

test.each<[string, readonly string[], readonly string[]]>([
  ["web-%", ["web-", "WEB-01"], ["db-01", "xweb-"]],
  ["%01", ["01", "web-01"], ["01x"]],
  ["%e%0%", ["web-01"], ["wxb-1"]],
  ["web-0_", ["web-01", "web-0ä"], ["web-0", "web-012"]],
  ["web-0[1-3]", ["web-01", "web-03"], ["web-04"]],
  ["web-0[^1-3]", ["web-04"], ["web-01"]],
  ["[ab_%]x", ["ax", "_x", "%x"], ["cx"]],
  ["Microsoft:%", ["Microsoft:1\n2"], ["microsof"]],
  ["", [""], ["a"]],
  ["%", ["", "a"], []],
  ["[", ["["], []],
  [".*", [".*"], ["xx"]],
  ["💾_", ["💾x"], ["💾"]],
])("LIKE '%s'", (pattern, fitting, others) => {
  const matches = likePattern(pattern);
  expect(fitting.filter(matches)).toEqual(fitting);
  expect(others.filter(matches)).toEqual([]);
});

test("every pattern is matched quickly", () => {
  const matches = likePattern(`${"%a".repeat(50)}b`);
  expect(matches("a".repeat(20_000))).toBe(false);
});
