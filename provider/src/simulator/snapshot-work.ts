import { CimInstancePath } from "../cim/cim-instance-path";
import { dateTimeFromMilliseconds } from "../cim/cim-value";
import { ClassName, VirtualSystemType } from "../schema/names";
import { EnabledState, SnapshotType, UserSnapshotType } from "../schema/value-maps";
import type { CimRepository, PropertyBag, StoredInstance } from "./cim-repository";
import type { HostOptions } from "./host-options";
import type { DestroySnapshotsWork, TakeSnapshotsWork } from "./host-record";

const mostCurrent = "Msvm_MostCurrentSnapshotInBranch";
const parentChild = "Msvm_ParentChildSettingData";
const snapshotOf = "Msvm_SnapshotOfVirtualSystem";
const settingsOf = "Msvm_SettingsDefineState";

/**
 * Takes a snapshot of each machine and collects them.
 *
 * @returns What was made: the collection first, then the snapshots.
 */
export function takeSnapshots(
  repository: CimRepository,
  work: TakeSnapshotsWork,
  options: HostOptions,
  now: number,
): readonly StoredInstance[] {
  const group = repository.find(repository.path(ClassName.virtualSystemCollection, { CollectionID: work.groupId }));
  const collection = repository.put(ClassName.snapshotCollection, {
    CollectionID: work.snapshotCollectionId,
    // behaviour: snapshotCollectionName
    ElementName: options.snapshotCollectionName === "group" ? (group?.properties["ElementName"] ?? null) : null,
  });
  if (group !== undefined) link(repository, ClassName.snapshotOfVirtualSystemCollection, group, collection);
  const made = [collection];
  for (const { machineId, snapshotId } of work.members) {
    const machine = repository.find(machinePath(repository, machineId));
    if (machine === undefined) continue;
    // behaviour: oneMomentForAllMembers
    const snapshot = takeSnapshot(repository, machine, snapshotId, work.snapshotType, options, now);
    repository.put(ClassName.collectedSnapshots, { Collection: collection.path, Member: snapshot.path });
    made.push(snapshot);
  }
  return made;
}

/** The path of a virtual machine. */
export function machinePath(repository: CimRepository, machineId: string): CimInstancePath {
  return repository.path(ClassName.computerSystem, { CreationClassName: ClassName.computerSystem, Name: machineId });
}

function takeSnapshot(
  repository: CimRepository,
  machine: StoredInstance,
  snapshotId: string,
  snapshotType: number,
  options: HostOptions,
  now: number,
): StoredInstance {
  const settings = activeSettings(repository, machine);
  const parent = linked(repository, machine, mostCurrent, "Antecedent", "Dependent");
  const running = machine.properties["EnabledState"] === EnabledState.Enabled;
  const standard = settings.properties["UserSnapshotType"] === UserSnapshotType.Test;
  const machineHasState = machine.properties["EnabledState"] === EnabledState.EnabledButOffline;
  // behaviour: snapshotIdentity
  const snapshot = repository.put(ClassName.virtualSystemSettingData, {
    ...settings.properties,
    InstanceID: `Microsoft:${snapshotId}`,
    ElementName: defaultName(machine.properties, now),
    ConfigurationID: snapshotId,
    CreationTime: dateTimeFromMilliseconds(now),
    Parent: parent?.path.toString() ?? null,
    VirtualSystemType:
      snapshotType === SnapshotType.RecoverySnapshot
        ? VirtualSystemType.recoverySnapshot
        : VirtualSystemType.standardSnapshot,
    // behaviour: savedState
    IsSaved: machineHasState || (running && standard && options.savedState === "standardCheckpoints"),
  });
  // behaviour: snapshotsFormAChain
  repository.put(snapshotOf, { Antecedent: machine.path, Dependent: snapshot.path });
  if (parent !== undefined) repository.put(parentChild, { Antecedent: parent.path, Dependent: snapshot.path });
  makeMostCurrent(repository, machine, snapshot);
  return snapshot;
}

/** `web-01 - (11/23/2026 - 6:42:00 AM)`: a US host's form, in UTC. */
function defaultName(machine: PropertyBag, now: number): string {
  // behaviour: snapshotDefaultName
  const time = new Date(now);
  const date = `${time.getUTCMonth() + 1}/${time.getUTCDate()}/${time.getUTCFullYear()}`;
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${time.getUTCHours() % 12 || 12}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return `${String(machine["ElementName"])} - (${date} - ${clock} ${time.getUTCHours() < 12 ? "AM" : "PM"})`;
}

