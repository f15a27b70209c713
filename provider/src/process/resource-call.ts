import type { ConfigurationSources } from "../config";
import type { HyperVError } from "../errors";
import type { Progress } from "./progress";

/** Plain JSON: inputs, outputs, state. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A resource's inputs or outputs. */
export type Properties = Readonly<Record<string, Json>>;

/** Stands for a value that isn't known before other resources are made, at any depth. */
export const notKnownYet: unique symbol = Symbol("not known yet");

/** JSON in which some values aren't known yet. */
export type Value =
  | null
  | boolean
  | number
  | string
  | typeof notKnownYet
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Inputs or outputs of which some aren't known yet. */
export type Values = Readonly<Record<string, Value>>;

/** Tells whether a value, or something inside it, isn't known yet. */
export function isUnknown(value: Value | undefined): boolean {
  if (value === notKnownYet) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(isUnknown);
}

/** Tells whether a value is a JSON object. */
export function isRecord<T>(value: T): value is T & Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The deployment that a resource belongs to. Two deployments never act on each other's recovery records. */
export interface Scope {
  readonly backend: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
}

/** How long each operation may take, in milliseconds; the default applies to what is absent. */
export interface Timeouts {
  readonly create?: number;
  readonly update?: number;
  readonly delete?: number;
}

/** What the deployment's state holds for a resource; null for nothing, `unknown` where it can't be asked. */
export type Saved =
  | {
      readonly id: string;
      readonly snapshotCollectionId: string | null;
      /** Set when the engine won't delete it: it has done so already to replace it, the program retains it, or it is only read. */
      readonly needsNoDelete?: true;
    }
  | null
  | "unknown";

/** The phrases in messages that differ from tool to tool. */
export interface Words {
  /** The command that applies the program, in backquotes. */
  readonly apply: string;
  /** The command that removes resources, in backquotes. */
  readonly destroy: string;
  /** The command that takes a resource out of the state, in backquotes. */
  readonly forget: string;
  /** What gives an operation more time. */
  readonly moreTime: string;
  /** How two resources come to be replaced in the right order. */
  readonly replaceTogether: string;
  /** Names a configuration key as its users write it. */
  readonly key: (name: string) => string;
}

/** Describes one call of a resource's method, by either adapter. */
export interface ResourceCall {
  readonly scope: Scope;
  /** The name of the resource in its deployment: the live URN. Empty if it isn't known: nothing can be recovered then. */
  readonly resource: string;
  /** Other names that the resource may have had. */
  readonly formerResources: readonly string[];
  /** Tells whether `resource` is the resource's name now: a caller may know only the one that a state once stored. */
  isCurrent(): Promise<boolean>;
  readonly settings: ConfigurationSources;
  readonly timeouts: Timeouts;
  /** Ends every wait, with its reason. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Asks what the state holds. It may take a second, so it is asked only when an earlier run left a record. */
  saved(): Promise<Saved>;
  /**
   * Asks for the ids of all resources and snapshots that the deployment's states hold, under whatever name, in lower case; `unknown` where one of the
   * states can't be asked. It may take seconds, so it is asked only before what an earlier run left is used.
   *
   * @param scope - Another deployment's, for what its project's states hold.
   */
  savedIds(scope?: Scope): Promise<ReadonlySet<string> | "unknown">;
  readonly words: Words;
  /** Whether `create` and `update` only look up what can be known; nothing is changed. */
  readonly preview: boolean;
}

/** What the next call needs to finish a snapshot that isn't complete. */
export interface Pending {
  /** Object path of the job; null when the host made the snapshot at once, or when it isn't known. */
  readonly job: string | null;
  /** The ids of the group's snapshot collections before. */
  readonly before: readonly string[];
  /** Object path of the result, once it is known. */
  readonly made: string | null;
  /** Set while it isn't known whether the request took effect. */
  readonly outcomeUnknown?: true;
  /**
   * What the group had gained by then is the result: while a request is at work, hosts take no other snapshot of its machines. By the host's clock
   * when the job was last seen running; by ours, while the outcome is unknown, until when the request may have reached the host.
   */
  readonly until?: string;
  /** Set when no result will come: the code of the reason. Its message may hold a secret, such as the name of the group. */
  readonly failed?: string;
}

/** What the state holds of a resource. */
export interface SavedResource {
  readonly id: string;
  /** Every input is echoed in them. */
  readonly outputs: Properties;
  /** Null when the resource is complete. */
  readonly pending: Pending | null;
}

/** The reason why an input can't be used. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** Checked inputs, with defaults. */
export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly CheckFailure[];
}

/** A replacement: which inputs require it, why, and whether the old resource is deleted first. */
export interface Replacement {
  readonly inputs: readonly string[];
  readonly reason: string;
  readonly oldFirst: boolean;
}

/** What differs between a state and a program. */
export type Difference = { readonly changes: boolean } | { readonly replace: Replacement };

/** The answer of `create` and `update`. */
export interface Answer {
  readonly id: string;
  readonly outputs: Values;
  readonly pending: Pending | null;
  /** Set when the resource is kept although it isn't complete: why. */
  readonly incomplete?: HyperVError;
  /** The file of the recovery record, which is of no use once the state holds the resource. */
  readonly recordFile?: string | undefined;
}

/** The answer of `read`. */
export interface ReadResource extends SavedResource {
  readonly inputs: Properties;
}

/** One kind of resource, as adapters call it. */
export interface ManagedResource {
  /** @param olds - The inputs that the state holds; null for a new resource. */
  check(call: ResourceCall, olds: Properties | null, news: Values): Promise<Checked>;
  diff(call: ResourceCall, state: SavedResource, news: Values): Promise<Difference>;
  /** Tells whether a replacement has to delete the old one first. */
  deletesOldFirst(call: ResourceCall, inputs: Values): boolean;
  create(call: ResourceCall, inputs: Values): Promise<Answer>;
  /** @returns Null when the resource is deleted. */
  read(call: ResourceCall, state: SavedResource): Promise<ReadResource | null>;
  update(call: ResourceCall, state: SavedResource, news: Values): Promise<Answer>;
  delete(call: ResourceCall, state: SavedResource): Promise<void>;
}

/** The prefix of properties that no program sees. */
const hiddenPrefix = "__";

const pendingKey = "__pending";

/** Makes what a state holds of an answer: `pending` is a hidden output. */
export function toState({ outputs, pending }: Pick<Answer, "outputs" | "pending">): Values {
  return { ...outputs, ...(pending && { [pendingKey]: { ...pending } }) };
}

/** Reads what a state holds, whichever adapter wrote it. */
export function fromState(id: string, properties: Properties): SavedResource {
  const pending = properties[pendingKey];
  return { id, outputs: visible(properties), pending: isRecord(pending) ? (pending as unknown as Pending) : null };
}

/** Leaves out the properties that no program sees. */
export function visible<T>(properties: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !name.startsWith(hiddenPrefix)));
}
