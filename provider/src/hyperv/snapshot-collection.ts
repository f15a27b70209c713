import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName, isSnapshotType, VirtualSystemType } from "../schema/names";
import { SnapshotType } from "../schema/value-maps";

/** One machine's snapshot inside a snapshot collection. Hyper-V Manager and PowerShell show it as a checkpoint. */
export interface MemberSnapshot {
  readonly path: CimInstancePath;
  /** The machine's GUID. */
  readonly vmId: string;
  /** `InstanceID` of the snapshot's settings, `Microsoft:<GUID>`. */
  readonly snapshotId: string;
  /** `ElementName`: what people see it called. */
  readonly name: string;
  /** ISO 8601 in UTC; null where the host doesn't say. */
  readonly createdAt: string | null;
  /** Whether it holds a saved state: on a production checkpoint the only public hint that it fell back to a standard one. */
  readonly hasSavedState: boolean;
  /** `Microsoft:Hyper-V:Snapshot:…`, which tells standard from recovery snapshots. */
  readonly virtualSystemType: string | null;
}

/** The path of a snapshot collection, from its id. */
export function snapshotCollectionPath(collectionId: string): CimInstancePath {
  return new CimInstancePath({ className: ClassName.snapshotCollection, keys: { CollectionID: collectionId } });
}

/** The ids of a group's snapshot collections, as they are now. */
export async function listSnapshotCollections(session: CimSession, group: CimInstancePath): Promise<readonly string[]> {
  const collections = await session.associators(group, {
    associationClass: ClassName.snapshotOfVirtualSystemCollection,
    resultClass: ClassName.snapshotCollection,
  });
  return collections.map((collection) => collection.string("CollectionID") ?? "");
}

/** The snapshots in a snapshot collection. */
export async function memberSnapshots(
  session: CimSession,
  snapshotCollection: CimInstancePath,
): Promise<readonly MemberSnapshot[]> {
  const settings = await session.associators(snapshotCollection, {
    associationClass: ClassName.collectedSnapshots,
    resultClass: ClassName.virtualSystemSettingData,
  });
  return settings.map(asSnapshot);
}

/** Snapshots by their ids, whatever collection they are in; those that the host doesn't show are left out. */
export async function findSnapshots(session: CimSession, ids: readonly string[]): Promise<readonly MemberSnapshot[]> {
  return (await queryByKey(session, ClassName.virtualSystemSettingData, "InstanceID", ids)).map(asSnapshot);
}

/** `CreateSnapshot`'s type, as the members tell it; null where they don't. */
export function snapshotTypeOf(members: readonly MemberSnapshot[]): number | null {
  const types: Readonly<Record<string, number>> = {
    [VirtualSystemType.standardSnapshot]: SnapshotType.StandardSnapshot,
    [VirtualSystemType.recoverySnapshot]: SnapshotType.RecoverySnapshot,
  };
  return types[members[0]?.virtualSystemType ?? ""] ?? null;
}

/** A checkpoint that was taken after others, and descends from them. */
export interface DependentSnapshot {
  readonly vmId: string;
  /** `InstanceID` of its settings, `Microsoft:<GUID>`. */
  readonly snapshotId: string;
  /** What people see it called. */
  readonly name: string;
}

/**
 * Finds the checkpoints that descend from a collection's snapshots, through any number of generations.
 *
 * Checkpoints of any kind count, whoever took them; the machines' own present state, which descends from its last
 * checkpoint by nature, doesn't.
 */
export async function dependentsOf(
  session: CimSession,
  members: readonly MemberSnapshot[],
): Promise<readonly DependentSnapshot[]> {
  const vmIds = [...new Set(members.map(({ vmId }) => vmId))];
  const settings = await queryByKey(session, ClassName.virtualSystemSettingData, "VirtualSystemIdentifier", vmIds);
  const snapshots = settings.filter((one) => isSnapshotType(one.string("VirtualSystemType")));
  const ancestors = new Set(members.map(({ path }) => path.identity));
  const descendants: CimInstance[] = [];
  for (let grown = true; grown; ) {
    grown = false;
    for (const snapshot of snapshots) {
      if (ancestors.has(snapshot.path.identity)) continue;
      const parent = snapshot.reference("Parent");
      if (parent && ancestors.has(parent.identity)) {
        ancestors.add(snapshot.path.identity);
        descendants.push(snapshot);
        grown = true;
      }
    }
  }
  return descendants.map((one) => ({
    vmId: one.string("VirtualSystemIdentifier") ?? "",
    snapshotId: one.string("InstanceID") ?? "",
    name: one.string("ElementName") ?? one.path.relativePath,
  }));
}

/** Whether one of some checkpoints belongs to a snapshot collection: it was taken of a whole group. */
export async function anyCollected(session: CimSession, checkpoints: readonly DependentSnapshot[]): Promise<boolean> {
  for (const { snapshotId } of checkpoints) {
    const path = new CimInstancePath({
      className: ClassName.virtualSystemSettingData,
      keys: { InstanceID: snapshotId },
    });
    const collections = await session.associators(path, {
      associationClass: ClassName.collectedSnapshots,
      resultClass: ClassName.snapshotCollection,
    });
    if (collections.length > 0) return true;
  }
  return false;
}

function asSnapshot(instance: CimInstance): MemberSnapshot {
  return {
    path: instance.path,
    vmId: instance.string("VirtualSystemIdentifier") ?? "",
    snapshotId: instance.string("InstanceID") ?? "",
    name: instance.string("ElementName") ?? "",
    createdAt: instance.time("CreationTime"),
    hasSavedState: instance.boolean("IsSaved") ?? false,
    virtualSystemType: instance.string("VirtualSystemType"),
  };
}
