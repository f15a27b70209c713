import { getRights } from "../rights";
import { ReturnValue, VendorCode } from "../schema/value-maps";

/** Where a host tells more than a number. */
export const lookIntoEventLog = "Look into the host's Hyper-V-VMMS event log for the cause, then run it again";

export { getRights };

const wait =
  "Wait until the machines have finished what they are doing (snapshots, merges, migration), then run it again";

const known: Readonly<Record<number, string>> = {
  [ReturnValue.InvalidState]: wait,
  [VendorCode.AccessDenied]: getRights,
  [VendorCode.SystemIsInUse]: wait,
  [VendorCode.InvalidStateForThisOperation]: wait,
  [VendorCode.OutOfMemory]: "Free memory on the host, then run it again",
};

/** What helps where a method of Hyper-V returned a number, or its job ended with it, whichever method it was. */
export function remedyFor(code: number): string {
  return known[code] ?? lookIntoEventLog;
}

const destroyWhatItHas =
  "Destroy the group's snapshots first, where it has some, and wait until its machines have finished what they are doing; then run it again";

const ofDestroyCollection: Readonly<Record<number, string>> = {
  [ReturnValue.InvalidState]: destroyWhatItHas,
  [VendorCode.SystemIsInUse]: destroyWhatItHas,
  [VendorCode.InvalidStateForThisOperation]: destroyWhatItHas,
};

/** What helps where `DestroyCollection` of a group returned a number. */
export function remedyForDestroyCollection(code: number): string {
  return ofDestroyCollection[code] ?? remedyFor(code);
}

const ofApplySnapshot: Readonly<Record<number, string>> = {
  [ReturnValue.NotSupported]:
    "Windows 10 1703 is documented as the first that applies a group's snapshot: check the host",
};

/** What helps where `ApplySnapshot` of a snapshot collection returned a number, or its job ended with it. */
export function remedyForApplySnapshot(code: number): string {
  return ofApplySnapshot[code] ?? remedyFor(code);
}

const ofParameters =
  "Check the inputs snapshotType (1, Standard, and 2, Recovery, are documented) and settings (without any, the host decides)";

const ofCreateSnapshot: Readonly<Record<number, string>> = {
  [ReturnValue.NotSupported]:
    "Check the configuration version of the members (6.2 or later), their disks (no pass-through, no shared VHDX) and the snapshot type",
  [ReturnValue.InvalidParameter]: ofParameters,
  [ReturnValue.InvalidType]: ofParameters,
  [VendorCode.NotSupported]:
    "A host was seen to answer this for a group whose machine was Off: start the members, and check that none uses a VHD Set as a cluster shared volume",
  [VendorCode.InvalidParameter]: ofParameters,
  [VendorCode.IncorrectDataType]: ofParameters,
  [VendorCode.Failed]:
    "Look into the host's Hyper-V-VMMS event log; hosts answer so where a guest cluster's service isn't installed or running in the guests, and where settings can't be read",
  [VendorCode.InvalidStateForThisOperation]:
    "Wait until the members have finished what they are doing; if none is busy, check that exactly one of them owns each shared VHD Set of the group",
};

/** What helps where `CreateSnapshot` of a group returned a number, or its job ended with it. */
export function remedyForCreateSnapshot(code: number): string {
  return ofCreateSnapshot[code] ?? remedyFor(code);
}
