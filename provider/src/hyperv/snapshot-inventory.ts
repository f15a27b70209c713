import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { ClassName } from "../schema/names";
import {
  createdAt,
  listSnapshotCollections,
  type MemberSnapshot,
  memberSnapshots,
  snapshotCollectionPath,
  snapshotTypeOf,
} from "./snapshot-collection";
import { asCollection, collectionOfSnapshot, type VirtualSystemCollection } from "./virtual-system-collection";
import { lookWithProof } from "./visibility";

/** A snapshot collection in detail. */
export interface SnapshotDetails {
  /** With host and namespace: the reference. */
  readonly path: CimInstancePath;
  /** `CollectionID` as the host spells it. */
  readonly snapshotCollectionId: string;
  /** The group that it was taken of; null if the group is deleted. */
  readonly group: VirtualSystemCollection | null;
  /** When the earliest of its members was taken: ISO 8601 in UTC; null where the host doesn't say. */
  readonly createdAt: string | null;
  /** `CreateSnapshot`'s type; null if the members don't have it. */
  readonly snapshotType: number | null;
  readonly members: readonly MemberSnapshot[];
}

/**
 * Lists all groups of the host.
 *
 * @throws {@link AccessDeniedError} or {@link VisibilityError} when there seem to be none and the account can't see what a host always has.
 */
export async function listVirtualSystemCollections(session: CimSession): Promise<readonly VirtualSystemCollection[]> {
  const groups = await lookWithProof(session, {
    look: () => session.query(`SELECT * FROM ${ClassName.virtualSystemCollection}`),
    isIncomplete: (found) => found.length === 0,
    missing: "the VM groups",
  });
  return groups.map((group) => asCollection(session, group));
}

/** The snapshot collections of some groups, oldest first. */
export async function listSnapshots(
  session: CimSession,
  groups: readonly VirtualSystemCollection[],
): Promise<readonly SnapshotDetails[]> {
  const ofGroup = async (group: VirtualSystemCollection) => {
    const ids = await listSnapshotCollections(session, group.path);
    return Promise.all(ids.map((id) => details(session, snapshotCollectionPath(id), group)));
  };
  return oldestFirst((await Promise.all(groups.map(ofGroup))).flat());
}

/** Lists the snapshot collections whose group is deleted. */
export async function listSnapshotsWithoutGroup(
  session: CimSession,
  withGroup: readonly SnapshotDetails[],
): Promise<readonly SnapshotDetails[]> {
  const known = new Set(withGroup.map(({ path }) => path.identity));
  const all = await session.query(`SELECT * FROM ${ClassName.snapshotCollection}`);
  const without = all.filter(({ path }) => !known.has(path.identity));
  return oldestFirst(await Promise.all(without.map(({ path }) => details(session, path, null))));
}

/** Reads one snapshot collection. @throws {@link NotFoundError} when it doesn't exist. */
export async function readSnapshotDetails(session: CimSession, path: CimInstancePath): Promise<SnapshotDetails> {
  const { path: found } = await session.get(path);
  return details(session, found, await collectionOfSnapshot(session, found));
}

async function details(
  session: CimSession,
  path: CimInstancePath,
  group: VirtualSystemCollection | null,
): Promise<SnapshotDetails> {
  const members = await memberSnapshots(session, path);
  return {
    path: path.within({ host: session.hostName, namespace: session.namespace }),
    snapshotCollectionId: String(path.key("CollectionID")),
    group,
    createdAt: createdAt(members),
    snapshotType: snapshotTypeOf(members),
    members,
  };
}

/** Sorts snapshots by the time they were taken. */
export const oldestFirst = (snapshots: readonly SnapshotDetails[]) =>
  snapshots.toSorted((a, b) => (a.createdAt ?? "").localeCompare(b.createdAt ?? "", "en"));
