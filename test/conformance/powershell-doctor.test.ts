import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Hresult, MiResult } from "../../provider/src/schema/hresults";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { CommandLine } from "../support/command-line";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { untilEnded } from "../support/processes";
import { webTierSeed } from "../support/simulated-hosts";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const denied = { hresult: Hresult.E_ACCESSDENIED, nativeErrorCode: MiResult.AccessDenied, text: "Zugriff verweigert" };

describe.each(powerShellEditions)("doctor through $name", (edition) => {
  let server: CimHostServer;
  let at: CommandLine;

  beforeEach(async (context) => {
    const environment = requirePowerShell(context, edition);
    server = await CimHostServer.start(SimulatedHost.inMemory({ seed: webTierSeed }));
    for (const [name, value] of Object.entries({ ...environment, ...server.environment })) vi.stubEnv(name, value);
    at = new CommandLine();
    at.environment["HYPERV_SNAPSHOTS_TRANSPORT"] = "powershell";
    delete at.environment["HYPERV_SNAPSHOTS_SIMULATED_HOST"];
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await untilEnded(server?.shells ?? []);
    await server?.stop();
  });

  async function findings(...configuration: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const given = configuration.flatMap((assignment) => ["--config", assignment]);
    const { value } = await at.json(["doctor", ...given]);
    return Object.fromEntries(
      value.findings.map(({ what, status, answer, remedy = "" }: Readonly<Record<string, string>>) => [
        what,
        `${status}: ${answer}. ${remedy}`,
      ]),
    );
  }

  it("passes every step up to the list of groups", async () => {
    const found = await findings();
    expect(found["PowerShell"]).toMatch(
      edition.edition === "Core" ? /^ok: PowerShell 7/ : /^ok: Windows PowerShell 5\.1/,
    );
    expect(found).toMatchObject({
      "module CimCmdlets": "ok: loaded. ",
      session: "ok: opened to this computer. ",
      host: "ok: HV-TEST. ",
      "collection snapshot service": "ok: visible. ",
      "VM groups": "ok: web-tier. ",
    });
  });

  it("reports the step at which a remote host refuses the account, and the fix", async () => {
    server.intercept = ({ verb }) => (verb === "connect" ? denied : undefined);
    const outside = await findings("host=HV01");
    expect(outside["session"]).toMatch(/^failed: .*Remote Management Users/);
    expect(outside["VM groups"]).toBe("skipped: session comes first. ");
    server.intercept = ({ verb }) => (verb === "query" ? denied : undefined);
    const inside = await findings("host=HV01");
    expect(inside["session"]).toBe("ok: opened to HV01. ");
    expect(inside["namespace for the account"]).toMatch(/^failed: .*Remote Enable/);
  });

  it("reports a missing namespace or module", async () => {
    const elsewhere = await findings("namespace=root\\cimv3");
    expect(elsewhere["namespace for the account"]).toMatch(/^failed: .*Install-WindowsFeature Hyper-V/);
    vi.stubEnv("PSModulePath", at.folder);
    expect((await findings())["module CimCmdlets"]).toMatch(/^failed: it can't be loaded/);
  });

  it("reports a missing PowerShell", async () => {
    vi.stubEnv("NODE_POWERSHELL", "no-such-powershell");
    expect((await findings())["PowerShell"]).toMatch(/^failed: PowerShell could not be started.*NODE_POWERSHELL/);
  });
});
