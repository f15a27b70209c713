import { getRights } from "../rights";
import { ReturnValue, VendorCode } from "../schema/value-maps";

/** Points to the cause where the number says too little. */
export const lookIntoEventLog = "Look into the host's Hyper-V-VMMS event log for the cause, then run it again";

export { getRights };

const wait = "Wait until the machines are idle (snapshots, merges, backups, migration), then run it again";

const known: Readonly<Record<number, string>> = {
  [ReturnValue.InvalidState]: wait,
  [VendorCode.AccessDenied]: getRights,
  [VendorCode.SystemIsInUse]: wait,
  [VendorCode.InvalidStateForThisOperation]: wait,
  [VendorCode.OutOfMemory]: "Free memory on the host, then run it again",
};

/** Finds the remedy for a return value of any method, or for the error code of its job. */
export function remedyFor(code: number): string {
  return known[code] ?? lookIntoEventLog;
}

const destroyWhatItHas =
  "Destroy the group's snapshots first, if it has any, and wait until its machines are idle, then run it again";

const ofDestroyCollection: Readonly<Record<number, string>> = {
  [ReturnValue.InvalidState]: destroyWhatItHas,
  [VendorCode.SystemIsInUse]: destroyWhatItHas,
  [VendorCode.InvalidStateForThisOperation]: destroyWhatItHas,
};

/** Finds the remedy for a return value of `DestroyCollection`. */
export function remedyForDestroyCollection(code: number): string {
  return ofDestroyCollection[code] ?? remedyFor(code);
}

const ofApplySnapshot: Readonly<Record<number, string>> = {
  [ReturnValue.NotSupported]:
    "Applying a group's snapshot is documented from Windows 10 1703 on: check the host's version",
};

/** Finds the remedy for a return value of `ApplySnapshot`, or for its job's error code. */
export function remedyForApplySnapshot(code: number): string {
  return ofApplySnapshot[code] ?? remedyFor(code);
}

const ofParameters =
  "Check the inputs snapshotType (documented: 1 Standard, 2 Recovery) and settings (without it, the host decides)";

const ofCreateSnapshot: Readonly<Record<number, string>> = {
  [ReturnValue.NotSupported]:
    "Check the configuration version of the members (6.2 or later), their disks (no pass-through, no shared VHDX) and the snapshot type",
  [ReturnValue.InvalidParameter]: ofParameters,
  [ReturnValue.InvalidType]: ofParameters,
  [VendorCode.NotSupported]:
    "A host was seen to return this for a group whose machine was Off: start the members, and check that none uses a VHD Set as a cluster shared volume",
  [VendorCode.InvalidParameter]: ofParameters,
  [VendorCode.IncorrectDataType]: ofParameters,
  [VendorCode.Failed]:
    "Look into the host's Hyper-V-VMMS event log. Known causes: the cluster service of a guest cluster isn't installed or running in the guests, or the host can't read `settings`",
  [VendorCode.InvalidStateForThisOperation]:
    "Wait until the members are idle; if none is busy, check that exactly one of them owns each shared VHD Set of the group",
};

/** Finds the remedy for a return value of `CreateSnapshot`, or for its job's error code. */
export function remedyForCreateSnapshot(code: number): string {
  return ofCreateSnapshot[code] ?? remedyFor(code);
}
