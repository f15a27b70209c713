import { describe, expect, it } from "vitest";
import type { Configuration } from "../../provider/src/config";
import { connect, transportOf } from "../../provider/src/connection";
import { readConfiguration } from "../../provider/src/read-configuration";
import { FakeClock } from "../support/fake-clock";

const configuration = (stack: Record<string, string>): Configuration =>
  readConfiguration({ get: (name) => stack[name], stackKeys: Object.keys(stack), environment: {} });

describe("the transport", () => {
  it("is the configured one", () => {
    expect(transportOf(configuration({ transport: "simulated" }), "win32")).toBe("simulated");
    expect(transportOf(configuration({ transport: "powershell", host: "HV01" }), "linux")).toBe("powershell");
  });

  it("is PowerShell on Windows without a host, and is never chosen elsewhere", () => {
    expect(transportOf(configuration({}), "win32")).toBe("powershell");
    for (const [stack, platform] of [
      [{ host: "HV01" }, "win32"],
      [{}, "linux"],
      [{}, "darwin"],
    ] as const) {
      expect(() => transportOf(configuration(stack), platform)).toThrow("`hyperv-snapshots:transport` is not set");
    }
  });
});

it.each([
  [{ username: "LAB\\me", host: "HV01" }, "--secret hyperv-snapshots:password"],
  [{ password: "secret-text", host: "HV01" }, "hyperv-snapshots:username"],
  [{ username: "LAB\\me", password: "secret-text" }, "WMI refuses credentials for its own computer"],
])("credentials that can't work are refused before a process starts (%#)", async (stack, said) => {
  const opening = connect(configuration({ transport: "powershell", ...stack }), new FakeClock());
  await expect(opening).rejects.toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(said) });
  await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("secret-text") });
});
