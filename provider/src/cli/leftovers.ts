import { normalizeGuid } from "../hyperv/collection-designator";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import type { PulumiState } from "./pulumi-state";

/** Whose a snapshot is, as far as one stack's state can tell. */
export type Standing = "inThisStack" | "keptOrLost" | "notThisStack";

/** People's words for a standing. */
export const standingTexts: Readonly<Record<Standing, string>> = {
  inThisStack: "in this stack",
  keptOrLost: "kept or lost",
  notThisStack: "not this stack",
};

/** A snapshot of the host beside what the state says of it. */
export interface Compared {
  readonly standing: Standing;
  /** The resource that it is, where it is in the stack. */
  readonly urn: string | null;
}

/**
 * Says whose a snapshot is.
 *
 * *Kept or lost* is one that no resource of the stack is, of a group that the stack knows (or, where the group is gone, of a
 * machine that it knows): kept on purpose (`retainOnDelete`), taken by somebody else, or left by a run that was cut
 * off. Which of them it is, nobody can tell from here.
 */
export function compareWithState(snapshot: SnapshotDetails, state: PulumiState): Compared {
  const id = normalizeGuid(snapshot.snapshotCollectionId);
  const resource = state.snapshots.find(({ snapshotCollectionId }) => snapshotCollectionId === id);
  if (resource) return { standing: "inThisStack", urn: resource.urn };
  const isKnown = snapshot.group
    ? state.groupIds.has(normalizeGuid(snapshot.group.collectionId))
    : snapshot.members.some(({ vmId }) => state.machineIds.has(normalizeGuid(vmId)));
  return { standing: isKnown ? "keptOrLost" : "notThisStack", urn: null };
}

/** Resources of the state whose snapshot isn't among what was found of groups that were looked at. */
export function missingOnHost(
  found: readonly SnapshotDetails[],
  groupIds: readonly string[],
  state: PulumiState,
): readonly { readonly urn: string; readonly snapshotCollectionId: string }[] {
  const there = new Set(found.map(({ snapshotCollectionId }) => normalizeGuid(snapshotCollectionId)));
  const looked = new Set(groupIds.map(normalizeGuid));
  return state.snapshots.flatMap(({ urn, snapshotCollectionId, groupId }) =>
    snapshotCollectionId !== null && groupId !== null && looked.has(groupId) && !there.has(snapshotCollectionId)
      ? [{ urn, snapshotCollectionId }]
      : [],
  );
}
