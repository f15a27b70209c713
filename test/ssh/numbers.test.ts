import { afterEach, expect, it, type TestContext, vi } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { systemClock } from "../../provider/src/jobs/clock";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import { type HostRequest, type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { groupsOfOne, jobOf } from "../support/simulated-hosts";
import { requireSshServer, SshServer } from "../support/ssh-server";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

const megabyte = "0123456789abcdef".repeat(65_536);
const names = Array.from({ length: 100 }, (_, at) => String(at));
const seed: Seed = groupsOfOne(names, { jobs: { CreateSnapshot: { seconds: 2 } } });
const groups = "SELECT * FROM Msvm_VirtualSystemCollection";

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return performance.now() - before;
}

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of ends.splice(0).reverse()) await end();
});

it("a start, a call, a megabyte and 100 concurrent snapshots stay close to a local shell", async (context: TestContext) => {
  requireSshServer(context);
  const environment = requirePowerShell(context, powerShellEditions[0]!);
  let requests = 0;
  const onRequest = (_: HostRequest) => {
    requests += 1;
  };
  const newHost = () =>
    SimulatedHost.inMemory({ seed: { ...seed, machines: [...(seed.machines ?? []), { name: megabyte }] }, onRequest });
  const server = await CimHostServer.start(newHost());
  ends.push(() => server.stop());
  for (const [name, value] of Object.entries({ ...environment, ...server.environment })) vi.stubEnv(name, value);
  const sshd = await SshServer.start({ environment: server.environment });
  ends.push(() => sshd.stop());
  const ways = {
    local: () => openPowerShellSession({ namespace: virtualizationNamespace }),
    ssh: () => openSshSession(sshd.options),
  };
  type Way = keyof typeof ways;
  const each = Object.keys(ways) as Way[];

  /**
   * Measures both in turn, in more rounds on a busy computer, until the figure is reached.
   *
   * @returns The best of each: other work on the computer only ever adds.
   */
  async function inTurn(rounds: number, atMost: number, action: (way: Way) => Promise<number>) {
    const best: Record<Way, number> = { local: Number.POSITIVE_INFINITY, ssh: Number.POSITIVE_INFINITY };
    for (let round = 0; round < rounds || (round < rounds * 3 && best.ssh > best.local * atMost); round += 1) {
      for (const way of each) best[way] = Math.min(best[way], await action(way));
    }
    return best;
  }

  const start = await inTurn(3, 2, async (way) => {
    let opened: CimSession | undefined;
    const time = await milliseconds(async () => {
      opened = await ways[way]();
    });
    await opened?.close();
    return time;
  });

  const sessions = { local: await ways.local(), ssh: await ways.ssh() };
  const [service] = await sessions.ssh.query("SELECT * FROM Msvm_CollectionSnapshotService");
  const get = (way: Way) => sessions[way].get(service!.path);
  const large = async (way: Way) => {
    const found = await sessions[way].query(
      "SELECT * FROM Msvm_ComputerSystem WHERE ElementName LIKE '0123456789abcdef%'",
    );
    expect(found[0]?.string("ElementName")?.length).toBe(megabyte.length);
  };
  // PowerShell compiles a script while it is used
  for (const way of each) for (let asked = 0; asked < 100; asked += 1) await get(way);
  for (const way of each) await large(way);
  const call = await inTurn(200, 3, (way) => milliseconds(() => get(way)));
  const megabyteCall = await inTurn(9, 1.2, (way) => milliseconds(() => large(way)));
  for (const way of each) await sessions[way].close();

  const hundred = { local: { requests: 0, shells: 0 }, ssh: { requests: 0, shells: 0 } };
  for (const way of each) {
    server.host = newHost();
    const session = await ways[way]();
    const shellsBefore = server.connects.length - 1;
    requests = 0;
    const jobs = new JobMonitor(session, systemClock);
    const found = await session.query(groups);
    await Promise.all(
      found.map(async ({ path }) => {
        const parameters = { Collection: path, SnapshotSettings: "", SnapshotType: 1 };
        const job = jobOf(await session.invokeMethod(service!.path, "CreateSnapshot", parameters));
        await jobs.waitFor(job, { timeoutMs: 120_000, operation: "CreateSnapshot", target: "the group" });
      }),
    );
    hundred[way] = { requests, shells: server.connects.length - shellsBefore };
    await session.close();
  }

  const figures = {
    "start (ms)": start,
    "a call (ms)": call,
    "1 MB (ms)": megabyteCall,
    "100 snapshots at once: requests": { local: hundred.local.requests, ssh: hundred.ssh.requests },
    "100 snapshots at once: shells": { local: hundred.local.shells, ssh: hundred.ssh.shells },
  };
  for (const [what, { local, ssh }] of Object.entries(figures)) {
    console.log(`${what}: local ${local.toFixed(1)}, ssh ${ssh.toFixed(1)}, ratio ${(ssh / local).toFixed(2)}`);
  }
  expect(start.ssh).toBeLessThanOrEqual(start.local * 2);
  expect(call.ssh).toBeLessThanOrEqual(call.local * 3);
  expect(call.ssh - call.local).toBeLessThanOrEqual(5);
  expect(megabyteCall.ssh).toBeLessThanOrEqual(megabyteCall.local * 1.2);
  expect(hundred.ssh.shells).toBeLessThanOrEqual(2);
  // how often a job is looked at follows the clock
  expect(hundred.ssh.requests).toBeLessThanOrEqual(hundred.local.requests * 1.1);
});
