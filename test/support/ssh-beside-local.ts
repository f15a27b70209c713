import type { CimSession } from "../../provider/src/cim/cim-session";
import { systemClock } from "../../provider/src/jobs/clock";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { CimHostServer } from "./cim-host-server";
import { groupsOfOne, jobOf } from "./simulated-hosts";
import { SshServer } from "./ssh-server";

/** A PowerShell that this process starts, or one on the host that `ssh` starts. */
export type ShellWay = "local" | "ssh";

const megabyte = "0123456789abcdef".repeat(65_536);
const largeQuery = "SELECT * FROM Msvm_ComputerSystem WHERE ElementName LIKE '0123456789abcdef%'";
const names = Array.from({ length: 100 }, (_, at) => String(at));

/**
 * Measures ssh beside a local shell: both lead to the same simulated host. Each method measures once, so that the caller decides on the
 * rounds; the sessions that they share have warm scripts.
 */
export interface SshBesideLocal {
  /** Opens a session, in milliseconds. */
  start(way: ShellWay): Promise<number>;
  /** Reads one instance, in milliseconds. */
  call(way: ShellWay): Promise<number>;
  /** Reads an instance with a text of 1 MB, in milliseconds. */
  megabyte(way: ShellWay): Promise<number>;
  /** Takes 100 snapshots at once on a host of their own, and counts the requests and the shells. */
  hundredSnapshots(way: ShellWay): Promise<{ readonly requests: number; readonly shells: number }>;
  close(): Promise<void>;
}

/** @param environment - What names the local PowerShell. This process has it until the measuring is closed. */
export async function openSshBesideLocal(environment: Readonly<Record<string, string>>): Promise<SshBesideLocal> {
  let requests = 0;
  const groups = groupsOfOne(names, { jobs: { CreateSnapshot: { seconds: 2 } } });
  const newHost = () =>
    SimulatedHost.inMemory({
      seed: { ...groups, machines: [...(groups.machines ?? []), { name: megabyte }] },
      onRequest: () => {
        requests += 1;
      },
    });
  const server = await CimHostServer.start(newHost());
  const sshd = await SshServer.start({ environment: server.environment });
  const restore = setEnvironment({ ...environment, ...server.environment });
  const open = (way: ShellWay) =>
    way === "ssh" ? openSshSession(sshd.options) : openPowerShellSession({ namespace: virtualizationNamespace });
  const sessions = { local: await open("local"), ssh: await open("ssh") };
  const [service] = await sessions.ssh.query("SELECT * FROM Msvm_CollectionSnapshotService");
  const path = service!.path;
  const large = async (way: ShellWay) => {
    const [found] = await sessions[way].query(largeQuery);
    if (found?.string("ElementName")?.length !== megabyte.length) throw new Error("the text isn't whole");
  };
  for (const way of ["local", "ssh"] as const) {
    for (let asked = 0; asked < 100; asked += 1) await sessions[way].get(path);
    for (let asked = 0; asked < 5; asked += 1) await large(way);
  }
  return {
    start: async (way) => {
      let opened: CimSession | undefined;
      const time = await milliseconds(async () => {
        opened = await open(way);
      });
      await opened?.close();
      return time;
    },
    call: (way) => milliseconds(() => sessions[way].get(path)),
    megabyte: (way) => milliseconds(() => large(way)),
    hundredSnapshots: async (way) => {
      server.host = newHost();
      const session = await open(way);
      const shellsBefore = server.connects.length - 1;
      requests = 0;
      const jobs = new JobMonitor(session, systemClock);
      const found = await session.query("SELECT * FROM Msvm_VirtualSystemCollection");
      await Promise.all(
        found.map(async (group) => {
          const parameters = { Collection: group.path, SnapshotSettings: "", SnapshotType: 1 };
          const job = jobOf(await session.invokeMethod(path, "CreateSnapshot", parameters));
          await jobs.waitFor(job, { timeoutMs: 120_000, operation: "CreateSnapshot", target: "the group" });
        }),
      );
      await session.close();
      return { requests, shells: server.connects.length - shellsBefore };
    },
    close: async () => {
      for (const session of Object.values(sessions)) await session.close();
      restore();
      await sshd.stop();
      await server.stop();
    },
  };
}

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return performance.now() - before;
}

/** Sets variables of this process. @returns What puts them back. */
function setEnvironment(values: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
