import { expect } from "vitest";
import type { OptionValue } from "../../../../provider/src/simulator/index";
import { embeddedSettings, HostAtHand } from "../../../support/simulated-hosts";
import { hostWith, type OptionTests } from "./host-with-options";

const management = "Msvm_VirtualSystemManagementService";

/** Writes settings of the one snapshot of web-01, or of web-01 itself. @returns What the method returned. */
export function modify(at: HostAtHand, instanceId: string, properties: string): number {
  const SystemSettings = `<INSTANCE CLASSNAME="Msvm_VirtualSystemSettingData"><PROPERTY NAME="InstanceID" TYPE="string"><VALUE>${instanceId}</VALUE></PROPERTY>${properties}</INSTANCE>`;
  return at.call(management, "ModifySystemSettings", { SystemSettings }).returnValue;
}

/** `Notes` as CIM-XML. */
export const notes = (...texts: readonly string[]) =>
  `<PROPERTY.ARRAY NAME="Notes" TYPE="string"><VALUE.ARRAY>${texts.map((text) => `<VALUE>${text}</VALUE>`).join("")}</VALUE.ARRAY></PROPERTY.ARRAY>`;

function notesAfterWriting(at: HostAtHand): readonly unknown[] {
  const [snapshot] = at.members(at.takeSnapshot());
  const instanceId = snapshot?.string("InstanceID") ?? "";
  expect(modify(at, instanceId, notes("ours", "second"))).toBe(0);
  const machine = `Microsoft:${snapshot?.string("VirtualSystemIdentifier")}`;
  return [instanceId, machine].map(
    (id) => at.only(`SELECT * FROM Msvm_VirtualSystemSettingData WHERE InstanceID = '${id}'`).properties["Notes"],
  );
}

function renameRecoverySnapshot(at: HostAtHand): number {
  const [snapshot] = at.members(at.takeSnapshot({ SnapshotType: 2 }));
  const name = '<PROPERTY NAME="ElementName" TYPE="string"><VALUE>before</VALUE></PROPERTY>';
  return modify(at, snapshot?.string("InstanceID") ?? "", name);
}

function destroyLastMember(at: HostAtHand): number {
  const one = new HostAtHand(
    { machines: [{ name: "web-01" }], groups: [{ name: "web-tier", members: ["web-01"] }], options: at.host.options },
    at.clock,
  );
  const [snapshot] = one.members(one.takeSnapshot());
  const AffectedSnapshot = snapshot?.path ?? null;
  expect(one.call("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", { AffectedSnapshot }).returnValue).toBe(4096);
  one.clock.pass(10);
  return one.snapshotCollections().length;
}

/** Names the one snapshot. @returns What the method returned, the name at once, and the name after a while. */
function nameSnapshot(at: HostAtHand, name = "before"): readonly unknown[] {
  const [snapshot] = at.members(at.takeSnapshot());
  const id = snapshot?.string("InstanceID") ?? "";
  const property = `<PROPERTY NAME="ElementName" TYPE="string"><VALUE>${name}</VALUE></PROPERTY>`;
  const isNamed = () =>
    at.only(`SELECT * FROM Msvm_VirtualSystemSettingData WHERE InstanceID = '${id}'`).string("ElementName") === name;
  const returnValue = modify(at, id, property);
  const atOnce = isNamed();
  at.clock.pass(2);
  return [returnValue, atOnce, isNamed()];
}

function nameOfLength(length: number, longNames: OptionValue<"longNames">): readonly unknown[] {
  const at = hostWith({ longNames });
  const Name = "n".repeat(length);
  const [returnValue] = nameSnapshot(at, Name);
  const group = at.call("Msvm_CollectionManagementService", "DefineCollection", { Name, Type: 0 }).returnValue;
  const parameters = { Collection: at.group(), NewName: Name };
  return [returnValue, group, at.call("Msvm_CollectionManagementService", "RenameCollection", parameters).returnValue];
}

