import * as v from "valibot";
import { suggestion } from "../nearest";
import { type CheckFailure, isRecord, isUnknown, notKnownYet, type Values } from "./resource-call";

/** A schema of inputs, which knows their names. */
type InputsSchema = v.GenericSchema & { readonly entries: Readonly<Record<string, unknown>> };

/** The input that names a connection; whether there is such a one is for the configuration to say. */
export const connectionName = v.string("write the name of a connection, as text");

/** What messages need to know beyond the schema. */
export interface InputWords {
  /** What to write, for inputs whose absence or kind is wrong. */
  readonly forms: Readonly<Record<string, string>>;
  /** The names of the properties of inputs that are objects. */
  readonly nested?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Checks inputs against a schema: every failure at once, each on its property, with the correct form.
 *
 * Values that a preview doesn't know yet are let through, at any depth. Null is the same as no value.
 */
export function checkFailures(schema: InputsSchema, news: Values, words: InputWords): CheckFailure[] {
  const { issues = [] } = v.safeParse(schema, givenAmong(news));
  return issues
    .filter(({ path = [] }) => !path.some(({ value }) => value === notKnownYet))
    .map((issue) => asFailure(issue, Object.keys(schema.entries), words))
    .filter(({ property }) => !isUnknown(news[property]));
}

/** `"a", "b"`. */
export function orList(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}

function givenAmong(values: Values): Values {
  const given = Object.entries(values).filter(([, entry]) => entry !== notKnownYet && entry !== null);
  return Object.fromEntries(given.map(([name, entry]) => [name, isRecord(entry) ? givenAmong(entry) : entry]));
}

function asFailure(issue: v.BaseIssue<unknown>, names: readonly string[], words: InputWords): CheckFailure {
  const keys = (issue.path ?? []).map(({ key }) => String(key));
  const property = keys.join(".");
  if (issue.type !== "strict_object") return { property, reason: issue.message };
  const [first = "", name = first] = keys;
  if (issue.expected !== "never") {
    const wrong = issue.received === "undefined" ? "it is missing" : `${issue.received} can't be used`;
    return { property, reason: `${wrong}; write ${words.forms[property] ?? "another value"}` };
  }
  const known = keys.length > 1 ? (words.nested?.[first] ?? []) : names;
  return {
    property,
    reason: `there is no such input. ${suggestion(name, known, String)}The inputs are ${orList(known)}`,
  };
}
