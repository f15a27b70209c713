import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "../config";
import { metaOf, pendingOf } from "../dynamic/hidden-inputs";
import type { DiffResult, Json, Properties } from "../dynamic/protocol";
import { HyperVError } from "../errors";
import { normalizeGuid, readCollectionDesignator } from "../hyperv/collection-designator";
import { isUnknown } from "../process/input-check";
import { inputNames, replacingInputs, snapshotTypeNumber } from "./inputs";

/**
 * Compares what the state holds with what the program wants.
 *
 * @param olds - The old outputs, in which every input is echoed.
 * @param dependents - Decides the order of a replacement: a host that may destroy descendants must not be given one first.
 */
export function diffCollectionSnapshot(
  olds: Properties,
  news: Properties,
  dependents: Configuration["dependents"],
): DiffResult {
  const pending = pendingOf(olds);
  const replaces = replacingInputs.filter((name) => !same(name, olds, news));
  // nothing was made, so that only a new snapshot mends it
  if (pending?.failed !== undefined && replaces.length === 0) replaces.push("collection");
  if (replaces.length > 0) return replacement(replaces, dependents);
  const timeoutsChanged = !isDeepStrictEqual(metaOf(olds).timeouts, metaOf(news).timeouts);
  const spelledAnew = inputNames.some((name) => !isDeepStrictEqual(olds[name] ?? null, news[name] ?? null));
  return { changes: pending !== null || timeoutsChanged || spelledAnew };
}

/** A replacement, in the order that the host allows. */
export function replacement(replaces: readonly string[], dependents: Configuration["dependents"]): DiffResult {
  return { changes: true, replaces: [...replaces], deleteBeforeReplace: dependents !== "kept" };
}

function same(name: (typeof replacingInputs)[number], olds: Properties, news: Properties): boolean {
  const [before, after] = [olds[name] ?? null, news[name] ?? null];
  if (isUnknown(after)) return false;
  if (isDeepStrictEqual(before, after)) return true;
  if (name === "collection") return namesTheSameGroup(olds, after);
  return name === "snapshotType" && snapshotTypeNumber(before) === snapshotTypeNumber(after);
}

/** Whether a new designator means the group the snapshot was taken of: its id, its path, or its name in another case. */
function namesTheSameGroup(olds: Properties, after: Json): boolean {
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
