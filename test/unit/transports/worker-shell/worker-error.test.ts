import { describe, expect, it } from "vitest";
import type { CimError } from "../../../../provider/src/errors";
import { workerError } from "../../../../provider/src/transports/worker-shell/worker-error";
import type { WorkerFailure } from "../../../../provider/src/transports/worker-shell/worker-protocol";

const failure = (facts: Partial<WorkerFailure>): WorkerFailure => ({
  type: "Microsoft.Management.Infrastructure.CimException",
  id: "x,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand",
  text: "見つかりません ",
  messageId: null,
  nativeErrorCode: null,
  errorCode: null,
  isModule: false,
  ...facts,
});
const context = { attempted: "Invoking CreateSnapshot", target: "x on HV01", changes: true };

describe("an error of the worker", () => {
  it.each([
    ["CIM_NOT_FOUND", { messageId: "HRESULT 0x80041002", nativeErrorCode: 6 }, "0x80041002 (WBEM_E_NOT_FOUND)"],
    ["CIM_NOT_FOUND", { messageId: "HRESULT 0x80338000", nativeErrorCode: 6 }, "ERROR_WSMAN_RESOURCE_NOT_FOUND"],
    ["CIM_NOT_FOUND", { nativeErrorCode: 6 }, "MI_Result 6 (NotFound)"],
    ["CIM_ACCESS_DENIED", { messageId: "HRESULT 0x80070005", nativeErrorCode: 1 }, "E_ACCESSDENIED"],
    ["CIM_ACCESS_DENIED", { errorCode: 0x80041003 - 2 ** 32 }, "WBEM_E_ACCESS_DENIED"],
    ["CIM_ACCESS_DENIED", { nativeErrorCode: 2 }, "AccessDenied"],
    [
      "AUTHENTICATION_FAILED",
      { messageId: "HRESULT 0x803380e4", nativeErrorCode: 1 },
      "ERROR_WSMAN_SERVER_NOT_TRUSTED",
    ],
    ["CONNECTION_FAILED", { messageId: "HRESULT 0x800706ba", nativeErrorCode: 1 }, "RPC_S_SERVER_UNAVAILABLE"],
    ["TRANSPORT_TIMEOUT", { messageId: "HRESULT 0x80338029", nativeErrorCode: 1 }, "ERROR_WSMAN_OPERATION_TIMEDOUT"],
    ["CIM_FAILED", { messageId: "HRESULT 0x80041017", nativeErrorCode: 15 }, "WBEM_E_INVALID_QUERY"],
    ["CIM_FAILED", { messageId: "HRESULT 0x8badf00d", nativeErrorCode: 1 }, "0x8BADF00D"],
    [
      "CIM_FAILED",
      { type: "System.ArgumentException", id: "System.ArgumentException,Invoke-CimMethod" },
      "System.ArgumentException",
    ],
    [
      "MISSING_DEPENDENCY",
      { id: "Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand", isModule: true },
      "CimCmdlets",
    ],
  ])("is %s by its number, in any language (%#)", (code, facts, said) => {
    const error = workerError(failure(facts), context);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.message).toContain("見つかりません");
  });

  it("has its HRESULT", () => {
    expect((workerError(failure({ messageId: "HRESULT 0x80041002" }), context) as CimError).hresult).toBe(0x80041002);
  });

  it("has an unknown effect if the connection broke during a call, but not during a read", () => {
    const broken = failure({ messageId: "HRESULT 0x800706be" });
    expect(workerError(broken, context).message).toContain("The request may have taken effect on the host");
    expect(workerError(broken, { ...context, changes: false }).message).toContain("Nothing was changed");
  });
});

describe("the effect of a call that failed", () => {
  const cases: readonly (readonly [string, Partial<WorkerFailure>])[] = [
    ["none", { messageId: "HRESULT 0x80041010", nativeErrorCode: 5 }],
    ["none", { messageId: "HRESULT 0x8004102f", nativeErrorCode: 1 }],
    ["none", { nativeErrorCode: 17 }],
    ["none", { messageId: "HRESULT 0x8007052e", nativeErrorCode: 1 }],
    ["unknown", { messageId: "HRESULT 0x80041001", nativeErrorCode: 1 }],
    ["unknown", { messageId: "HRESULT 0x80041002", nativeErrorCode: 6 }],
    ["unknown", { messageId: "HRESULT 0x80338000", nativeErrorCode: 6 }],
    ["unknown", { messageId: "HRESULT 0x80041013", nativeErrorCode: 1 }],
    ["unknown", { messageId: "HRESULT 0x80070005", nativeErrorCode: 1 }],
    ["unknown", { nativeErrorCode: 1 }],
    ["unknown", { nativeErrorCode: 6 }],
    ["unknown", { type: "System.ArgumentException", id: "System.ArgumentException,Invoke-CimMethod" }],
  ];

  it.each(cases)("is %s by its number (%#)", (effect, facts) => {
    const error = workerError(failure(facts), context);
    expect(error.effect).toBe(effect);
    expect(error.message.includes("Nothing was changed")).toBe(effect === "none");
  });

  it.each(cases)("is none for a read (%#)", (_, facts) => {
    expect(workerError(failure(facts), { ...context, changes: false }).effect).toBe("none");
  });
});
