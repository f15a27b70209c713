import { describe, expect, test } from "vitest";
import { pinnedKey } from "../../../../provider/src/simulator/wql/wql-condition";
import { parseWql } from "../../../../provider/src/simulator/wql/wql-parser";
import type { SelectQuery } from "../../../../provider/src/simulator/wql/wql-query";

const where = (condition: string) => (parseWql(`SELECT * FROM C WHERE ${condition}`) as SelectQuery).where;
const compare = (property: string, operator: string, literal: unknown) => ({
  kind: "compare",
  property,
  operator,
  literal,
});

describe("SELECT", () => {
  test("* or a list, keywords in any case", () => {
    expect(parseWql("select * from Msvm_ComputerSystem")).toEqual({
      kind: "select",
      properties: null,
      className: "Msvm_ComputerSystem",
      where: null,
    });
    expect(parseWql(" SELECT a,\tb FROM C ")).toMatchObject({ properties: ["a", "b"] });
  });

  test("every operator, and values on either side", () => {
    expect(where("a = 1")).toEqual(compare("a", "=", 1));
    expect(where("a != -1")).toEqual(compare("a", "<>", -1));
    expect(where("a<>'x'")).toEqual(compare("a", "<>", "x"));
    expect(where("a <= 0x10")).toEqual(compare("a", "<=", 16));
    expect(where("a >= 18446744073709551615")).toEqual(compare("a", ">=", 18446744073709551615n));
    expect(where("a = TRUE")).toEqual(compare("a", "=", true));
    expect(where("a like 'x%'")).toEqual(compare("a", "LIKE", "x%"));
    expect(where("3 < a")).toEqual(compare("a", ">", 3));
    expect(where("a IS NULL")).toEqual({ kind: "isNull", property: "a" });
    expect(where("a IS NOT NULL")).toEqual({ kind: "not", condition: { kind: "isNull", property: "a" } });
    expect(where("a = null")).toEqual({ kind: "isNull", property: "a" });
  });

  test("texts in either quotes, with escapes", () => {
    expect(where(String.raw`a = 'it\'s \\ "x"'`)).toEqual(compare("a", "=", `it's \\ "x"`));
    expect(where(String.raw`a = "say \"x\" 'y'"`)).toEqual(compare("a", "=", `say "x" 'y'`));
    expect(where(`a = 'Zoë\n${"x".repeat(1_000_000)}'`)).toEqual(compare("a", "=", `Zoë\n${"x".repeat(1_000_000)}`));
  });

  test("NOT binds closer than AND, AND closer than OR, parentheses closest", () => {
    const [a, b, c] = [compare("a", "=", 1), compare("b", "=", 2), compare("c", "=", 3)];
    expect(where("a=1 OR b=2 AND c=3")).toEqual({ kind: "or", left: a, right: { kind: "and", left: b, right: c } });
    expect(where("(a=1 OR b=2) AND NOT c=3")).toEqual({
      kind: "and",
      left: { kind: "or", left: a, right: b },
      right: { kind: "not", condition: c },
    });
  });
});

describe("ASSOCIATORS OF and REFERENCES OF", () => {
  test("with their clauses", () => {
    const query = parseWql(
      'ASSOCIATORS OF {Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="a{}b"} WHERE AssocClass=A ResultClass = R role=Antecedent ResultRole=Dependent',
    );
    expect(query).toMatchObject({
      kind: "associators",
      associationClass: "A",
      resultClass: "R",
      role: "Antecedent",
      resultRole: "Dependent",
      path: { keys: { Name: "a{}b" } },
    });
    expect(parseWql("references of {C.K='1'} where ResultClass=A Role=B")).toMatchObject({
      kind: "references",
      associationClass: "A",
      role: "B",
    });
    expect(parseWql("ASSOCIATORS OF {C.K='1'}")).toMatchObject({ kind: "associators", path: { className: "C" } });
  });
});

describe("a malformed query", () => {
  test.each([
    ["", 1],
    ["DELETE FROM C", 1],
    ["SELECT FROM C", 13],
    ["SELECT * FROM", 14],
    ["SELECT * FROM C WHERE", 22],
    ["SELECT * FROM C WHERE a", 24],
    ["SELECT * FROM C WHERE a =", 26],
    ["SELECT * FROM C WHERE a = 'x", 27],
    ["SELECT * FROM C WHERE a = x", 27],
    ["SELECT * FROM C WHERE (a = 1", 29],
    ["SELECT * FROM C WHERE a = 1)", 28],
    ["SELECT * FROM C WHERE a = 1 b = 2", 29],
    ["SELECT * FROM C;", 16],
    ["SELECT * FROM C WHERE a < NULL", 27],
    ["SELECT * FROM C WHERE a LIKE 5", 31],
    ["SELECT * FROM C WHERE a = 1x", 27],
    ["ASSOCIATORS OF C", 16],
    ["ASSOCIATORS OF {C", 16],
    ["ASSOCIATORS OF {C.} WHERE AssocClass=A", 16],
    ["ASSOCIATORS OF {C.K=1} WHERE", 29],
    ["ASSOCIATORS OF {C.K=1} WHERE Colour=A", 30],
    ["ASSOCIATORS OF {C.K=1} WHERE Role=A Role=B", 41],
    ["REFERENCES OF {C.K=1} WHERE AssocClass=A", 29],
  ])("%s: is reported at character %i", (text, at) => {
    expect(() => parseWql(text)).toThrow(SyntaxError);
    expect(() => parseWql(text)).toThrow(new RegExp(`at character ${at}$`));
  });

  test("is refused if it is nested too deeply", () => {
    expect(() => where(`${"(".repeat(100_000)}a=1`)).toThrow("no more than 200");
    expect(() => where(`${"NOT ".repeat(100_000)}a=1`)).toThrow("no more than 200");
  });
});

test("finds a condition on a key, so that an index can be used", () => {
  const pinned = (condition: string) =>
    pinnedKey(where(condition) as NonNullable<ReturnType<typeof where>>, ["InstanceID", "Name"]);
  expect(pinned("instanceid = 'a'")).toEqual({ key: "InstanceID", values: ["a"] });
  expect(pinned("InstanceID = 'a' OR InstanceID = 'b' OR 'c' = InstanceID")).toEqual({
    key: "InstanceID",
    values: ["a", "b", "c"],
  });
  expect(pinned("JobState = 7 AND (InstanceID = 'a' OR InstanceID = 'b')")).toEqual({
    key: "InstanceID",
    values: ["a", "b"],
  });
  expect(pinned("InstanceID = 'a' OR JobState = 7")).toBeUndefined();
  expect(pinned("InstanceID = 'a' OR Name = 'a'")).toBeUndefined();
  expect(pinned("NOT InstanceID = 'a'")).toBeUndefined();
  expect(pinned("InstanceID > 'a'")).toBeUndefined();
});
