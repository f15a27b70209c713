import * as v from "valibot";
import type { CimSession } from "../../cim/cim-session";
import { InvalidArgumentError, NotFoundError } from "../../errors";
import { readCollectionDesignator } from "../../hyperv/collection-designator";
import { findSnapshotCollection } from "../../hyperv/find-snapshot-collection";
import type { HyperVHost } from "../../hyperv/hyperv-host";
import { memberOutputs, sharedName } from "../../hyperv/member-names";
import {
  listSnapshots,
  listSnapshotsWithoutGroup,
  listVirtualSystemCollections,
  oldestFirst,
  readSnapshotDetails,
  type SnapshotDetails,
} from "../../hyperv/snapshot-inventory";
import { findMachines, findVirtualSystemCollection, type VirtualMachine } from "../../hyperv/virtual-system-collection";
import { ClassName } from "../../schema/names";
import { SnapshotType } from "../../schema/value-maps";
import type { output } from "../../types";
import { checkArguments, connection, designator } from "./check-arguments";

const one = v.strictObject({ snapshotCollection: designator, connection });
const several = v.strictObject({ collection: v.optional(designator), connection });

/** Reads one snapshot. */
export async function getCollectionSnapshot(
  { session }: HyperVHost,
  args: v.InferOutput<typeof one>,
): Promise<output.GetCollectionSnapshotResult> {
  checkArguments("getCollectionSnapshot", one, args);
  const { snapshotCollection } = args;
  const wanted = readCollectionDesignator(snapshotCollection, [ClassName.snapshotCollection]);
  if (wanted.kind === "name") throw notAnId(session, snapshotCollection);
  const path = await findSnapshotCollection(session, wanted.id);
  if (!path) throw notFound(session, snapshotCollection);
  const snapshot = await readSnapshotDetails(session, path);
  return snapshotResult(session, snapshot, await machinesOf(session, [snapshot]));
}

/** Reads the snapshots of a group, or of the whole host. */
export async function getCollectionSnapshots(
  { session }: HyperVHost,
  args: v.InferOutput<typeof several>,
): Promise<output.GetCollectionSnapshotsResult> {
  checkArguments("getCollectionSnapshots", several, args);
  const { collection } = args;
  const snapshots =
    collection === undefined
      ? await allSnapshots(session)
      : await listSnapshots(session, [await findVirtualSystemCollection(session, collection)]);
  const machines = await machinesOf(session, snapshots);
  return {
    hostName: session.hostName,
    snapshots: snapshots.map((snapshot) => snapshotResult(session, snapshot, machines)),
  };
}

async function allSnapshots(session: CimSession): Promise<readonly SnapshotDetails[]> {
  const ofGroups = await listSnapshots(session, await listVirtualSystemCollections(session));
  const others = await listSnapshotsWithoutGroup(session, ofGroups);
  return oldestFirst([...ofGroups, ...others]);
}

function machinesOf(session: CimSession, snapshots: readonly SnapshotDetails[]): Promise<readonly VirtualMachine[]> {
  const vmIds = snapshots.flatMap(({ members }) => members.map(({ vmId }) => vmId));
  return findMachines(session, [...new Set(vmIds)]);
}

function snapshotResult(
  session: CimSession,
  snapshot: SnapshotDetails,
  machines: readonly VirtualMachine[],
): output.GetCollectionSnapshotResult {
  const { path, snapshotCollectionId, group, createdAt, snapshotType } = snapshot;
  return {
    resultingSnapshotCollection: path.toString(),
    snapshotCollectionId,
    collectionId: group?.collectionId ?? null,
    collectionPath: group?.path.toString() ?? null,
    collectionName: group?.name ?? null,
    hostName: session.hostName,
    snapshotName: sharedName(snapshot.members),
    snapshotType: typeNames.get(snapshotType) ?? null,
    members: memberOutputs(snapshot.members, machines),
    createdAt,
  };
}

const typeNames = new Map<number | null, "Standard" | "Recovery">([
  [SnapshotType.StandardSnapshot, "Standard"],
  [SnapshotType.RecoverySnapshot, "Recovery"],
]);

function notAnId(session: CimSession, text: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: `Finding the snapshot ${JSON.stringify(text)}`,
    target: session.hostName,
    answer: "it is neither a CollectionID nor an object path",
    outcome: "Nothing was asked of the host",
    remedy:
      "Give the host's CollectionID of the snapshot collection, or its reference; getCollectionSnapshots lists them",
  });
}

function notFound(session: CimSession, text: string): NotFoundError {
  return new NotFoundError({
    attempted: `Finding the snapshot ${JSON.stringify(text)}`,
    target: session.hostName,
    answer: "the host has no such snapshot collection",
    outcome: "Nothing was changed",
    remedy: "Take an id from getCollectionSnapshots, or from hyperv-snapshots list",
  });
}
