import fc from "fast-check";
import { HyperVError } from "../../provider/src/errors";

/** What has a meaning somewhere on the way: in WQL, object paths, XML, PowerShell, JSON and JavaScript. */
const meaningful = fc.constantFrom(
  ..."'\"\\`$%_[]{}()<>&;#=.,:/|*!@^~-+ \t\r\n\0\u0001\u001e\u0085\u00a0\u2018\u2019\u201c\u2028\ufeff\uffff",
  "' OR ''='",
  "$(Stop-Computer)",
  "\r\n1 ",
  "]]>",
  "<!--",
  "<![CDATA[",
  "&#0;",
  "--",
  "/*",
  "OR",
  "NULL",
  "__proto__",
  "constructor",
  "İ",
  "ß",
  "漢",
  "\u{1f600}",
  "\ud800",
  "\udc00",
);

/** Texts that a person might type, and texts that are made to do harm. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.string({ unit: meaningful }),
  fc.string({ unit: fc.oneof(meaningful, fc.string({ maxLength: 3 })), maxLength: 40 }),
);

/** A GUID as programs and hosts write it. */
export const guid = fc.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);

/** A name of WMI's: of a class, a property, a key. */
export const identifier = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty").map((name) => name as string),
);

/** Changes a text a little, often enough that it is no longer what it was. */
export function changed(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length });
  const piece = fc.oneof(meaningful, fc.string({ maxLength: 2 }), fc.constant(""));
  return fc
    .array(fc.tuple(place, fc.nat({ max: 3 }), piece), { minLength: 1, maxLength: 3 })
    .map((edits) => edits.reduce((now, [at, length, put]) => now.slice(0, at) + put + now.slice(at + length), text));
}

/** A JSON value with something in it exchanged, left out or added, wherever that is. */
export function changedJson(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  return fc
    .array(fc.tuple(fc.constantFrom(...places), oddValue), { minLength: 1, maxLength: 2 })
    .map((edits) => edits.reduce((now, [place, put]) => withValue(now, place, put), value));
}

/** Stands for a key that is left out. */
const nothing = Symbol("nothing");

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(nothing, null, true, "", 0, -1, 0.5, 2 ** 53, 1e308, [], {}, [[]]),
  anyText,
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const inside = Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]));
  return [at, ...inside];
}

function withValue(value: unknown, [key, ...rest]: Place, put: unknown): unknown {
  if (key === undefined) return put === nothing ? null : put;
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const items = copy as Record<string | number, unknown>;
  if (rest.length === 0 && put === nothing) delete items[key];
  else items[key] = withValue(items[key], rest, put);
  return copy;
}

/** What an action comes to: its result, or the typed error that it ends with. Anything else that it throws goes on. */
export async function outcome<T>(
  action: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly error?: never } | { readonly error: HyperVError; readonly value?: never }> {
  try {
    return { value: await action() };
  } catch (error) {
    if (HyperVError.isInstance(error)) return { error };
    throw error;
  }
}
