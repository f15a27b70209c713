import { parseDuration } from "../duration";
import type { Json, Properties } from "./protocol";

/** How long each operation may take, as written in `customTimeouts`: Go durations such as `30m`. */
export interface Timeouts {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
}

/** What the resource class tells its lifecycle beside the inputs (`__meta`), since the dynamic host drops it. */
export interface Meta {
  /** For the row in the terminal, and for finding what was begun; identity never depends on a stored one. */
  readonly urn?: string;
  /** Absent for the one that every stack of a local backend has. */
  readonly organization?: string;
  /** Which id the state held when the program asked; absent where it couldn't be learnt, or nothing was begun. */
  readonly saved?: { readonly id: string | null };
  readonly timeouts?: Timeouts;
}

/** What the next call needs to go on with a snapshot that isn't complete (`__pending`). */
export interface Pending {
  /** Object path of the job; null when the host made the snapshot at once. */
  readonly job: string | null;
  /** The ids of the group's snapshot collections before. */
  readonly before: readonly string[];
  /** Object path of the snapshot collection, once it is known. */
  readonly made: string | null;
  /** Set when the answer to the request was lost: neither a job nor a snapshot is known to have come of it. */
  readonly answerLost?: true;
  /** Set when no snapshot will come of it: what the host said. */
  readonly failed?: string;
}

const defaultMinutes = { create: 30, update: 10, delete: 30 } as const;

/** Reads `__meta`; whatever isn't there is left out. */
export function metaOf(properties: Properties): Meta {
  const meta = properties["__meta"];
  return isRecord(meta) ? (meta as Meta) : {};
}

/** Reads `__pending`; null for a complete resource. */
export function pendingOf(outputs: Readonly<Record<string, unknown>>): Pending | null {
  const pending = outputs["__pending"];
  return isRecord(pending) ? (pending as unknown as Pending) : null;
}

/** How long an operation may take, in milliseconds: what the program says, else 30 minutes (update: 10). */
export function timeoutMs(properties: Properties, operation: keyof Timeouts): number {
  const text = metaOf(properties).timeouts?.[operation];
  return (text === undefined ? undefined : parseDuration(text)) ?? defaultMinutes[operation] * 60_000;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
