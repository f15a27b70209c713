import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Seed, SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { hostMemoryMb } from "../harness/host-memory";
import { type Curve, type Figure, type Measure, median } from "../harness/measure";
import { peakMemoryMb } from "../harness/peak-memory";
import { type ProviderProcess, snapshotInputs, withProviderProcess } from "../harness/provider-process";
import { seedOfGroups } from "../harness/seeds";
import { inTemporaryFolder } from "../harness/temporary-folder";

/** A machine has 50 checkpoints at most. */
const snapshotsPerGroup = 40;

/** Taken on a host that is as full as is asked for, and refreshed each. */
const repeats = 3;

interface Cost {
  readonly requests: number;
  readonly ms: number;
  readonly hostMs: number;
}

interface Size {
  readonly count: number;
  readonly taken: Cost;
  readonly refreshed: Cost;
  readonly memoryMb: number;
  readonly hostMb: number;
}

/** What the snapshots that are there already do to the next one. */
export const growth: Measure = {
  name: "growth",
  about:
    "One more snapshot taken, and one refreshed, on a host that has 1, 10, 100 … snapshots already, by the provider process driven over gRPC. Time is without the simulated host's own, memory is the most that the process had resident.",
  run: async ({ isFull, say }) => {
    const sizes: Size[] = [];
    for (const count of [1, 10, 100, 1000, ...(isFull ? [10_000] : [])]) {
      say(`growth: ${count} snapshots on the host`);
      sizes.push(await measureAt(count));
    }
    const [first, last] = [sizes[0]!, sizes.at(-1)!];
    // a little more than was found; a provider that walks through all snapshots of a host needs far more
    const allowed = isFull
      ? { taking: 3, refreshing: 1.5, memory: 1.75 } // 10,000 beside 1
      : { taking: 1.75, refreshing: 1.5, memory: 1.25 }; // 1,000 beside 1
    const compared = (what: string, unit: Figure["unit"], of: (size: Size) => number, atMostRatio: number): Figure => ({
      what: `${what}, ${last.count} on the host`,
      unit,
      ours: of(last),
      peer: { name: `${first.count} on the host`, value: of(first) },
      atMostRatio,
    });
    const curve = (quantity: string, name: string, of: (size: Size) => number): Curve => ({
      quantity,
      name,
      points: sizes.map((size) => [size.count, of(size)]),
    });
    const ownMs = ({ ms, hostMs }: Cost) => ms - hostMs;
    return {
      figures: [
        compared("requests to take one more", "requests", ({ taken }) => taken.requests, 1),
        compared("requests to refresh one", "requests", ({ refreshed }) => refreshed.requests, 1),
        compared("time to take one more, host left out", "ms", ({ taken }) => ownMs(taken), allowed.taking),
        compared("time to refresh one, host left out", "ms", ({ refreshed }) => ownMs(refreshed), allowed.refreshing),
        { ...compared("memory of the provider", "MB", ({ memoryMb }) => memoryMb, allowed.memory), host: last.hostMb },
      ],
      details: [
        {
          title: "Growth with the snapshots on the host",
          columns: [
            "on the host",
            "take: requests",
            "ms",
            "of it the host",
            "refresh: requests",
            "ms",
            "of it the host",
            "memory, MB",
            "of it the host",
          ],
          rows: sizes.map(({ count, taken, refreshed, memoryMb, hostMb }) => [
            count,
            ...[taken, refreshed].flatMap(({ requests, ms, hostMs }) => [requests, ms.toFixed(1), hostMs.toFixed(1)]),
            memoryMb.toFixed(0),
            hostMb.toFixed(0),
          ]),
        },
      ],
      curves: [
        curve("requests", "take one more", ({ taken }) => taken.requests),
        curve("requests", "refresh one", ({ refreshed }) => refreshed.requests),
        curve("time, ms", "take one more", ({ taken }) => ownMs(taken)),
        curve("time, ms", "refresh one", ({ refreshed }) => ownMs(refreshed)),
        curve("time, ms", "the simulated host, taking", ({ taken }) => taken.hostMs),
        curve("memory, MB", "the provider", ({ memoryMb }) => memoryMb),
        curve("memory, MB", "the simulated host in it", ({ hostMb }) => hostMb),
      ],
    };
  },
};

function measureAt(count: number): Promise<Size> {
  return inTemporaryFolder(async (folder) => {
    const storeFile = join(folder, "host.jsonl");
    const groups = Math.ceil(count / snapshotsPerGroup);
    const fresh = `group-${groups + 1}`;
    fill(storeFile, seedOfGroups(groups + 1), count);
    const hostMb = hostMemoryMb(storeFile, 1);
    return withProviderProcess(storeFile, async (provider) => {
      const { dynamicHost, pid } = provider;
      // the first of its kind pays for loading and connecting
      const warm = await dynamicHost.create(snapshotInputs("warm", fresh));
      await dynamicHost.read(warm.id, warm.outputs);
      const taken: Cost[] = [];
      const refreshed: Cost[] = [];
      for (let time = 1; time <= repeats; time += 1) {
        let made = warm;
        const take = async () => {
          made = await dynamicHost.create(snapshotInputs(`more-${time}`, fresh));
        };
        taken.push(await costOf(provider, take));
        refreshed.push(await costOf(provider, () => dynamicHost.read(made.id, made.outputs)));
      }
      return { count, taken: middle(taken), refreshed: middle(refreshed), memoryMb: peakMemoryMb(pid), hostMb };
    });
  });
}

/** Makes a host with so many snapshots, without anybody's help. */
function fill(storeFile: string, seed: Seed, count: number): void {
  const host = SimulatedHost.open({ storeFile, seed });
  const [service] = host.query("SELECT * FROM Msvm_CollectionSnapshotService");
  for (let at = 0; at < count; at += 1) {
    const name = `group-${1 + Math.floor(at / snapshotsPerGroup)}`;
    const [group] = host.query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${name}'`);
    const parameters = { Collection: group!.path, SnapshotSettings: "", SnapshotType: 1 };
    host.invokeMethod(service!.path, "CreateSnapshot", parameters);
  }
}

async function costOf({ record }: ProviderProcess, work: () => Promise<unknown>): Promise<Cost> {
  record.next();
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  const host = record.next();
  return { requests: host.requests, ms, hostMs: host.ms };
}

function middle(costs: readonly Cost[]): Cost {
  const of = (value: (cost: Cost) => number) => median(costs.map(value));
  return { requests: of(({ requests }) => requests), ms: of(({ ms }) => ms), hostMs: of(({ hostMs }) => hostMs) };
}
