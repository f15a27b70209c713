import { parseDuration } from "../duration";
import {
  type CheckFailure,
  isRecord,
  type Json,
  notKnownYet,
  type Properties,
  type Timeouts,
  type Value,
  type Values,
} from "../process/resource-call";
import { lostFile, lostValueKey } from "../types/lost-value";

/** What the resource class adds to the inputs (`__meta`), since the dynamic host drops it. */
export interface Meta {
  /** The URN at the last registration. The state keeps the one of then: a renamed stack or resource has another. */
  readonly urn?: string;
  /** Absent for the one that every stack of a local backend has. */
  readonly organization?: string;
  /** The URNs that the resource may have had. Not kept in the state. */
  readonly aliases?: readonly string[];
  /** As written in `customTimeouts`: Go durations such as `30m`. */
  readonly timeouts?: { readonly [Operation in keyof Timeouts]?: string };
}

/**
 * What Pulumi sends for a value that isn't known yet, in `check` and `diff` of a preview.
 * Source: `unknownValue` of the Node SDK's runtime.
 */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key under which Pulumi's runtime marks assets, archives and other special values. Source: `specialSigKey`. */
const specialSignatureKey = "4dabf18193072939515e22adb298388d";

/** Reads `__meta`. */
export function metaOf(properties: Properties): Meta {
  const meta = properties["__meta"];
  return isRecord(meta) ? (meta as Meta) : {};
}

/** The hidden inputs, as a state keeps them. */
export function hiddenInputs(properties: Properties): Properties {
  const { aliases: _, ...meta } = metaOf(properties);
  const { __provider, __meta } = properties;
  return {
    ...(__provider !== undefined && { __provider }),
    ...(__meta !== undefined && { __meta: meta as Properties }),
  };
}

/** Reads timeouts in milliseconds. */
export function timeoutsOf(properties: Properties): Timeouts {
  const { timeouts = {} } = metaOf(properties);
  return Object.fromEntries(
    Object.entries(timeouts).flatMap(([name, text]) => {
      const milliseconds = typeof text === "string" ? parseDuration(text) : undefined;
      return milliseconds === undefined ? [] : [[name, milliseconds]];
    }),
  );
}

/** Checks `customTimeouts`. */
export function checkTimeouts(properties: Properties): CheckFailure[] {
  return Object.entries(metaOf(properties).timeouts ?? {}).flatMap(([operation, text]) =>
    typeof text === "string" && parseDuration(text) === undefined
      ? [
          {
            property: `customTimeouts.${operation}`,
            reason: `${JSON.stringify(text)} isn't a duration; write one such as "30m" or "1h30m"`,
          },
        ]
      : [],
  );
}

/** Reads a value as Pulumi sends it: unknown values become a symbol, assets what `check` refuses. */
export function fromWire(value: Json): Value {
  if (value === unknownValue) return notKnownYet;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromWire);
  if (specialSignatureKey in value) return { [lostValueKey]: lostFile };
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, fromWire(entry as Json)]));
}

/** Writes a value as Pulumi expects it. */
export function toWire(value: Value): Json {
  if (value === notKnownYet) return unknownValue;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toWire);
  return wireProperties(value as Values);
}

/** Writes inputs or outputs as Pulumi expects them. */
export function wireProperties(values: Values): Properties {
  return Object.fromEntries(Object.entries(values).map(([name, entry]) => [name, toWire(entry)]));
}
