import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { hostMemoryMb } from "../harness/host-memory";
import type { Measure, Scope } from "../harness/measure";
import { HostOnSimulatedClock } from "../harness/on-simulated-clock";
import { peakMemoryMb } from "../harness/peak-memory";
import { type ProviderProcess, snapshotInputs, withProviderProcess } from "../harness/provider-process";
import { seedOfGroups } from "../harness/seeds";
import { inTemporaryFolder } from "../harness/temporary-folder";
import { bareProviderText } from "../peers/bare-provider";
import { createInPollLoop } from "../peers/poll-loop";

/** A round trip to a host in the next room. */
const delayMs = 5;

/** What many snapshots at once cost the host, and the computer that Pulumi runs on. */
export const atOnce: Measure = {
  name: "at-once",
  about: `One-member groups snapshot all at once, as pulumi up --parallel 1000 does it: the provider process is driven over gRPC, all jobs run at the same time, and each answer takes ${delayMs} ms, as over a network. Requests are beside a loop for each job that looks at it each second, memory (the most that was resident) beside the bare dynamic host with as many creates in flight that do nothing.`,
  run: async (scope) => {
    const count = scope.count ?? 1000;
    const jobSeconds = count >= 1000 ? 30 : 3;
    const own = await inFlight(count, jobSeconds, scope);
    scope.say(`${count} at once, the bare dynamic host`);
    const bareMb = await bareInFlight(count);
    const loop = await requestsInProcess(1, jobSeconds, (at) =>
      createInPollLoop(at.session, at.clock, "group-1", 1000),
    );
    const perMember = await requestsPerFurtherMember(jobSeconds);
    const what = `${count} at once, jobs of ${jobSeconds} s`;
    return {
      figures: [
        {
          what: `${what}: requests for each snapshot`,
          unit: "requests",
          ours: own.requests / count,
          peer: { name: "a poll loop for each job", value: loop },
          atMost: 8,
        },
        {
          what: `${what}: requests in all`,
          unit: "requests",
          ours: own.requests,
          peer: { name: "a poll loop for each job", value: loop * count },
        },
        { what: "requests for each further member", unit: "requests", ours: perMember, atMost: 2 },
        {
          what: `${count} in flight: memory of the provider`,
          unit: "MB",
          ours: own.memoryMb,
          host: own.hostMb,
          peer: { name: "the bare dynamic host", value: bareMb },
          atMostRatio: 1.5,
        },
        {
          what: `${what}: until the last is made`,
          unit: "s",
          ours: own.seconds,
          host: own.hostSeconds,
          peer: { name: "the jobs themselves", value: jobSeconds },
        },
      ],
      details: [
        {
          title: `What the host was asked for ${count} snapshots at once`,
          columns: ["request", "times"],
          rows: Object.entries(own.kinds).toSorted(([, a], [, b]) => b - a),
        },
      ],
    };
  },
};

function inFlight(count: number, jobSeconds: number, { say }: Scope) {
  return inTemporaryFolder(async (folder) => {
    const storeFile = join(folder, "host.jsonl");
    SimulatedHost.open({ storeFile, seed: seedOfGroups(count, { jobSeconds }) });
    say(`${count} at once, jobs of ${jobSeconds} s: the host by itself`);
    const hostMb = hostMemoryMb(storeFile, count);
    say(`${count} at once, jobs of ${jobSeconds} s`);
    const work = async ({ dynamicHost, pid, record }: ProviderProcess) => {
      const began = performance.now();
      const creates = Array.from({ length: count }, (_, at) =>
        dynamicHost.create(snapshotInputs(`snapshot-${at + 1}`, `group-${at + 1}`)),
      );
      await Promise.all(creates);
      const seconds = (performance.now() - began) / 1000;
      const { requests, ms, kinds } = record.next();
      return { requests, kinds, seconds, hostSeconds: ms / 1000, memoryMb: peakMemoryMb(pid), hostMb };
    };
    return withProviderProcess(storeFile, work, { HOST_DELAY_MS: String(delayMs) });
  });
}

function bareInFlight(count: number): Promise<number> {
  return withProviderProcess(undefined, async ({ dynamicHost, pid }) => {
    const inputs = (at: number) => ({
      ...snapshotInputs(`snapshot-${at}`, `group-${at}`),
      __provider: bareProviderText(5),
    });
    await Promise.all(Array.from({ length: count }, (_, at) => dynamicHost.create(inputs(at))));
    return peakMemoryMb(pid);
  });
}

/** The requests for one snapshot of a group, on the simulated clock. */
async function requestsInProcess(
  members: number,
  jobSeconds: number,
  create: (at: HostOnSimulatedClock) => Promise<unknown>,
): Promise<number> {
  const at = new HostOnSimulatedClock(seedOfGroups(1, { members, jobSeconds }));
  await at.clock.run(create(at));
  return at.requests.length;
}

async function requestsPerFurtherMember(jobSeconds: number): Promise<number> {
  const create = (at: HostOnSimulatedClock) => at.lifecycle().create(snapshotInputs("one", "group-1"));
  const one = await requestsInProcess(1, jobSeconds, create);
  return ((await requestsInProcess(41, jobSeconds, create)) - one) / 40;
}
