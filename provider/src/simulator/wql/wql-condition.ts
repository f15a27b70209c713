import { CimInstancePath } from "../../cim/cim-instance-path";
import type { CimValue } from "../../cim/cim-value";
import type { PropertyDeclaration } from "../../schema/class-declaration";
import { likePattern } from "./like-pattern";
import type { WqlCondition, WqlLiteral, WqlOperator } from "./wql-query";

/** Reads a property of the instance at hand. */
export type PropertyReader = (name: string) => CimValue;

/** Whether an instance fulfils the condition; null where a value that isn't there leaves it open, as in SQL. */
export type WqlPredicate = (read: PropertyReader) => boolean | null;

/** Finds a property of the queried class in the schema's spelling. */
type PropertyLookup = (
  name: string,
) => { readonly name: string; readonly declaration: PropertyDeclaration } | undefined;

/**
 * Makes a test from a condition.
 *
 * @throws TypeError when the class lacks a property, or a value can't be compared with one.
 */
export function wqlPredicate(condition: WqlCondition, lookup: PropertyLookup): WqlPredicate {
  switch (condition.kind) {
    case "and": {
      const [left, right] = [wqlPredicate(condition.left, lookup), wqlPredicate(condition.right, lookup)];
      return (read) => {
        const first = left(read);
        if (first === false) return false;
        const second = right(read);
        return second === false ? false : first === null || second === null ? null : true;
      };
    }
    case "or": {
      const [left, right] = [wqlPredicate(condition.left, lookup), wqlPredicate(condition.right, lookup)];
      return (read) => {
        const first = left(read);
        if (first === true) return true;
        const second = right(read);
        return second === true ? true : first === null || second === null ? null : false;
      };
    }
    case "not": {
      const inner = wqlPredicate(condition.condition, lookup);
      return (read) => {
        const result = inner(read);
        return result === null ? null : !result;
      };
    }
    case "isNull": {
      const { name } = found(condition.property, lookup);
      return (read) => read(name) === null;
    }
    case "compare":
      return comparison(condition.property, condition.operator, condition.literal, lookup);
  }
}

function found(
  property: string,
  lookup: PropertyLookup,
): { readonly name: string; readonly declaration: PropertyDeclaration } {
  const known = lookup(property);
  if (known === undefined) throw new TypeError(`the class has no property ${property}`);
  return known;
}

function comparison(
  property: string,
  operator: WqlOperator,
  literal: WqlLiteral,
  lookup: PropertyLookup,
): WqlPredicate {
  const { name, declaration } = found(property, lookup);
  if (operator === "LIKE") {
    if (declaration.type !== "string") throw new TypeError(`LIKE needs a string, and ${name} is ${declaration.type}`);
    const matches = likePattern(String(literal));
    return (read) => whenPresent(read(name), (value) => matches(String(value)));
  }
  const toComparable = comparableFor(name, declaration.type, operator);
  const wanted = toComparable(literal);
  return (read) => whenPresent(read(name), (value) => holds(toComparable(value as WqlLiteral), operator, wanted));
}

function whenPresent(value: CimValue, test: (value: CimValue) => boolean): boolean | null {
  return value === null ? null : test(value);
}

type Comparable = string | number | bigint;

/** Turns both sides into what can be compared: texts without regard to case, times as microseconds. */
function comparableFor(
  name: string,
  type: string,
  operator: WqlOperator,
): (value: WqlLiteral | CimInstancePath) => Comparable {
  const unfit = (value: unknown): never => {
    throw new TypeError(
      `${name} is ${type} and can't be compared with ${typeof value === "string" ? `'${value}'` : String(value)}`,
    );
  };
  if (type.endsWith("[]")) return unfit;
  // behaviour: textsCompareWithoutCase
  if (type === "string") return (value) => (typeof value === "string" ? value.toLowerCase() : unfit(value));
  if (type === "boolean") {
    return (value) => {
      const text = String(value).toLowerCase();
      return text === "true" || text === "1" ? 1 : text === "false" || text === "0" ? 0 : unfit(value);
    };
  }
  if (type === "datetime") return (value) => microseconds(value) ?? unfit(value);
  if (type.startsWith("ref ")) {
    if (operator !== "=" && operator !== "<>") return unfit;
    return (value) => {
      if (value instanceof CimInstancePath) return value.identity;
      return typeof value === "string" ? CimInstancePath.parse(value).identity : unfit(value);
    };
  }
  return (value) => {
    if (typeof value === "number" || typeof value === "bigint") return value;
    return typeof value === "string" && /^[+-]?\d+$/.test(value) ? BigInt(value.replace("+", "")) : unfit(value);
  };
}

function holds(left: Comparable, operator: WqlOperator, right: Comparable): boolean {
  switch (operator) {
    case "=":
      return !(left < right) && !(left > right);
    case "<>":
      return left < right || left > right;
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    default:
      return left >= right;
  }
}

function microseconds(value: unknown): bigint | undefined {
  const text = String(value);
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-]\d{3})$/.exec(text);
  if (time !== null) {
    const [year, month, day, hour, minute, second, micros, offset] = time.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return BigInt(Date.UTC(year, month - 1, day, hour, minute - offset, second)) * 1000n + BigInt(micros);
  }
  const interval = /^(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000$/.exec(text);
  if (interval === null) return undefined;
  const [days, hours, minutes, seconds, micros] = interval.slice(1).map(BigInt) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return ((days * 24n + hours) * 60n + minutes) * 60_000_000n + seconds * 1_000_000n + micros;
}

/**
 * Finds what a condition says about a key, so that an index can be asked instead of every instance.
 *
 * @returns The key and the values of which one must hold, or `undefined` where the condition doesn't pin a key down.
 */
export function pinnedKey(
  condition: WqlCondition,
  keys: readonly string[],
): { readonly key: string; readonly values: readonly string[] } | undefined {
  if (condition.kind === "compare" && condition.operator === "=" && typeof condition.literal === "string") {
    const key = keys.find((name) => name.toLowerCase() === condition.property.toLowerCase());
    return key === undefined ? undefined : { key, values: [condition.literal] };
  }
  if (condition.kind === "and") return pinnedKey(condition.left, keys) ?? pinnedKey(condition.right, keys);
  if (condition.kind !== "or") return undefined;
  const [left, right] = [pinnedKey(condition.left, keys), pinnedKey(condition.right, keys)];
  if (left === undefined || right === undefined || left.key !== right.key) return undefined;
  return { key: left.key, values: [...left.values, ...right.values] };
}
