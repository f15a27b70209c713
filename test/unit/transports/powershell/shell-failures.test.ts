import { afterEach, describe, expect, it, vi } from "vitest";
import { CimInstancePath } from "../../../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../../../provider/src/cim/cim-session";
import type { HyperVError } from "../../../../provider/src/errors";
import { virtualizationNamespace } from "../../../../provider/src/schema/names";
import type { PowerShellTransportOptions } from "../../../../provider/src/transports/powershell/options";
import { openPowerShellSession } from "../../../../provider/src/transports/powershell/powershell-session";
import { fakeShell } from "../../../support/fake-shell";

const open = (options: Partial<PowerShellTransportOptions> = {}) =>
  openPowerShellSession({ namespace: virtualizationNamespace, ...options });
const play = (mode: string) => {
  for (const [name, value] of Object.entries(fakeShell(mode))) vi.stubEnv(name, value);
};
const failure = (promise: Promise<unknown>): Promise<HyperVError> =>
  promise.then(
    () => expect.unreachable("it should have failed"),
    (error) => error,
  );
const jobs = "SELECT * FROM Msvm_ConcreteJob";
const service = CimInstancePath.parse('Msvm_CollectionSnapshotService.Name="x"');

let session: CimSession | undefined;
afterEach(async () => {
  await session?.close();
  session = undefined;
  vi.unstubAllEnvs();
});

it("shows the fix if there is no PowerShell", async () => {
  vi.stubEnv("NODE_POWERSHELL", "/nowhere/pwsh");
  const error = await failure(open());
  expect(error.code).toBe("MISSING_DEPENDENCY");
  expect(error.message).toContain("spawn /nowhere/pwsh ENOENT");
  expect(error.message).toContain("Install PowerShell");
});

describe.skipIf(process.platform === "win32")("a shell that", () => {
  it("is restricted by policy is reported as that", async () => {
    play("restricted");
    const error = await failure(open());
    expect(error.code).toBe("MISSING_DEPENDENCY");
    expect(error.message).toContain("ConstrainedLanguage");
  });

  it("refuses the worker's script is reported at once, with PowerShell's reason", async () => {
    play("blocks the worker");
    const error = await failure(open());
    expect(error.code).toBe("MISSING_DEPENDENCY");
    expect(error.message).toContain("ScriptContainedMaliciousContent");
    expect(error.message).toContain("antivirus (AMSI)");
  });

  it("can't log on is the only try: no request and no session logs on again", async () => {
    play("logon fails");
    const options = { host: "HV-REFUSED", userName: "LAB\\me", password: "wrong" };
    expect((await failure(open(options))).code).toBe("AUTHENTICATION_FAILED");
    play("");
    expect((await failure(open(options))).code).toBe("AUTHENTICATION_FAILED");
    session = await open({ ...options, password: "right" });
    expect(await session.query(jobs)).toEqual([]);
  });

  it("hangs at its start is stopped after its timeout", async () => {
    play("hangs at its start");
    expect((await failure(open({ startTimeoutMs: 300 }))).code).toBe("TRANSPORT_TIMEOUT");
  });

  it("exits at its start is reported with its output", async () => {
    play("ends at its start");
    const error = await failure(open());
    expect(error.code).toBe("CONNECTION_FAILED");
    expect(error.message).toContain("Out of sorts.");
    expect(error.message).toContain("Nothing was asked of the host");
  });

  it.each([
    ["garbage", "PROTOCOL", "isn't base64"],
    ["other number", "PROTOCOL", "request 7, which wasn't asked"],
    ["no JSON", "PROTOCOL", "isn't JSON"],
    ["no answer", "PROTOCOL", "neither an answer nor a failure"],
    ["no end", "PROTOCOL", "a line of more than"],
    ["ends", "CONNECTION_FAILED", "PowerShell ended without an answer"],
    ["ends with 3", "CONNECTION_FAILED", "PowerShell ended without an answer"],
    ["silent", "TRANSPORT_TIMEOUT", "PowerShell gave no answer in time"],
  ])("sends an invalid response (%s) is replaced, and its requests fail", async (mode, code, said) => {
    play(mode);
    session = await open(mode === "silent" ? { requestTimeoutMs: 1000 } : {});
    const lost = await failure(session.query(jobs));
    expect(lost.code).toBe(code);
    expect(lost.message).toContain(said);
    expect(lost.message).toContain("It only reads, so nothing was changed");
    play("");
    expect(await session.query(jobs)).toEqual([]);
  });

  it("exits during a read is replaced, and the read is repeated once", async () => {
    play("ends");
    session = await open();
    const read = session.query(jobs);
    play("");
    expect(await read).toEqual([]);
  });

  it("exits during a method call leaves its effect unknown, and waiting requests go to the next shell", async () => {
    play("ends");
    session = await open();
    const lost = failure(session.invokeMethod(service, "CreateSnapshot", {}));
    play("");
    const waiting = session.query(jobs);
    expect((await lost).message).toContain("The request may have taken effect on the host");
    expect(await waiting).toEqual([]);
  });

  it("is stopped by close leaves the effect unknown too", async () => {
    play("silent");
    session = await open();
    const lost = failure(session.invokeMethod(service, "CreateSnapshot", {}));
    await new Promise((resolve) => setImmediate(resolve));
    await session.close();
    expect((await lost).code).toBe("CONNECTION_FAILED");
    expect((await lost).message).toContain("The request may have taken effect on the host");
  });

  it("responds while the event loop is busy doesn't time out", async () => {
    play("");
    const opening = open();
    // node-powershell's own reading hangs when both ends of an answer on CRLF arrive at once (its defect D1)
    const until = performance.now() + 400;
    while (performance.now() < until);
    session = await opening;
    expect(session.hostName).toBe("FAKE");
  });
});
