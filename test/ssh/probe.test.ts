import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it, type TestContext, vi } from "vitest";
import type { Clock } from "../../provider/src/jobs/clock";
import { sshQuestions } from "../../provider/src/transports/ssh/questions";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { CimHostServer } from "../support/cim-host-server";
import { findPowerShell } from "../support/powershell";
import { leapingHost, probeOver } from "../support/probe-simulated";
import { isAlive, untilEnded } from "../support/processes";
import { requireSshServer, SshServer, sshClients } from "../support/ssh-server";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let clock: Clock;
let hyperV: CimHostServer;
let sshd: SshServer;
beforeEach(async (context: TestContext) => {
  requireSshServer(context);
  const simulated = leapingHost();
  clock = simulated.clock;
  hyperV = await CimHostServer.start(simulated.host);
  sshd = await SshServer.start({ environment: hyperV.environment });
});
afterEach(async () => {
  // a probe leaves nothing at either end
  expect(sshClients()).toEqual([]);
  await untilEnded(hyperV?.shells ?? []);
  await sshd?.stop();
  await hyperV?.stop();
});

/** Asks one question of the connection. */
async function ask(id: string) {
  const question = sshQuestions.find((one) => one.id === id);
  return question?.ask(sshd.options);
}

/** Starts another server in the place of the usual one. */
async function restart(options: Partial<Parameters<typeof SshServer.start>[0]>): Promise<void> {
  await sshd.stop();
  sshd = await SshServer.start({ environment: hyperV.environment, ...options });
}

it("a probe over ssh finds what a probe of the same host finds in process, and how ssh itself behaves", async () => {
  const session = await openSshSession(sshd.options);
  const { own, others, inProcess } = await probeOver(session, {
    clock,
    questions: sshQuestions,
    options: sshd.options,
  });
  await session.close();
  expect(own).toEqual({
    sshServer: expect.stringMatching(/^OpenSSH_\d/),
    sshDefaultShell: "other",
    sshRemoteShells: "powershell pwsh",
    sshMissingProgram: "exit127",
    // outside Windows
    sshRights: null,
    sshShellAfterKill: "endsAtOnce",
    sshShellAfterSilence: "endsWithLease",
    methodDeclarations: "declared",
  });
  expect(others).toEqual(inProcess);
});

it("detects PowerShell as the default shell, and that the worker runs in it", async () => {
  await restart({ defaultShell: `'${findPowerShell()}' -NoProfile -c "$SSH_ORIGINAL_COMMAND"` });
  expect(await ask("sshDefaultShell")).toEqual({ answer: "powershell", observed: { edition: "Core" } });
  expect(await ask("sshRemoteShells")).toMatchObject({
    answer: "powershell pwsh",
    observed: { powershell: "Desktop 5.1", pwsh: expect.stringMatching(/^Core 7\./) },
  });
});

it("detects cmd.exe by the variable that only it replaces, and a PowerShell that isn't there", async () => {
  // what cmd.exe makes of the line
  await restart({
    defaultShell: `sh -c "$(printf %s "$SSH_ORIGINAL_COMMAND" | sed 's/%OS%/Windows_NT/; s/[$]/\\\\$/')"`,
  });
  writeFileSync(sshd.path("bin/pwsh"), "#!/bin/sh\nexit 1\n");
  expect(await ask("sshDefaultShell")).toEqual({ answer: "cmd" });
  expect(await ask("sshRemoteShells")).toMatchObject({ answer: "powershell", observed: { pwsh: null } });
});

it("ends a shell of its own that outlives its lease, and says so", async () => {
  // no end of input, and a lease of a quarter of an hour
  const shell = `sed -u "s/ 3000 }/ 900000 }/" | '${findPowerShell()}' "$@"`;
  writeFileSync(sshd.path("bin/pwsh"), `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
  expect(await ask("sshShellAfterSilence")).toEqual({ answer: "stays" });
  expect(hyperV.shells.filter(isAlive)).toEqual([]);
});
