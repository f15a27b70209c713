import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { MethodFailedError, ProtocolError } from "../../../provider/src/errors";
import { methodOutcome } from "../../../provider/src/jobs/method-outcome";

const call = {
  attempted: "CreateSnapshot",
  target: 'VM group "web-tier" on HV-TEST',
  refused: "No snapshot was taken",
  remedy: (returnValue: number) => `Think about ${returnValue}`,
};
const outcome = (returnValue: number, outParameters = {}) => methodOutcome({ returnValue, outParameters }, call);
const errorOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return expect.unreachable();
};

/** Documented numbers that say that nothing ran; a timeout and an unknown status don't. */
const provenRefusals = Object.fromEntries(
  [1, 2, 4, 5, 6, 32768, 32769, 32770, 32773, 32774, 32775, 32776, 32777, 32778, 32779].map((value) => [value, true]),
);

describe("the return value of a method", () => {
  it("means completed if it is 0, and a job if it is 4096", () => {
    expect(outcome(0)).toEqual({ kind: "completed" });
    const jobPath = CimInstancePath.parse('Msvm_ConcreteJob.InstanceID="1"');
    expect(outcome(4096, { Job: jobPath })).toEqual({ kind: "jobStarted", jobPath });
  });

  it("is invalid if it is 4096 without a job", () => {
    expect(ProtocolError.isInstance(errorOf(() => outcome(4096, { Job: null })))).toBe(true);
  });

  it.each([
    [1, "METHOD_NOT_SUPPORTED", "1 (Not Supported)"],
    [2, "METHOD_FAILED", "2 (Failed)"],
    [3, "METHOD_TIMEOUT", "3 (Timeout)"],
    [4, "METHOD_INVALID_PARAMETER", "4 (Invalid Parameter)"],
    [5, "METHOD_INVALID_STATE", "5 (Invalid State)"],
    [6, "METHOD_INVALID_TYPE", "6 (Invalid Type)"],
    [7, "METHOD_DMTF_RESERVED", "7 (DMTF Reserved)"],
    [4095, "METHOD_DMTF_RESERVED", "4095 (DMTF Reserved)"],
    [4097, "METHOD_RESERVED", "4097 (Method Reserved)"],
    [32767, "METHOD_RESERVED", "32767 (Method Reserved)"],
    [32768, "METHOD_VENDOR_FAILED", "32768 (Failed)"],
    [32769, "METHOD_VENDOR_ACCESS_DENIED", "32769 (Access Denied)"],
    [32770, "METHOD_VENDOR_NOT_SUPPORTED", "32770 (Not Supported)"],
    [32771, "METHOD_VENDOR_STATUS_IS_UNKNOWN", "32771 (Status is unknown)"],
    [32772, "METHOD_VENDOR_TIMEOUT", "32772 (Timeout)"],
    [32773, "METHOD_VENDOR_INVALID_PARAMETER", "32773 (Invalid parameter)"],
    [32774, "METHOD_VENDOR_SYSTEM_IS_IN_USE", "32774 (System is in use)"],
    [32775, "METHOD_VENDOR_INVALID_STATE", "32775 (Invalid state for this operation)"],
    [32776, "METHOD_VENDOR_INCORRECT_DATA_TYPE", "32776 (Incorrect data type)"],
    [32777, "METHOD_VENDOR_SYSTEM_IS_NOT_AVAILABLE", "32777 (System is not available)"],
    [32778, "METHOD_VENDOR_OUT_OF_MEMORY", "32778 (Out of memory)"],
    [32779, "METHOD_VENDOR_FILE_NOT_FOUND", "32779 (File not found)"],
    [40000, "METHOD_VENDOR_SPECIFIC", "40000 (Vendor Specific)"],
    [70000, "METHOD_UNDOCUMENTED", "70000 (not documented)"],
  ])("means a refusal if it is %i", (returnValue, code, described) => {
    const error = errorOf(() => outcome(returnValue));
    expect(MethodFailedError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code, returnValue });
    expect((error as Error).message).toContain(`the host returned ${described}`);
    const isProven = returnValue in provenRefusals;
    expect(error).toMatchObject({ effect: isProven ? "none" : "unknown" });
    expect((error as Error).message).toContain(isProven ? "No snapshot was taken" : "The call may have taken effect");
  });
});
