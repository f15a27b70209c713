import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { Hresult, MiResult } from "../../provider/src/schema/hresults";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import type { PowerShellTransportOptions } from "../../provider/src/transports/powershell/options";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { untilEnded } from "../support/processes";
import { HostAtHand } from "../support/simulated-hosts";
import { temporaryFolder } from "../support/temporary-folder";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const jobs = "SELECT * FROM Msvm_ConcreteJob";
const groups = "SELECT * FROM Msvm_VirtualSystemCollection";

/** How PowerShell refuses a module that a policy doesn't allow. */
const blockedModule =
  "throw [Management.Automation.ErrorRecord]::new([Management.Automation.PSSecurityException]::new('gesperrt'), 'UnauthorizedAccess', 'SecurityError', $null)";

const [newer] = powerShellEditions;

describe.each(powerShellEditions)("shells of $name", (edition) => {
  let at: HostAtHand;
  let server: CimHostServer;
  let session: CimSession | undefined;

  beforeEach(async (context) => {
    const environment = requirePowerShell(context, edition);
    at = new HostAtHand();
    server = await CimHostServer.start(at.host);
    for (const [name, value] of Object.entries({ ...environment, ...server.environment })) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await session?.close();
    session = undefined;
    await server?.stop();
    // none may be left after any test
    await untilEnded(server?.shells ?? []);
  });

  const open = async (options: Partial<PowerShellTransportOptions> = {}) => {
    session = await openPowerShellSession({ namespace: virtualizationNamespace, ...options });
    return session;
  };

  it("never run data as code, whatever it contains", async () => {
    const file = join(temporaryFolder(), "broken-out");
    const call = `[IO.File]::WriteAllText('${file}', 'x')`;
    const attempts = [
      `$(${call})`,
      `'; ${call}; '`,
      `"; ${call}; "`,
      `\`"; ${call} #`,
      `\r\n${call}\r\n`,
      `\u2019; ${call}; \u2019`,
    ];
    const { invokeMethod, get, query } = await open();
    const bound = { invokeMethod: invokeMethod.bind(session), get: get.bind(session), query: query.bind(session) };
    for (const attempt of attempts) {
      const path = new CimInstancePath({ className: "Msvm_ConcreteJob", keys: { InstanceID: attempt } });
      await expect(bound.get(path)).rejects.toMatchObject({ code: "CIM_NOT_FOUND" });
      await expect(bound.query(`SELECT * FROM ${attempt}`)).rejects.toMatchObject({ code: "CIM_FAILED" });
      await bound.invokeMethod(at.service, "CreateSnapshot", {
        Collection: at.group(),
        SnapshotSettings: attempt,
        SnapshotType: 1,
      });
      await expect(bound.invokeMethod(at.service, attempt, { [attempt]: attempt })).rejects.toMatchObject({
        code: "CIM_FAILED",
      });
      await expect(
        bound.get(new CimInstancePath({ className: attempt, keys: { [attempt]: attempt } })),
      ).rejects.toThrow();
    }
    expect(() => readFileSync(file)).toThrow("ENOENT");
    expect(server.connects).toHaveLength(1);
  });

  it("may print anything beside the responses", async () => {
    const noisy = await CimHostServer.start(at.host, { isNoisy: true });
    for (const [name, value] of Object.entries(noisy.environment)) vi.stubEnv(name, value);
    const opened = await open();
    for (let asked = 0; asked < 3; asked += 1) expect(await opened.query(groups)).toHaveLength(1);
    expect(noisy.connects).toHaveLength(1);
    await session?.close();
    await noisy.stop();
  });

  it("receive a remote host's name and the credentials only through the pipe", async () => {
    const password = `Zoë's "pass" $(word) \`n 東京`;
    const opened = await open({ host: "HV02.lab", userName: "LAB\\zoë", password, authentication: "Kerberos" });
    await opened.query(jobs, { isPoll: true });
    expect(server.connects).toHaveLength(2);
    for (const connect of server.connects) {
      expect(connect).toMatchObject({
        computerName: "HV02.lab",
        userName: "LAB\\zoë",
        password,
        authentication: "Kerberos",
      });
    }
    if (process.platform !== "linux") return;
    for (const shell of server.shells) {
      for (const file of ["cmdline", "environ"])
        expect(readFileSync(`/proc/${shell}/${file}`, "utf8")).not.toContain("東京");
    }
  });

  // what differs between the editions is how text travels: the rest is tried with one
  if (edition !== newer) return;

  it("run in parallel, so a call that hangs delays no poll", async () => {
    const opened = await open();
    let release = () => {};
    server.intercept = (request) =>
      request.verb === "invokeMethod" ? new Promise((resolve) => (release = () => resolve(undefined))) : undefined;
    const call = opened.invokeMethod(at.service, "CreateSnapshot", { Collection: at.group(), SnapshotType: 1 });
    for (let polled = 0; polled < 5; polled += 1) expect(await opened.query(jobs, { isPoll: true })).toEqual([]);
    await vi.waitFor(() => release(), 1000);
    release();
    expect((await call).returnValue).toBe(4096);
    expect(server.connects).toHaveLength(2);
  });

  it("are replaced when they die, and waiting requests go to the new one", async () => {
    const opened = await open();
    const asked = new Promise<void>((resolve) => {
      server.intercept = ({ verb }) => {
        if (verb !== "invokeMethod") return undefined;
        resolve();
        return "silence";
      };
    });
    const call = opened.invokeMethod(at.service, "CreateSnapshot", { Collection: at.group(), SnapshotType: 1 });
    const waiting = opened.query(groups);
    await asked;
    process.kill(server.shells[0] ?? 0, "SIGKILL");
    await expect(call).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining("may have taken effect"),
    });
    expect(await waiting).toHaveLength(1);
    expect(server.connects).toHaveLength(2);
    expect(at.host.methodCalls).toEqual({});
  });

  it("are ended when they hang, and replaced", async () => {
    const opened = await open({ requestTimeoutMs: 20_000 });
    server.intercept = ({ verb }) => (verb === "get" ? "silence" : undefined);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const hanging = opened.get(at.service);
    const rejected = expect(hanging).rejects.toMatchObject({ code: "TRANSPORT_TIMEOUT" });
    await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    await rejected;
    expect(await opened.query(groups)).toHaveLength(1);
    await untilEnded(server.shells.slice(0, 1));
  });

  it("keep serving after a request under way is aborted", async () => {
    const opened = await open();
    const giveUp = new AbortController();
    let release = () => {};
    server.intercept = ({ verb }) =>
      verb === "get" ? new Promise((resolve) => (release = () => resolve(undefined))) : undefined;
    const given = opened.get(at.service, { abortSignal: giveUp.signal });
    const waiting = opened.query(groups);
    await vi.waitFor(() => expect(at.host.requests.query).toBeGreaterThan(0));
    giveUp.abort();
    await expect(given).rejects.toMatchObject({ name: "AbortError" });
    await vi.waitFor(() => release(), 1000);
    server.intercept = undefined;
    release();
    expect(await waiting).toHaveLength(1);
    expect(server.connects).toHaveLength(1);
  });

  it("log on only once with a refused password, whatever is requested afterwards", async () => {
    const opened = await open({ host: "HV-EXPIRED", userName: "LAB\\me", password: "expired" });
    const refusal = { hresult: Hresult.ERROR_LOGON_FAILURE, nativeErrorCode: MiResult.Failed, text: "Abgelaufen" };
    server.intercept = ({ verb }) => (verb === "query" ? refusal : undefined);
    const asked = [opened.query(groups), opened.query(jobs, { isPoll: true }), opened.get(at.service)];
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe("rejected");
    await expect(opened.query(groups)).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED" });
    await expect(open({ host: "HV-EXPIRED", userName: "LAB\\me", password: "expired" })).rejects.toThrow();
    // the polls' shell may have been on its way
    expect(server.connects.length).toBeLessThanOrEqual(2);
  });

  it("inherit none of this process's secrets", async () => {
    if (process.platform !== "linux") return;
    vi.stubEnv("PULUMI_ACCESS_TOKEN", "pul-secret");
    await open();
    expect(readFileSync(`/proc/${server.shells[0]}/environ`, "utf8")).not.toContain("pul-secret");
  });

  describe("a shell that can't open a session", () => {
    it.each([
      ["AUTHENTICATION_FAILED", { hresult: Hresult.ERROR_LOGON_FAILURE, nativeErrorCode: MiResult.Failed }],
      ["CIM_ACCESS_DENIED", { hresult: Hresult.E_ACCESSDENIED, nativeErrorCode: MiResult.AccessDenied }],
      ["CONNECTION_FAILED", { hresult: Hresult.ERROR_WSMAN_NETWORK_TIMEDOUT, nativeErrorCode: MiResult.Failed }],
    ])("throws a typed error: %s", async (code, refusal) => {
      server.intercept = ({ verb }) => (verb === "connect" ? { ...refusal, text: "Zugriff verweigert" } : undefined);
      await expect(open({ host: `HV-${code}` })).rejects.toMatchObject({ code });
    });
  });

  it("is replaced when the connection to the host is lost", async () => {
    const opened = await open();
    const lost = { hresult: Hresult.RPC_S_CALL_FAILED, nativeErrorCode: MiResult.Failed, text: "Der RPC-Server" };
    server.intercept = ({ verb }) => (verb === "query" ? lost : undefined);
    await expect(opened.query(groups)).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
    server.intercept = undefined;
    expect(await opened.query(groups)).toHaveLength(1);
    expect(server.connects).toHaveLength(2);
  });

  it("reports missing CIM cmdlets", async () => {
    vi.stubEnv("PSModulePath", temporaryFolder());
    await expect(open()).rejects.toMatchObject({
      code: "MISSING_DEPENDENCY",
      message: expect.stringContaining("set hyperv-snapshots:transport to ssh"),
    });
  });

  it.each([
    ["can't be loaded", "throw [IO.FileLoadException]::new('Could not load the assembly')", "Import-Module CimCmdlets"],
    ["was made for another version", "[A.Type.Of.Another.Version]::Call()", "Import-Module CimCmdlets"],
    ["is blocked by a policy", blockedModule, "A policy blocks the module"],
  ])("reports at once that its module %s", async (_, script, said) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "CimCmdlets"));
    writeFileSync(join(folder, "CimCmdlets/CimCmdlets.psm1"), script);
    vi.stubEnv("PSModulePath", folder);
    await expect(open()).rejects.toMatchObject({
      code: "MISSING_DEPENDENCY",
      message: expect.stringContaining(said),
    });
  });
});
