import type { ErrorCode } from "../errors";
import { ReturnValue, VendorCode } from "../schema/value-maps";

/** What a number means that a method returned, or a job ended with. */
export interface ReturnCode {
  /** Stable identifier: `METHOD_INVALID_STATE`, `METHOD_VENDOR_NOT_SUPPORTED`. */
  readonly code: ErrorCode;
  /** The documented name, `Not Supported`. */
  readonly name: string;
  /** Whether the documentation makes it a refusal: nothing ran. A timeout, an unknown status and an undocumented number don't prove that. */
  readonly isProvenRefusal: boolean;
}

const documented: Readonly<Record<number, Omit<ReturnCode, "isProvenRefusal">>> = {
  [ReturnValue.NotSupported]: { code: "METHOD_NOT_SUPPORTED", name: "Not Supported" },
  [ReturnValue.Failed]: { code: "METHOD_FAILED", name: "Failed" },
  [ReturnValue.Timeout]: { code: "METHOD_TIMEOUT", name: "Timeout" },
  [ReturnValue.InvalidParameter]: { code: "METHOD_INVALID_PARAMETER", name: "Invalid Parameter" },
  [ReturnValue.InvalidState]: { code: "METHOD_INVALID_STATE", name: "Invalid State" },
  [ReturnValue.InvalidType]: { code: "METHOD_INVALID_TYPE", name: "Invalid Type" },
  [VendorCode.Failed]: { code: "METHOD_VENDOR_FAILED", name: "Failed" },
  [VendorCode.AccessDenied]: { code: "METHOD_VENDOR_ACCESS_DENIED", name: "Access Denied" },
  [VendorCode.NotSupported]: { code: "METHOD_VENDOR_NOT_SUPPORTED", name: "Not Supported" },
  [VendorCode.StatusIsUnknown]: { code: "METHOD_VENDOR_STATUS_IS_UNKNOWN", name: "Status is unknown" },
  [VendorCode.Timeout]: { code: "METHOD_VENDOR_TIMEOUT", name: "Timeout" },
  [VendorCode.InvalidParameter]: { code: "METHOD_VENDOR_INVALID_PARAMETER", name: "Invalid parameter" },
  [VendorCode.SystemIsInUse]: { code: "METHOD_VENDOR_SYSTEM_IS_IN_USE", name: "System is in use" },
  [VendorCode.InvalidStateForThisOperation]: {
    code: "METHOD_VENDOR_INVALID_STATE",
    name: "Invalid state for this operation",
  },
  [VendorCode.IncorrectDataType]: { code: "METHOD_VENDOR_INCORRECT_DATA_TYPE", name: "Incorrect data type" },
  [VendorCode.SystemIsNotAvailable]: { code: "METHOD_VENDOR_SYSTEM_IS_NOT_AVAILABLE", name: "System is not available" },
  [VendorCode.OutOfMemory]: { code: "METHOD_VENDOR_OUT_OF_MEMORY", name: "Out of memory" },
  [VendorCode.FileNotFound]: { code: "METHOD_VENDOR_FILE_NOT_FOUND", name: "File not found" },
};

/** Documented return values that leave open whether the method ran. */
const inconclusive: readonly number[] = [ReturnValue.Timeout, VendorCode.StatusIsUnknown, VendorCode.Timeout];

/** The ranges behind the documented numbers, as the methods' value maps name them. */
const ranges: readonly { readonly upTo: number; readonly code: ErrorCode; readonly name: string }[] = [
  { upTo: 4095, code: "METHOD_DMTF_RESERVED", name: "DMTF Reserved" },
  { upTo: 32767, code: "METHOD_RESERVED", name: "Method Reserved" },
  { upTo: 65535, code: "METHOD_VENDOR_SPECIFIC", name: "Vendor Specific" },
];

const undocumented = { code: "METHOD_UNDOCUMENTED", name: "not documented" } as const;

/** Finds what is documented about a number that isn't a success; numbers beyond the documented ones get their range's name. */
export function returnCode(value: number): ReturnCode {
  const range = ranges.find(({ upTo }) => value <= upTo) ?? undocumented;
  const { code, name } = documented[value] ?? range;
  return { code, name, isProvenRefusal: value in documented && !inconclusive.includes(value) };
}

/** A number for people: `32770 (Not Supported)`. */
export function describeReturnCode(value: number): string {
  return value === 0 ? "0 (none)" : `${value} (${returnCode(value).name})`;
}
