import { ReturnValue, VendorCode } from "../schema/value-maps";

/** What a number means that a method returned, or a job ended with. */
export interface ReturnCode {
  /** Stable identifier: `METHOD_INVALID_STATE`, `METHOD_VENDOR_NOT_SUPPORTED`. */
  readonly code: string;
  /** The documented name, `Not Supported (vendor code)`. */
  readonly name: string;
  /** What is known to help. */
  readonly remedy: string;
}

const look = "Look into the host's Hyper-V-VMMS event log for the cause, then run it again";
const rights = "Run it elevated, or let the account join the host's group Hyper-V Administrators";
const wait =
  "Wait until the machines have finished what they are doing (snapshots, merges, migration), then run it again";

const documented: Readonly<Record<number, ReturnCode>> = {
  [ReturnValue.NotSupported]: {
    code: "METHOD_NOT_SUPPORTED",
    name: "Not Supported",
    remedy:
      "Check the configuration version of the members (6.2 or later), their disks (no pass-through, no shared VHDX) and the snapshot type",
  },
  [ReturnValue.Failed]: { code: "METHOD_FAILED", name: "Failed", remedy: look },
  [ReturnValue.Timeout]: { code: "METHOD_TIMEOUT", name: "Timeout", remedy: look },
  [ReturnValue.InvalidParameter]: {
    code: "METHOD_INVALID_PARAMETER",
    name: "Invalid Parameter",
    remedy: "Check the snapshot type and the settings",
  },
  [ReturnValue.InvalidState]: { code: "METHOD_INVALID_STATE", name: "Invalid State", remedy: wait },
  [ReturnValue.InvalidType]: { code: "METHOD_INVALID_TYPE", name: "Invalid Type", remedy: "Check the settings' types" },
  [VendorCode.Failed]: { code: "METHOD_VENDOR_FAILED", name: "Failed", remedy: look },
  [VendorCode.AccessDenied]: { code: "METHOD_VENDOR_ACCESS_DENIED", name: "Access Denied", remedy: rights },
  [VendorCode.NotSupported]: {
    code: "METHOD_VENDOR_NOT_SUPPORTED",
    name: "Not Supported",
    remedy:
      "A host was seen to answer this for a group whose machine was Off: start the members, and check that none uses a VHD Set as a cluster shared volume",
  },
  [VendorCode.StatusIsUnknown]: { code: "METHOD_VENDOR_STATUS_IS_UNKNOWN", name: "Status is unknown", remedy: look },
  [VendorCode.Timeout]: { code: "METHOD_VENDOR_TIMEOUT", name: "Timeout", remedy: look },
  [VendorCode.InvalidParameter]: {
    code: "METHOD_VENDOR_INVALID_PARAMETER",
    name: "Invalid parameter",
    remedy: "Check the snapshot type and the settings",
  },
  [VendorCode.SystemIsInUse]: { code: "METHOD_VENDOR_SYSTEM_IS_IN_USE", name: "System is in use", remedy: wait },
  [VendorCode.InvalidStateForThisOperation]: {
    code: "METHOD_VENDOR_INVALID_STATE",
    name: "Invalid state for this operation",
    remedy: wait,
  },
  [VendorCode.IncorrectDataType]: {
    code: "METHOD_VENDOR_INCORRECT_DATA_TYPE",
    name: "Incorrect data type",
    remedy: "Check the settings' types",
  },
  [VendorCode.SystemIsNotAvailable]: {
    code: "METHOD_VENDOR_SYSTEM_IS_NOT_AVAILABLE",
    name: "System is not available",
    remedy: look,
  },
  [VendorCode.OutOfMemory]: {
    code: "METHOD_VENDOR_OUT_OF_MEMORY",
    name: "Out of memory",
    remedy: "Free memory on the host, then run it again",
  },
  [VendorCode.FileNotFound]: { code: "METHOD_VENDOR_FILE_NOT_FOUND", name: "File not found", remedy: look },
};

/** The ranges behind the documented numbers, as the methods' value maps name them. */
const ranges: readonly { readonly upTo: number; readonly code: string; readonly name: string }[] = [
  { upTo: 4095, code: "METHOD_DMTF_RESERVED", name: "DMTF Reserved" },
  { upTo: 4096, code: "METHOD_JOB_STARTED", name: "Method Parameters Checked - Job Started" },
  { upTo: 32767, code: "METHOD_RESERVED", name: "Method Reserved" },
  { upTo: 65535, code: "METHOD_VENDOR_SPECIFIC", name: "Vendor Specific" },
];

/** Finds what is documented about a number that isn't a success; numbers beyond the documented ones get their range's name. */
export function returnCode(value: number): ReturnCode {
  const range = ranges.find(({ upTo }) => value <= upTo) ?? { code: "METHOD_UNDOCUMENTED", name: "not documented" };
  return documented[value] ?? { code: range.code, name: range.name, remedy: look };
}

/** A number for people: `32770 (Not Supported)`. */
export function describeReturnCode(value: number): string {
  return value === 0 ? "0 (none)" : `${value} (${returnCode(value).name})`;
}
