import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName, VirtualSystemType } from "../schema/names";
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
  /** `Microsoft:Hyper-V:Snapshot:…`, which distinguishes standard from recovery snapshots. */
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

/** Finds snapshots by their ids, whatever collection they are in. Invisible ones are missing from the answer. */
export async function findSnapshots(session: CimSession, ids: readonly string[]): Promise<readonly MemberSnapshot[]> {
  return (await queryByKey(session, ClassName.virtualSystemSettingData, "InstanceID", ids)).map(asSnapshot);
}

/** When the first of some snapshots was taken: ISO 8601 in UTC; null where the host doesn't say. */
export const createdAt = (members: readonly MemberSnapshot[]): string | null =>
  members.flatMap((member) => member.createdAt ?? []).sort()[0] ?? null;

/** Finds `CreateSnapshot`'s type from the members; null if they don't have it. */
export function snapshotTypeOf(members: readonly MemberSnapshot[]): number | null {
  const types: Readonly<Record<string, number>> = {
    [VirtualSystemType.standardSnapshot]: SnapshotType.StandardSnapshot,
    [VirtualSystemType.recoverySnapshot]: SnapshotType.RecoverySnapshot,
  };
  return types[members[0]?.virtualSystemType ?? ""] ?? null;
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
