import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "../config";
import { HyperVError } from "../errors";
import { normalizeGuid, readCollectionDesignator } from "../hyperv/collection-designator";
import {
  type Difference,
  isUnknown,
  type Properties,
  type SavedResource,
  type Value,
  type Values,
} from "../process/resource-call";
import { inputNames, replacingInputs, snapshotTypeNumber } from "./properties";

/** What the order and the meaning of a change depend on. */
export interface DiffSituation {
  /** A host that may destroy dependent snapshots must not get the new one first. */
  readonly dependents: Configuration["dependents"];
  /** The connection that a resource without one uses. */
  readonly defaultConnection: string | undefined;
}

/** Compares what the state holds with what the program wants. */
export function diffSnapshot(
  { outputs, pending }: SavedResource,
  news: Values,
  { dependents, defaultConnection }: DiffSituation,
): Difference {
  const olds = outputs;
  // a resource that names the default connection stays on its host
  const named = (inputs: Values): Value => inputs["connection"] ?? defaultConnection ?? null;
  const isSame = (name: (typeof replacingInputs)[number]) =>
    name === "connection" ? isDeepStrictEqual(named(olds), named(news)) : same(name, olds, news);
  const replaces = replacingInputs.filter((name) => !isSame(name));
  if (replaces.length > 0) return replacement(replaces, `${replaces.join(", ")} changed`, dependents);
  if (pending?.failed !== undefined)
    return replacement(["collection"], "the last attempt made no snapshot", dependents);
  const isRespelled = inputNames.some((name) => !isDeepStrictEqual(olds[name] ?? null, news[name] ?? null));
  return { changes: pending !== null || isRespelled };
}

/** Makes a replacement in the order that the host allows. */
export function replacement(
  inputs: readonly string[],
  reason: string,
  dependents: Configuration["dependents"],
): Difference {
  return { replace: { inputs: [...inputs], reason, oldFirst: dependents !== "kept" } };
}

function same(name: (typeof replacingInputs)[number], olds: Properties, news: Values): boolean {
  const before: Value = olds[name] ?? null;
  const after: Value = news[name] ?? null;
  if (isUnknown(after)) return false;
  if (isDeepStrictEqual(before, after)) return true;
  if (name === "collection") return namesTheSameGroup(olds, after);
  return name === "snapshotType" && snapshotTypeNumber(before) === snapshotTypeNumber(after);
}

/** Tells whether a new designator means the group of the snapshot: its id, its path, or its name in another case. */
function namesTheSameGroup(olds: Properties, after: Value): boolean {
  if (typeof after !== "string" || typeof olds["collectionId"] !== "string") return false;
  try {
    const designator = readCollectionDesignator(after);
    return designator.kind === "name"
      ? designator.name.toLowerCase() === String(olds["collectionName"]).toLowerCase()
      : designator.id === normalizeGuid(olds["collectionId"]);
  } catch (error) {
    if (HyperVError.isInstance(error)) return false;
    throw error;
  }
}
