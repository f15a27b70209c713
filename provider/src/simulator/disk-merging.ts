import type { CimInstancePath } from "../cim/cim-instance-path";
import { ClassName } from "../schema/names";
import { DiskMergeState } from "../schema/value-maps";
import type { CimRepository, StoredInstance } from "./cim-repository";
import { idOfMachine } from "./machine-snapshots";

const settingId = (machineId: string) => `Microsoft:${machineId}\\DeviceSpecificData`;

const settingPath = (repository: CimRepository, machineId: string): CimInstancePath =>
  repository.path(ClassName.diskMergeSettingData, { InstanceID: settingId(machineId) });

/** Writes whether the disks of a machine merge. */
export function writeDiskMergeSetting(repository: CimRepository, machineId: string, isEnabled: boolean): void {
  repository.put(ClassName.diskMergeSettingData, {
    InstanceID: settingId(machineId),
    Caption: "Disk Merge Setting Data",
    Description: "Microsoft Disk Merge Setting Data",
    ElementName: "Disk Merge Setting Data",
    EnabledState: isEnabled ? DiskMergeState.Enabled : DiskMergeState.TemporarilyDisabled,
  });
}

/** Finds the setting that decides whether the disks of a machine merge. */
export function diskMergeSetting(repository: CimRepository, machine: StoredInstance): readonly StoredInstance[] {
  const found = repository.find(settingPath(repository, idOfMachine(machine)));
  return found === undefined ? [] : [found];
}

/** Tells whether the disks of a machine merge after a snapshot was destroyed. */
export function mergesDisks(repository: CimRepository, machine: StoredInstance): boolean {
  // behaviour: mergingSwitchedOff
  const [setting] = diskMergeSetting(repository, machine);
  return setting?.properties["EnabledState"] !== DiskMergeState.TemporarilyDisabled;
}
