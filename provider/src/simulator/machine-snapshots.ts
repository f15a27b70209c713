import type { CimInstancePath } from "../cim/cim-instance-path";
import { dateTimeFromMilliseconds } from "../cim/cim-value";
import { ClassName, VirtualSystemType } from "../schema/names";
import { EnabledState, UserSnapshotType } from "../schema/value-maps";
import type { CimRepository, PropertyBag, StoredInstance } from "./cim-repository";
import type { HostOptions } from "./host-options";
import type { WorkOf } from "./host-record";
import { link, linked, links, reversed } from "./links";
import type { MachineDisks } from "./machine-disks";
import { textsIn } from "./texts";

/** The host, its options and the moment at which work takes effect. */
export interface WorkScene {
  readonly repository: CimRepository;
  readonly disks: MachineDisks;
  readonly options: HostOptions;
  readonly now: number;
}

/** Returns the path of a virtual machine. */
export function machinePath(repository: CimRepository, machineId: string): CimInstancePath {
  return repository.path(ClassName.computerSystem, { CreationClassName: ClassName.computerSystem, Name: machineId });
}

/** Returns the path of a snapshot of one machine. */
export function snapshotPath(repository: CimRepository, snapshotId: string): CimInstancePath {
  return repository.path(ClassName.virtualSystemSettingData, { InstanceID: `Microsoft:${snapshotId}` });
}

/** Returns the GUID of a virtual machine. */
export const idOfMachine = ({ properties }: StoredInstance): string => String(properties["Name"]);

const idOfSnapshot = ({ properties }: StoredInstance) => String(properties["InstanceID"]).replace(/^Microsoft:/, "");

/** Returns a machine's present settings, of which each snapshot is a copy. */
export function activeSettings(repository: CimRepository, machine: StoredInstance): StoredInstance {
  const [settings] = linked(repository, links.settingsOfMachine, machine);
  if (settings === undefined) throw new TypeError(`${machine.path} has no settings`);
  return settings;
}

/** Returns all snapshots of a machine of any kind, oldest first. */
export function snapshotsOfMachine(repository: CimRepository, machine: StoredInstance): readonly StoredInstance[] {
  return linked(repository, links.snapshotsOfMachine, machine);
}

/** Takes a snapshot of one machine, below the machine's most recent one. */
export function takeMachineSnapshot(
  { repository, disks, options, now }: WorkScene,
  machine: StoredInstance,
  snapshotId: string,
  kind: "standard" | "recovery",
): StoredInstance {
  const settings = activeSettings(repository, machine);
  const [parent] = linked(repository, links.mostCurrentSnapshot, machine);
  const running = machine.properties["EnabledState"] === EnabledState.Enabled;
  const standard = settings.properties["UserSnapshotType"] === UserSnapshotType.Test;
  const machineHasState = machine.properties["EnabledState"] === EnabledState.EnabledButOffline;
  // behaviour: snapshotIdentity
  const snapshot = repository.put(ClassName.virtualSystemSettingData, {
    ...settings.properties,
    InstanceID: `Microsoft:${snapshotId}`,
    ElementName: defaultName(machine.properties, now, options),
    ConfigurationID: snapshotId,
    CreationTime: dateTimeFromMilliseconds(now),
    Parent: parent?.path.toString() ?? null,
    VirtualSystemType: kind === "recovery" ? VirtualSystemType.recoverySnapshot : VirtualSystemType.standardSnapshot,
    // behaviour: savedState
    IsSaved: machineHasState || (running && standard && options.savedState === "standardCheckpoints"),
    // behaviour: snapshotNotes
    Notes: options.snapshotNotes === "vm" ? (settings.properties["Notes"] ?? null) : null,
  });
  disks.capture(idOfMachine(machine), idOfSnapshot(snapshot));
  // behaviour: snapshotsFormAChain
  link(repository, links.snapshotsOfMachine, machine, snapshot);
  if (parent !== undefined) link(repository, links.childrenOfSnapshot, parent, snapshot);
  makeMostCurrent(repository, machine, snapshot);
  return snapshot;
}

