import type { CimInstance } from "../cim/cim-instance";
import { ClassName, VirtualSystemType } from "../schema/names";
import { EnabledState } from "../schema/value-maps";
import type { CimReader } from "./cim-reader";
import type { MachineDisks } from "./machine-disks";

/** A snapshot of one machine, for people. */
export interface SnapshotView {
  /** InstanceID without its prefix. */
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** CollectionID of the snapshot collection that it is a member of. */
  readonly snapshotCollectionId: string | null;
  /** The version of the application that the machine had then; null where it has none. */
  readonly applicationVersion: string | null;
}

/** A virtual machine with its snapshots, oldest first. */
export interface MachineView {
  readonly id: string;
  readonly name: string;
  readonly state: "running" | "off" | "saved" | "paused" | "unknown";
  /** The version of the application on its disk; null where it has none. */
  readonly applicationVersion: string | null;
  readonly snapshots: readonly SnapshotView[];
}

/** A VM group with its members. */
export interface GroupView {
  readonly id: string;
  readonly name: string;
  readonly machines: readonly MachineView[];
}

/** The groups, machines and snapshots of a host, for people. */
export interface HostView {
  readonly hostName: string;
  readonly groups: readonly GroupView[];
  /** Machines that are in no group. */
  readonly otherMachines: readonly MachineView[];
}

const states: Readonly<Record<number, MachineView["state"]>> = {
  [EnabledState.Enabled]: "running",
  [EnabledState.Disabled]: "off",
  [EnabledState.EnabledButOffline]: "saved",
  [EnabledState.Quiesce]: "paused",
};

/** Reads the host through the queries and associations that a client has, and what lies on the machines' disks. */
export function hostTree(reader: CimReader, disks: MachineDisks, hostName: string): HostView {
  const grouped = new Set<string>();
  const groups = reader.query(`SELECT * FROM ${ClassName.virtualSystemCollection}`).map((group): GroupView => {
    const members = reader.associators(group.path, {
      associationClass: ClassName.collectedVirtualSystems,
      resultClass: ClassName.computerSystem,
    });
    for (const member of members) grouped.add(member.path.identity);
    return {
      id: group.string("CollectionID") ?? "",
      name: group.string("ElementName") ?? "",
      machines: members.map((machine) => machineView(reader, disks, machine)),
    };
  });
  const machines = reader.query(`SELECT * FROM ${ClassName.computerSystem} WHERE Name <> '${hostName}'`);
  const others = machines.filter(({ path }) => !grouped.has(path.identity));
  return { hostName, groups, otherMachines: others.map((machine) => machineView(reader, disks, machine)) };
}

function machineView(reader: CimReader, disks: MachineDisks, machine: CimInstance): MachineView {
  const snapshots = reader.associators(machine.path, {
    associationClass: "Msvm_SnapshotOfVirtualSystem",
    resultClass: ClassName.virtualSystemSettingData,
  });
  const id = machine.string("Name") ?? "";
  return {
    id,
    name: machine.string("ElementName") ?? "",
    state: states[machine.number("EnabledState") ?? -1] ?? "unknown",
    applicationVersion: disks.ofMachine(id),
    snapshots: snapshots
      .filter((snapshot) => snapshot.string("VirtualSystemType") !== VirtualSystemType.realized)
      .map((snapshot) => snapshotView(reader, disks, snapshot)),
  };
}

function snapshotView(reader: CimReader, disks: MachineDisks, snapshot: CimInstance): SnapshotView {
  const [collection] = reader.associators(snapshot.path, {
    associationClass: ClassName.collectedSnapshots,
    resultClass: ClassName.snapshotCollection,
  });
  const id = snapshot.string("InstanceID")?.replace(/^Microsoft:/, "") ?? "";
  return {
    id,
    name: snapshot.string("ElementName") ?? "",
    createdAt: snapshot.time("CreationTime") ?? "",
    snapshotCollectionId: collection?.string("CollectionID") ?? null,
    applicationVersion: disks.ofSnapshot(id),
  };
}
