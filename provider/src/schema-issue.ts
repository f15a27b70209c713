import type * as v from "valibot";
import { nearest } from "./nearest";

/** A schema as far as its keys can be found: behind optional values and lists, too. */
interface SchemaPart {
  readonly entries?: Readonly<Record<string, SchemaPart>>;
  readonly wrapped?: SchemaPart;
  readonly item?: SchemaPart;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  record: "an object",
  object: "an object",
  strict_object: "an object",
  integer: "a whole number",
  non_empty: "something, not an empty text",
};

/** Says what is wrong at one place of a seed or a fault, in words of ours: the library's own are for programmers. */
export function issueText(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): string {
  const isKey = issue.type === "strict_object" || issue.type === "object";
  if (isKey && issue.expected === "never") {
    const key = String(issue.path?.at(-1)?.key);
    const known = knownKeys(schema as SchemaPart, issue.path ?? []);
    const meant = nearest(key, known);
    const remedy = meant === undefined ? `use one of ${known.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
    return `there is no such key; ${remedy}`;
  }
  if (isKey && issue.expected?.startsWith('"')) return "it is missing";
  if (!issue.message.startsWith("Invalid ")) return decapitalized(issue.message);
  return `it must be ${wanted(issue)}; it is ${shown(issue.input)}`;
}

function wanted({ type, expected, requirement }: v.BaseIssue<unknown>): string {
  if (type === "min_value") return `at least ${requirement}`;
  if (type === "max_value") return `at most ${requirement}`;
  if (type === "picklist" || type === "literal") return orList(expected ?? "");
  if (type === "variant" || type === "union") return "one of the forms that the documentation shows";
  return typeNames[type] ?? "something else";
}

/** Turns `("off" | "on")` into `"off" or "on"`. */
function orList(expected: string): string {
  const values = expected.replace(/^\(|\)$/g, "").split(" | ");
  const last = values.pop() ?? "";
  return values.length === 0 ? last : `${values.join(", ")} or ${last}`;
}

function shown(input: unknown): string {
  if (input === undefined) return "missing";
  if (Array.isArray(input)) return "a list";
  return typeof input === "object" && input !== null ? "an object" : JSON.stringify(input);
}

function knownKeys(schema: SchemaPart, path: readonly v.IssuePathItem[]): readonly string[] {
  let part: SchemaPart | undefined = behind(schema);
  for (const { key } of path.slice(0, -1)) {
    part = part && behind(part.item ?? part.entries?.[String(key)]);
  }
  return Object.keys(part?.entries ?? {}).filter((key) => key !== "$schema");
}

function behind(part: SchemaPart | undefined): SchemaPart | undefined {
  return part?.wrapped === undefined ? part : behind(part.wrapped);
}

const decapitalized = (text: string) => text.replace(/^Expected /, "expected ");