/** Destroys the snapshots of a collection, and the collection. What is gone already is passed by. */
export function destroySnapshots(repository: CimRepository, work: DestroySnapshotsWork): void {
  const path = repository.path(ClassName.snapshotCollection, { CollectionID: work.snapshotCollectionId });
  const collection = repository.find(path);
  if (collection === undefined) return;
  const members = allLinked(repository, collection, ClassName.collectedSnapshots, "Collection", "Member");
  for (const snapshot of members) {
    // behaviour: dependents
    if (work.dependents === "removed") destroyTree(repository, snapshot);
    else destroySnapshot(repository, snapshot);
  }
  if (repository.find(path) !== undefined) repository.remove(collection);
}

function destroyTree(repository: CimRepository, snapshot: StoredInstance): void {
  const pending = [snapshot];
  const branch: StoredInstance[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    branch.push(next);
    pending.push(...allLinked(repository, next, parentChild, "Antecedent", "Dependent"));
  }
  for (const gone of branch.toReversed()) {
    const collections = allLinked(repository, gone, ClassName.collectedSnapshots, "Member", "Collection");
    destroySnapshot(repository, gone);
    for (const collection of collections) {
      const left = linked(repository, collection, ClassName.collectedSnapshots, "Collection", "Member");
      if (left === undefined) repository.remove(collection);
    }
  }
}

function destroySnapshot(repository: CimRepository, snapshot: StoredInstance): void {
  const machine = linked(repository, snapshot, snapshotOf, "Dependent", "Antecedent");
  const parent = linked(repository, snapshot, parentChild, "Dependent", "Antecedent");
  const wasMostCurrent = linked(repository, snapshot, mostCurrent, "Dependent", "Antecedent") !== undefined;
  for (const child of allLinked(repository, snapshot, parentChild, "Antecedent", "Dependent")) {
    const moved = repository.update(child, { Parent: parent?.path.toString() ?? null });
    if (parent !== undefined) repository.put(parentChild, { Antecedent: parent.path, Dependent: moved.path });
  }
  repository.remove(snapshot);
  if (machine !== undefined && wasMostCurrent) makeMostCurrent(repository, machine, parent);
}

function makeMostCurrent(
  repository: CimRepository,
  machine: StoredInstance,
  snapshot: StoredInstance | undefined,
): void {
  for (const row of [...repository.rowsAt(machine.identity, mostCurrent)]) repository.remove(row);
  repository.update(activeSettings(repository, machine), { Parent: snapshot?.path.toString() ?? null });
  if (snapshot !== undefined) repository.put(mostCurrent, { Antecedent: machine.path, Dependent: snapshot.path });
}

function activeSettings(repository: CimRepository, machine: StoredInstance): StoredInstance {
  const settings = linked(repository, machine, settingsOf, "ManagedElement", "SettingData");
  if (settings === undefined) throw new TypeError(`${machine.path} has no settings`);
  return settings;
}

function link(
  repository: CimRepository,
  className: string,
  antecedent: StoredInstance,
  dependent: StoredInstance,
): void {
  repository.put(className, { Antecedent: antecedent.path, Dependent: dependent.path });
}

function linked(
  repository: CimRepository,
  origin: StoredInstance,
  associationClass: string,
  role: string,
  resultRole: string,
): StoredInstance | undefined {
  return allLinked(repository, origin, associationClass, role, resultRole)[0];
}

function allLinked(
  repository: CimRepository,
  origin: StoredInstance,
  associationClass: string,
  role: string,
  resultRole: string,
): readonly StoredInstance[] {
  const found: StoredInstance[] = [];
  for (const row of repository.rowsAt(origin.identity, associationClass)) {
    const [from, to] = [row.properties[role], row.properties[resultRole]];
    const leadsOn =
      from instanceof CimInstancePath && to instanceof CimInstancePath && from.identity === origin.identity;
    const instance = leadsOn ? repository.find(to) : undefined;
    if (instance !== undefined) found.push(instance);
  }
  return found;
}
