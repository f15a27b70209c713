import type { CimInstance } from "../cim/cim-instance";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { CimError } from "../errors";
import { ClassName } from "../schema/names";
import { DiskMergeState, OperationalStatus } from "../schema/value-maps";
import { asMachine, type VirtualMachine } from "./virtual-system-collection";

/** How the disks of some machines get on with merging. */
export interface DiskMerges {
  /** Machines whose disks are merging now. */
  readonly merging: readonly VirtualMachine[];
  /** Machines for which merging is switched off: their chain of disks stays as it is until merging is switched on. */
  readonly switchedOff: readonly VirtualMachine[];
  /** How many of the machines are visible at all. */
  readonly visible: number;
}

/** Reads of which machines the disks are merging, and for which merging is switched off. */
export async function readDiskMerges(session: CimSession, vmIds: readonly string[]): Promise<DiskMerges> {
  const [machines, settings] = await Promise.all([
    queryByKey(session, ClassName.computerSystem, "Name", vmIds),
    vmIds.length > 0 ? mergeSettings(session) : [],
  ]);
  const off = settings.flatMap((one) =>
    one.number("EnabledState") === DiskMergeState.TemporarilyDisabled ? [machineIdOf(one)] : [],
  );
  const isMerging = (machine: CimInstance) =>
    machine.numbers("OperationalStatus").includes(OperationalStatus.MergingDisks);
  return {
    merging: machines.filter(isMerging).map(asMachine),
    switchedOff: machines.map(asMachine).filter(({ vmId }) => off.includes(vmId.toLowerCase())),
    visible: machines.length,
  };
}

/** Says for people that disks don't merge: "Merging is switched off for db-01, so its chain of disks stays". */
export function describeSwitchedOff(machines: readonly VirtualMachine[]): string {
  const names = machines.map(({ vmName }) => vmName).join(", ");
  return `merging is switched off for ${names} (Msvm_DiskMergeSettingData), so the chain of disks stays as it is and grows`;
}

/** What switches merging on again. */
export const switchMergingOn =
  "Switch merging on again on the host (ModifyDiskMergeSettings of Msvm_VirtualSystemManagementService); a backup or an export may have switched it off";

/** Reads the merge settings of all machines. A host without the class has none. */
async function mergeSettings(session: CimSession): Promise<readonly CimInstance[]> {
  try {
    return await session.query(`SELECT * FROM ${ClassName.diskMergeSettingData}`);
  } catch (error) {
    if (CimError.isInstance(error)) return [];
    throw error;
  }
}

/** Reads the machine's id from `Microsoft:<GUID>\DeviceSpecificData`. */
function machineIdOf(settings: CimInstance): string {
  return /^Microsoft:([0-9a-f-]{36})/i.exec(settings.string("InstanceID") ?? "")?.[1]?.toLowerCase() ?? "";
}
