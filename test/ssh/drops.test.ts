import { afterEach, beforeEach, expect, it, type TestContext, vi } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import type { SshTransportOptions } from "../../provider/src/transports/ssh/options";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { CimHostServer, type StandInRequest } from "../support/cim-host-server";
import { untilEnded } from "../support/processes";
import { HostAtHand } from "../support/simulated-hosts";
import { requireSshServer, SilentProxy, SshServer, sshClients } from "../support/ssh-server";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const groups = "SELECT * FROM Msvm_VirtualSystemCollection";

let at: HostAtHand;
let hyperV: CimHostServer;
let sshd: SshServer;
let session: CimSession | undefined;
beforeEach(async (context: TestContext) => {
  requireSshServer(context);
  if (process.platform !== "linux") context.skip("only-linux: which process started which");
  at = new HostAtHand();
  hyperV = await CimHostServer.start(at.host);
  sshd = await SshServer.start({ environment: hyperV.environment });
});
afterEach(async () => {
  await session?.close();
  session = undefined;
  // nothing may be left at either end
  await untilEnded(sshClients());
  await untilEnded(hyperV?.shells ?? []);
  await sshd?.stop();
  await hyperV?.stop();
});

async function open(changes: Partial<SshTransportOptions> = {}): Promise<CimSession> {
  session = await openSshSession({ ...sshd.options, ...changes });
  return session;
}

/** Lets the next request of a kind hang. @returns When it has come. */
function hang(verb: StandInRequest["verb"]): Promise<void> {
  return new Promise((resolve) => {
    hyperV.intercept = (request) => {
      if (request.verb !== verb) return undefined;
      hyperV.intercept = undefined;
      resolve();
      return "silence";
    };
  });
}

const kill = (pids: readonly number[], signal: NodeJS.Signals = "SIGKILL") => {
  for (const pid of pids) process.kill(pid, signal);
};

const cuts = {
  "the client's ssh is killed": () => kill(sshClients()),
  "the session's sshd is killed": () => kill(sshd.sessions()),
  "the remote shell is killed": () => kill(hyperV.shells.slice(0, 1)),
};

it.each(Object.entries(cuts))("%s during a read: the read is repeated over a new session", async (_, cut) => {
  const opened = await open();
  const hanging = hang("query");
  const read = opened.query(groups);
  await hanging;
  cut();
  expect(await read).toHaveLength(1);
  expect(hyperV.connects).toHaveLength(2);
});

it.each(Object.entries(cuts))("%s during a call that changes the host: the effect is unknown", async (_, cut) => {
  const opened = await open();
  const hanging = hang("invokeMethod");
  const call = opened.invokeMethod(at.service, "CreateSnapshot", { Collection: at.group(), SnapshotType: 1 });
  const failed = expect(call).rejects.toMatchObject({ code: "CONNECTION_FAILED", effect: "unknown" });
  await hanging;
  cut();
  await failed;
  expect(await opened.query(groups)).toHaveLength(1);
  expect(at.host.methodCalls).toEqual({});
});

it("a silent network is noticed, and the remote shell exits when its lease ends", async () => {
  const proxy = await SilentProxy.start(sshd.port);
  const config = `Host *\n  UserKnownHostsFile ${sshd.path("known_hosts")}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n`;
  const sshConfig = sshd.config("proxy_config", config);
  const opened = await open({ port: proxy.port, sshConfig, aliveIntervalSeconds: 1, leaseMs: 3000 });
  const hanging = hang("query");
  const read = opened.query(groups);
  await hanging;
  proxy.fallSilent();
  expect(await read).toHaveLength(1);
  await untilEnded(hyperV.shells.slice(0, 1));
  await opened.close();
  await proxy.stop();
});

it("a frozen client leaves no remote shell, and continues when it wakes up", async () => {
  const opened = await open({ leaseMs: 1500 });
  expect(await opened.query(groups)).toHaveLength(1);
  const frozen = sshClients();
  kill(frozen, "SIGSTOP");
  await untilEnded(hyperV.shells);
  kill(frozen, "SIGCONT");
  expect(await opened.query(groups)).toHaveLength(1);
  expect(hyperV.connects).toHaveLength(2);
});

it("an idle shell keeps running as long as its client does", async () => {
  const opened = await open({ leaseMs: 1000 });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await opened.query(groups)).toHaveLength(1);
  expect(hyperV.connects).toHaveLength(1);
});