/** Makes a name such as `web-01 - (11/23/2026 - 6:42:00 AM)` in the host's language. */
function defaultName(machine: PropertyBag, now: number, { language }: HostOptions): string {
  // behaviour: snapshotDefaultName
  return `${String(machine["ElementName"])} - (${textsIn(language).moment(new Date(now))})`;
}

/** Destroys one snapshot; its children move to its parent. */
export function destroyMachineSnapshot({ repository }: WorkScene, snapshot: StoredInstance): void {
  const [machine] = linked(repository, reversed(links.snapshotsOfMachine), snapshot);
  const [parent] = linked(repository, reversed(links.childrenOfSnapshot), snapshot);
  const wasMostCurrent = linked(repository, reversed(links.mostCurrentSnapshot), snapshot).length > 0;
  for (const child of linked(repository, links.childrenOfSnapshot, snapshot)) {
    const moved = repository.update(child, { Parent: parent?.path.toString() ?? null });
    if (parent !== undefined) link(repository, links.childrenOfSnapshot, parent, moved);
  }
  repository.remove(snapshot);
  if (machine !== undefined && wasMostCurrent) makeMostCurrent(repository, machine, parent);
}

/** Brings a machine back to one of its snapshots. */
export function applyMachineSnapshot({ repository, disks }: WorkScene, snapshot: StoredInstance): void {
  const [machine] = linked(repository, reversed(links.snapshotsOfMachine), snapshot);
  if (machine === undefined) return;
  disks.bringBack(idOfMachine(machine), idOfSnapshot(snapshot));
  const active = activeSettings(repository, machine).properties;
  // behaviour: notesOutliveApply
  const kept = ["InstanceID", "ElementName", "Notes", "VirtualSystemType", "ConfigurationID"];
  repository.put(ClassName.virtualSystemSettingData, {
    ...active,
    ...snapshot.properties,
    ...Object.fromEntries(kept.map((name) => [name, active[name] ?? null])),
  });
  const saved = snapshot.properties["IsSaved"] === true;
  // behaviour: stateAfterApply
  repository.update(machine, { EnabledState: saved ? EnabledState.EnabledButOffline : EnabledState.Disabled });
  const { lastAppliedSnapshot } = links;
  for (const row of [...repository.rowsAt(machine.identity, lastAppliedSnapshot.associationClass)]) {
    repository.remove(row);
  }
  link(repository, lastAppliedSnapshot, machine, snapshot);
  makeMostCurrent(repository, machine, snapshot);
}

/** Starts a machine, as a person does who looks after the host. */
export function startMachine({ repository }: WorkScene, { machineId }: { readonly machineId: string }): void {
  const machine = repository.find(machinePath(repository, machineId));
  if (machine !== undefined) repository.update(machine, { EnabledState: EnabledState.Enabled });
}

/** Changes what a machine shows of itself, and whether its disks merge. */
export function changeMachine({ repository }: WorkScene, work: WorkOf<"changeMachine">): void {
  const machine = repository.find(machinePath(repository, work.machineId));
  if (machine === undefined) return;
  repository.update(machine, work.properties);
  repository.update(activeSettings(repository, machine), work.settings);
}

function makeMostCurrent(
  repository: CimRepository,
  machine: StoredInstance,
  snapshot: StoredInstance | undefined,
): void {
  const { mostCurrentSnapshot } = links;
  for (const row of [...repository.rowsAt(machine.identity, mostCurrentSnapshot.associationClass)]) {
    repository.remove(row);
  }
  repository.update(activeSettings(repository, machine), { Parent: snapshot?.path.toString() ?? null });
  if (snapshot !== undefined) link(repository, mostCurrentSnapshot, machine, snapshot);
}
