import { execFile } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { systemClock } from "../../provider/src/jobs/clock";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import { type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { jobOf } from "../support/simulated-hosts";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const megabyte = "0123456789abcdef".repeat(65_536);
const seed: Seed = {
  machines: [{ name: "web-01" }, { name: megabyte }],
  groups: [{ name: "web-tier", members: ["web-01"] }],
  jobs: { CreateSnapshot: { seconds: 0.2 } },
};

/** Starts PowerShell for every call, as scripts do. */
const oneCall = `
$session = New-CimSession
$null = Get-CimInstance -CimSession $session -Namespace ${virtualizationNamespace} -Query 'SELECT * FROM Msvm_CollectionSnapshotService'
`;

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return performance.now() - before;
}

async function medianOf(rounds: number, action: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await milliseconds(action));
  return median(times);
}

describe.each(powerShellEditions)("the cost of requests with $name", (edition) => {
  let server: CimHostServer;
  let session: CimSession;
  let service: CimInstancePath;
  let env: NodeJS.ProcessEnv;

  beforeEach(async (context) => {
    const environment = requirePowerShell(context, edition);
    server = await CimHostServer.start(SimulatedHost.inMemory({ seed }));
    env = { ...process.env, ...environment, ...server.environment, TERM: "dumb" };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    session = await openPowerShellSession({ namespace: virtualizationNamespace });
    const [found] = await session.query("SELECT * FROM Msvm_CollectionSnapshotService");
    service = found!.path;
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await session?.close();
    await server?.stop();
  });

  const startForOneCall = () =>
    new Promise<void>((resolve, reject) => {
      const encoded = Buffer.from(`Import-Module CimCmdlets\n${oneCall}`, "utf16le").toString("base64");
      const parameters = ["-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
      const child = execFile(env["NODE_POWERSHELL"]!, parameters, { env }, (error) =>
        error ? reject(error) : resolve(),
      );
      child.stdin?.end();
    });

  it("one call, one megabyte and 100 concurrent calls are cheaper than a PowerShell start for every call", async () => {
    const get = () => session.get(service);
    const hundredInARow = async () => {
      for (let asked = 0; asked < 100; asked += 1) await get();
    };
    const hundredAtOnce = () => Promise.all(Array.from({ length: 100 }, get));
    const large = async () => {
      const [, found] = await session.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'");
      expect(found?.string("ElementName")?.length).toBe(megabyte.length);
    };
    // PowerShell compiles a script while it is used
    await hundredInARow();
    await large();

    const start = await medianOf(3, startForOneCall);
    const call = await medianOf(100, get);
    const megabyteCall = await medianOf(3, large);
    const inARow: number[] = [];
    const atOnce: number[] = [];
    // in turn, and the best of each: other work on the machine only ever adds; a busy one gets more rounds
    const isFast = () => Math.min(...atOnce) <= Math.min(...inARow) * 1.2;
    for (let round = 0; round < 5 || (round < 20 && !isFast()); round += 1) {
      inARow.push(await milliseconds(hundredInARow));
      atOnce.push(await milliseconds(hundredAtOnce));
    }
    const figures = {
      "a start for one call": start,
      "a call": call,
      "an answer of 1 MB": megabyteCall,
      "100 calls in a row": Math.min(...inARow),
      "100 calls at once": Math.min(...atOnce),
    };
    for (const [what, time] of Object.entries(figures)) console.log(`${edition.name}: ${what}: ${time.toFixed(1)} ms`);
    expect(call).toBeLessThan(start / 50);
    expect(megabyteCall).toBeLessThan(start * 2);
    expect(isFast()).toBe(true);
  });

  it("any number of snapshots needs two starts of PowerShell", async () => {
    const jobs = new JobMonitor(session, systemClock);
    const [group] = await session.query("SELECT * FROM Msvm_VirtualSystemCollection");
    for (let taken = 0; taken < 5; taken += 1) {
      const parameters = { Collection: group!.path, SnapshotSettings: "", SnapshotType: 1 };
      const job = jobOf(await session.invokeMethod(service, "CreateSnapshot", parameters));
      await jobs.waitFor(job, { timeoutMs: 60_000, operation: "CreateSnapshot", target: "the group" });
    }
    console.log(`${edition.name}: 5 snapshots: ${server.connects.length} starts of PowerShell`);
    expect(server.connects.length).toBeLessThanOrEqual(2);
  });
});
