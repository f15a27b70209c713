import { dateTimeFromMilliseconds } from "../cim/cim-value";
import { ClassName, VirtualSystemType } from "../schema/names";
import { SnapshotType } from "../schema/value-maps";
import type { StoredInstance } from "./cim-repository";
import type { WorkOf } from "./host-record";
import { link, linked, links, reversed } from "./links";
import {
  applyMachineSnapshot,
  destroyMachineSnapshot,
  machinePath,
  takeMachineSnapshot,
  type WorkScene,
} from "./machine-snapshots";

/** Makes the collection for snapshots that are not taken yet. */
export function putSnapshotCollection(
  { repository, options }: Pick<WorkScene, "repository" | "options">,
  work: WorkOf<"takeSnapshots">,
): StoredInstance {
  const group = repository.find(repository.path(ClassName.virtualSystemCollection, { CollectionID: work.groupId }));
  const collection = repository.put(ClassName.snapshotCollection, {
    CollectionID: work.snapshotCollectionId,
    // behaviour: snapshotCollectionName
    ElementName: options.snapshotCollectionName === "group" ? (group?.properties["ElementName"] ?? null) : null,
  });
  if (group !== undefined) link(repository, links.snapshotsOfGroup, group, collection);
  return collection;
}

/** Removes a snapshot collection that has no snapshots, since its job made none. */
export function dropSnapshotCollection(
  { repository }: Pick<WorkScene, "repository">,
  { snapshotCollectionId }: WorkOf<"takeSnapshots">,
): void {
  const path = repository.path(ClassName.snapshotCollection, { CollectionID: snapshotCollectionId });
  const collection = repository.find(path);
  if (collection !== undefined) repository.remove(collection);
}

/**
 * Takes a snapshot of each machine and collects them.
 *
 * @returns What was made: the collection first, then the snapshots.
 */
export function takeSnapshots(scene: WorkScene, work: WorkOf<"takeSnapshots">): readonly StoredInstance[] {
  const { repository } = scene;
  const collection = putSnapshotCollection(scene, work);
  const kind = work.snapshotType === SnapshotType.RecoverySnapshot ? "recovery" : "standard";
  const made = [collection];
  for (const { machineId, snapshotId } of work.members) {
    const machine = repository.find(machinePath(repository, machineId));
    if (machine === undefined) continue;
    // behaviour: oneMomentForAllMembers
    const snapshot = takeMachineSnapshot(scene, machine, snapshotId, kind);
    link(repository, links.membersOfSnapshotCollection, collection, snapshot);
    made.push(snapshot);
  }
  return made;
}

/**
 * Destroys the snapshots of a collection, and the collection, as far as they exist.
 *
 * @returns The machines whose disks merge now.
 */
export function destroySnapshots(scene: WorkScene, work: WorkOf<"destroySnapshots">): readonly StoredInstance[] {
  const { repository } = scene;
  const path = repository.path(ClassName.snapshotCollection, { CollectionID: work.snapshotCollectionId });
  const collection = repository.find(path);
  if (collection === undefined) return [];
  const members = linked(repository, links.membersOfSnapshotCollection, collection);
  const machines = members.flatMap((snapshot) => linked(repository, reversed(links.snapshotsOfMachine), snapshot));
  for (const snapshot of members) {
    // behaviour: dependents
    if (work.dependents === "removed") destroyTree(scene, snapshot);
    else destroyMachineSnapshot(scene, snapshot);
  }
  if (repository.find(path) !== undefined) repository.remove(collection);
  return machines;
}

function destroyTree(scene: WorkScene, snapshot: StoredInstance): void {
  const { repository } = scene;
  const pending = [snapshot];
  const branch: StoredInstance[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    branch.push(next);
    pending.push(...linked(repository, links.childrenOfSnapshot, next));
  }
  for (const dependent of branch.toReversed()) destroyCollected(scene, dependent);
}

/** Destroys one machine's snapshot, and a snapshot collection with its last member. */
export function destroyCollected(scene: WorkScene, snapshot: StoredInstance): void {
  const { repository } = scene;
  const collections = linked(repository, reversed(links.membersOfSnapshotCollection), snapshot);
  destroyMachineSnapshot(scene, snapshot);
  // behaviour: emptySnapshotCollection
  if (scene.options.emptySnapshotCollection === "stays") return;
  for (const collection of collections) {
    if (linked(repository, links.membersOfSnapshotCollection, collection).length === 0) repository.remove(collection);
  }
}

/** Brings every machine of a snapshot collection back to its snapshot. */
export function applySnapshots(scene: WorkScene, work: WorkOf<"applySnapshots">): void {
  const { repository, now } = scene;
  const collection = repository.find(
    repository.path(ClassName.snapshotCollection, { CollectionID: work.snapshotCollectionId }),
  );
  if (collection === undefined) return;
  const members = linked(repository, links.membersOfSnapshotCollection, collection);
  for (const snapshot of members) applyMachineSnapshot(scene, snapshot);
  for (const group of linked(repository, reversed(links.snapshotsOfGroup), collection)) {
    // behaviour: groupRemembersApply
    repository.update(group, {
      LastApplyTime: dateTimeFromMilliseconds(now),
      LastApplyVirtualMachineIds: members.map(({ properties }) => String(properties["VirtualSystemIdentifier"])),
    });
  }
}

/**
 * Turns recovery snapshots into reference points; and removes the snapshot collection.
 *
 * @returns The reference point collection.
 */
export function convertSnapshots(scene: WorkScene, work: WorkOf<"convertSnapshots">): readonly StoredInstance[] {
  const { repository } = scene;
  const collection = repository.find(
    repository.path(ClassName.snapshotCollection, { CollectionID: work.snapshotCollectionId }),
  );
  if (collection === undefined) return [];
  const [group] = linked(repository, reversed(links.snapshotsOfGroup), collection);
  // behaviour: convertDeletesSnapshots
  const points = repository.put("Msvm_ReferencePointCollection", {
    CollectionID: work.referencePointCollectionId,
    VirtualSystemCollectionId: String(group?.properties["CollectionID"] ?? ""),
    ReferencePointType: 2,
  });
  if (group !== undefined) link(repository, links.referencePointsOfGroup, group, points);
  for (const snapshot of linked(repository, links.membersOfSnapshotCollection, collection)) {
    const point = repository.put("Msvm_VirtualSystemReferencePoint", {
      InstanceID: snapshot.properties["InstanceID"] ?? null,
      ReferencePointType: 2,
      VirtualSystemIdentifier: snapshot.properties["VirtualSystemIdentifier"] ?? null,
    });
    link(repository, links.membersOfReferencePointCollection, points, point);
    destroyMachineSnapshot(scene, snapshot);
  }
  repository.remove(collection);
  return [points];
}

/** Tells whether all snapshots of a collection are recovery snapshots: only those can be converted. */
export function areRecoverySnapshots(
  { repository }: Pick<WorkScene, "repository">,
  collection: StoredInstance,
): boolean {
  return linked(repository, links.membersOfSnapshotCollection, collection).every(
    ({ properties }) => properties["VirtualSystemType"] === VirtualSystemType.recoverySnapshot,
  );
}
