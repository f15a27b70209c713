import { chmodSync } from "node:fs";
import { afterEach, beforeEach, expect, it, type TestContext } from "vitest";
import { Hresult, MiResult } from "../../provider/src/schema/hresults";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { CommandLine } from "../support/command-line";
import { untilEnded } from "../support/processes";
import { webTierSeed } from "../support/simulated-hosts";
import { requireSshServer, SshServer } from "../support/ssh-server";

let hyperV: CimHostServer;
let sshd: SshServer;
let at: CommandLine;
beforeEach(async (context: TestContext) => {
  requireSshServer(context);
  hyperV = await CimHostServer.start(SimulatedHost.inMemory({ seed: webTierSeed }));
  sshd = await SshServer.start({ environment: hyperV.environment });
  at = new CommandLine();
  delete at.environment["HYPERV_SNAPSHOTS_SIMULATED_HOST"];
});
afterEach(async () => {
  await untilEnded(hyperV?.shells ?? []);
  await sshd?.stop();
  await hyperV?.stop();
});

async function findings(changes: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, string>>> {
  const configuration = { ...sshd.configuration, ...changes };
  const given = Object.entries(configuration).flatMap(([name, value]) => ["--config", `${name}=${value}`]);
  const { value } = await at.json(["doctor", ...given]);
  return Object.fromEntries(
    value.findings.map(({ what, status, answer, remedy = "" }: Readonly<Record<string, string>>) => [
      what,
      `${status}: ${answer}. ${remedy}`,
    ]),
  );
}

it("checks every step up to the list of groups", async () => {
  const found = await findings();
  expect(found["ssh"]).toMatch(/^ok: OpenSSH_/);
  expect(found["address"]).toMatch(new RegExp(`^ok: \\w+@127\\.0\\.0\\.1:${sshd.port}\\.`));
  expect(found["PowerShell"]).toMatch(/^ok: PowerShell 7/);
  expect(found).toMatchObject({
    "host key": "ok: known. ",
    "log-on": "ok: accepted. ",
    "module CimCmdlets": "ok: loaded. ",
    session: "ok: opened to 127.0.0.1. ",
    host: "ok: HV-TEST. ",
    "VM groups": "ok: web-tier. ",
  });
  expect(found["account"]).toMatch(/^skipped/);
});

it("stops at the step that fails and shows the fix", async () => {
  const unknown = await findings({ sshConfig: sshd.path("empty_config") });
  expect(unknown["host key"]).toMatch(new RegExp(`^failed: .*ssh-keyscan -p ${sshd.port} 127\\.0\\.0\\.1`));
  expect(unknown["VM groups"]).toBe("skipped: host key comes first. ");
  const refused = await findings({ identityFile: sshd.path("stranger") });
  expect(refused["host key"]).toBe("ok: known. ");
  expect(refused["log-on"]).toMatch(/^failed: .*administrators_authorized_keys/);
  const unreachable = await findings({ port: "1" });
  expect(unreachable["connection"]).toMatch(/^failed: .*Start-Service sshd/);
});

it("suggests Remote Enable if WMI denies an account that could log on over ssh", async () => {
  const denied = {
    hresult: Hresult.E_ACCESSDENIED,
    nativeErrorCode: MiResult.AccessDenied,
    text: "Zugriff verweigert",
  };
  hyperV.intercept = ({ verb }) => (verb === "query" ? denied : undefined);
  const found = await findings();
  expect(found["log-on"]).toBe("ok: accepted. ");
  expect(found["namespace for the account"]).toMatch(/^failed: .*Remote Enable .*Hyper-V Administrators/);
});

it("warns of a configuration that accepts any host key, and reports a PowerShell that the host doesn't have", async () => {
  const accepting = `Host *\n  StrictHostKeyChecking accept-new\n  UserKnownHostsFile ${sshd.path("new_hosts")}\n`;
  chmodSync(sshd.path("bin/pwsh"), 0o000);
  const found = await findings({ sshConfig: sshd.config("accepting_config", accepting) });
  expect(found["host key"]).toMatch(/^warning: .*accept-new/);
  expect(found["log-on"]).toBe("ok: accepted. ");
  expect(found["PowerShell"]).toMatch(/^failed: .*Permission denied/);
});
