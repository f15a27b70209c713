import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { ClassName } from "../schema/names";
import {
  listSnapshotCollections,
  type MemberSnapshot,
  memberSnapshots,
  snapshotCollectionPath,
  snapshotTypeOf,
} from "./snapshot-collection";
import { asCollection, collectionOfSnapshot, type VirtualSystemCollection } from "./virtual-system-collection";
import { requireVisibility } from "./visibility";

/** A snapshot collection with all that a person asks of it. */
export interface SnapshotDetails {
  /** With host and namespace: the reference. */
  readonly path: CimInstancePath;
  /** `CollectionID` as the host spells it. */
  readonly snapshotCollectionId: string;
  /** The group that it was taken of; null where the group is gone. */
  readonly group: VirtualSystemCollection | null;
  /** When the earliest of its members was taken: ISO 8601 in UTC; null where the host doesn't say. */
  readonly createdAt: string | null;
  /** `CreateSnapshot`'s type; null where the members don't tell. */
  readonly snapshotType: number | null;
  readonly members: readonly MemberSnapshot[];
}

/**
 * All groups of the host.
 *
 * @throws {@link AccessDeniedError} when there seem to be none and the account can't see what a host always has.
 */
export async function listVirtualSystemCollections(session: CimSession): Promise<readonly VirtualSystemCollection[]> {
  const groups = await session.query(`SELECT * FROM ${ClassName.virtualSystemCollection}`);
  if (groups.length === 0) await requireVisibility(session, "the VM groups");
  return groups.map((group) => asCollection(session, group));
}

/** The snapshot collections of some groups, oldest first. */
export async function listSnapshots(
  session: CimSession,
  groups: readonly VirtualSystemCollection[],
): Promise<readonly SnapshotDetails[]> {
  const found: SnapshotDetails[] = [];
  for (const group of groups) {
    for (const id of await listSnapshotCollections(session, group.path)) {
      found.push(await details(session, snapshotCollectionPath(id), group));
    }
  }
  return oldestFirst(found);
}

/** The snapshot collections that belong to none of the host's groups: theirs is gone. */
export async function listSnapshotsWithoutGroup(
  session: CimSession,
  withGroup: readonly SnapshotDetails[],
): Promise<readonly SnapshotDetails[]> {
  const known = new Set(withGroup.map(({ path }) => path.identity));
  const all = await session.query(`SELECT * FROM ${ClassName.snapshotCollection}`);
  const found: SnapshotDetails[] = [];
  for (const { path } of all) {
    if (!known.has(path.identity)) found.push(await details(session, path, null));
  }
  return oldestFirst(found);
}

/** Reads one snapshot collection. @throws {@link NotFoundError} when it isn't there. */
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
    createdAt: members.flatMap(({ createdAt }) => createdAt ?? []).sort()[0] ?? null,
    snapshotType: snapshotTypeOf(members),
    members,
  };
}

const oldestFirst = (snapshots: readonly SnapshotDetails[]) =>
  snapshots.toSorted((a, b) => (a.createdAt ?? "").localeCompare(b.createdAt ?? "", "en"));