/** What the per-machine CreateSnapshot returns for settings with a name, and whether the snapshot has it. */
function nameAtCreation(machineSnapshotNaming: OptionValue<"machineSnapshotNaming">): readonly unknown[] {
  const at = hostWith({ machineSnapshotNaming });
  const SnapshotSettings =
    '<INSTANCE CLASSNAME="Msvm_VirtualSystemSettingData"><PROPERTY NAME="ElementName" TYPE="string"><VALUE>ours</VALUE></PROPERTY></INSTANCE>';
  const call = (settings: string) =>
    at.call("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", {
      AffectedSystem: at.machine("web-01").path,
      SnapshotSettings: settings,
      SnapshotType: 2,
    }).returnValue;
  expect(call("no settings")).toBe(32768);
  const returnValue = call(SnapshotSettings);
  at.clock.pass(10);
  const named = "SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName = 'ours'";
  return [returnValue, at.host.query(named).length];
}

/** What snapshots take and keep. */
export const settingsOptions: Pick<
  OptionTests,
  | "settingsCompletion"
  | "machineSnapshotNaming"
  | "longNames"
  | "snapshotTypes"
  | "settings"
  | "snapshotNotes"
  | "recoverySnapshotSettings"
  | "emptySnapshotCollection"
> = {
  settingsCompletion: {
    atOnce: () => expect(nameSnapshot(hostWith({ settingsCompletion: "atOnce" }))).toEqual([0, true, true]),
    job: () => {
      expect(nameSnapshot(hostWith({ settingsCompletion: "job" }))).toEqual([4096, false, true]);
      const failing = hostWith({ settingsCompletion: "job" });
      failing.host.injectFault({ method: "ModifySystemSettings", job: { endState: 10 } });
      expect(nameSnapshot(failing)).toEqual([4096, false, false]);
    },
  },
  machineSnapshotNaming: {
    ignored: () => expect(nameAtCreation("ignored")).toEqual([4096, 0]),
    named: () => expect(nameAtCreation("named")).toEqual([4096, 1]),
    refuse32773: () => expect(nameAtCreation("refuse32773")).toEqual([32773, 0]),
  },
  longNames: {
    accept: () => expect(nameOfLength(300, "accept")).toEqual([0, 0, 0]),
    refuse32773: () => {
      expect(nameOfLength(100, "refuse32773")).toEqual([0, 0, 0]);
      expect(nameOfLength(101, "refuse32773")).toEqual([32773, 32773, 32773]);
    },
    refuse32768: () => expect(nameOfLength(101, "refuse32768")).toEqual([32768, 32768, 32768]),
  },
  snapshotTypes: {
    oneAndTwo: () =>
      expect([0, 3, 40_000].map((SnapshotType) => hostWith({}).createSnapshot({ SnapshotType }).returnValue)).toEqual([
        4, 4, 4,
      ]),
    vendorToo: () => {
      const at = () => hostWith({ snapshotTypes: "vendorToo" });
      expect([3, 40_000].map((SnapshotType) => at().createSnapshot({ SnapshotType }).returnValue)).toEqual([4, 4096]);
    },
  },
  settings: {
    accept: () => expect(hostWith({}).createSnapshot({ SnapshotSettings: embeddedSettings }).returnValue).toBe(4096),
    refuse32773: () => {
      const at = hostWith({ settings: "refuse32773" });
      expect(at.createSnapshot({ SnapshotSettings: embeddedSettings }).returnValue).toBe(32773);
      expect(at.createSnapshot({ SnapshotSettings: null }).returnValue).toBe(4096);
    },
  },
  snapshotNotes: {
    kept: () => expect(notesAfterWriting(hostWith({}))).toEqual([["ours"], null]),
    ignored: () => expect(notesAfterWriting(hostWith({ snapshotNotes: "ignored" }))).toEqual([null, null]),
    vm: () => expect(notesAfterWriting(hostWith({ snapshotNotes: "vm" }))).toEqual([null, ["ours"]]),
  },
  recoverySnapshotSettings: {
    accept: () => expect(renameRecoverySnapshot(hostWith({}))).toBe(0),
    refuse32775: () =>
      expect(renameRecoverySnapshot(hostWith({ recoverySnapshotSettings: "refuse32775" }))).toBe(32775),
  },
  emptySnapshotCollection: {
    goes: () => expect(destroyLastMember(hostWith({}))).toBe(0),
    stays: () => expect(destroyLastMember(hostWith({ emptySnapshotCollection: "stays" }))).toBe(1),
  },
};
