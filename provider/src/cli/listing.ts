import type { HyperVHost } from "../hyperv/hyperv-host";
import { listSnapshots, listSnapshotsWithoutGroup, listVirtualSystemCollections } from "../hyperv/snapshot-inventory";
import { findMachines, findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { type Compared, compareWithState, missingOnHost } from "./leftovers";
import type { PulumiState } from "./pulumi-state";
import { type SnapshotView, snapshotView } from "./snapshot-view";

/** What `list` found, as `--json` shows it. */
export interface Listing {
  readonly hostName: string;
  readonly groups: readonly { readonly collectionId: string; readonly name: string }[];
  /** Oldest first; with a state to compare with, each with its standing. */
  readonly snapshots: readonly (SnapshotView & Partial<Compared>)[];
  /** With a state: its resources whose snapshot the host doesn't have. */
  readonly missing?: readonly { readonly urn: string; readonly snapshotCollectionId: string }[];
  /** With a state: why what isn't in it may be of the stack all the same. */
  readonly doubts?: readonly string[];
}

/**
 * Reads the snapshots of a group, or of the whole host, those whose group is gone included.
 *
 * @param state - What to compare them with.
 */
export async function listHost(
  { session }: HyperVHost,
  group: string | undefined,
  state: PulumiState | undefined,
): Promise<Listing> {
  const groups =
    group === undefined
      ? await listVirtualSystemCollections(session)
      : [await findVirtualSystemCollection(session, group)];
  const ofGroups = await listSnapshots(session, groups);
  const found = group === undefined ? [...ofGroups, ...(await listSnapshotsWithoutGroup(session, ofGroups))] : ofGroups;
  const vmIds = new Set(found.flatMap(({ members }) => members.map(({ vmId }) => vmId)));
  const machines = await findMachines(session, [...vmIds]);
  const groupIds = groups.map(({ collectionId }) => collectionId);
  return {
    hostName: session.hostName,
    groups: groups.map(({ collectionId, name }) => ({ collectionId, name })),
    snapshots: found.map((snapshot) => ({
      ...snapshotView(snapshot, machines),
      ...(state && compareWithState(snapshot, state)),
    })),
    ...(state && { missing: missingOnHost(found, groupIds, state), doubts: state.doubts }),
  };
}
