import type { HyperVHost } from "../hyperv/hyperv-host";
import { listSnapshots, listSnapshotsWithoutGroup, listVirtualSystemCollections } from "../hyperv/snapshot-inventory";
import { findMachines, findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { isLeftover, missingOnHost, type Owner, type Owners, ownerOf } from "./owners";
import { type SnapshotView, snapshotView } from "./snapshot-view";

/** A snapshot in a listing. */
export interface ListedSnapshot extends SnapshotView {
  readonly owner: Owner;
  /** Whether this stack probably left it over. */
  readonly isLeftover: boolean;
  /** Whether it is older than `--older-than`. */
  readonly isOld: boolean;
}

/** What `list` found, as `--json` shows it. */
export interface Listing {
  readonly hostName: string;
  readonly groups: readonly { readonly collectionId: string; readonly name: string }[];
  /** Oldest first. */
  readonly snapshots: readonly ListedSnapshot[];
  /** Resources of the state whose snapshot isn't on the host. */
  readonly missing: readonly { readonly urn: string; readonly snapshotCollectionId: string }[];
  /** Why a snapshot without a known owner may still belong to the stack. */
  readonly doubts: readonly string[];
}

/** What is listed. */
export interface ListRequest {
  /** The only group to list; all of the host if absent. */
  readonly group: string | undefined;
  readonly owners: Owners;
  /** Lists only what this stack probably left over. */
  readonly onlyLeftovers: boolean;
  /** A snapshot taken before this moment is old: milliseconds since 1970. */
  readonly oldBefore: number;
}

/** Reads the snapshots of a group, or of the whole host, those whose group was deleted included. */
export async function listHost({ session }: HyperVHost, request: ListRequest): Promise<Listing> {
  const { group, owners, onlyLeftovers, oldBefore } = request;
  const groups =
    group === undefined
      ? await listVirtualSystemCollections(session)
      : [await findVirtualSystemCollection(session, group)];
  const ofGroups = await listSnapshots(session, groups);
  const found = group === undefined ? [...ofGroups, ...(await listSnapshotsWithoutGroup(session, ofGroups))] : ofGroups;
  const vmIds = new Set(found.flatMap(({ members }) => members.map(({ vmId }) => vmId)));
  const machines = await findMachines(session, [...vmIds]);
  const groupIds = groups.map(({ collectionId }) => collectionId);
  const snapshots = found.map((snapshot) => {
    const owner = ownerOf(snapshot, owners);
    return {
      ...snapshotView(snapshot, machines),
      owner,
      isLeftover: isLeftover(snapshot, owner, owners),
      isOld: snapshot.createdAt !== null && Date.parse(snapshot.createdAt) < oldBefore,
    };
  });
  return {
    hostName: session.hostName,
    groups: groups.map(({ collectionId, name }) => ({ collectionId, name })),
    snapshots: onlyLeftovers ? snapshots.filter((snapshot) => snapshot.isLeftover) : snapshots,
    missing: owners.state ? missingOnHost(found, groupIds, owners.state) : [],
    doubts: owners.state?.doubts ?? [],
  };
}
