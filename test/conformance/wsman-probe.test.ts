import { expect, it, onTestFinished } from "vitest";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { runProbe } from "../../provider/src/probe/run-probe";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { LeapingClock, ProbedHost, quickProbeSeed, withoutWatchedStatuses } from "../support/probe-simulated";
import { openServed, serveHost } from "../support/wsman-hosts";

it("a probe over WS-Management finds what a probe of the same host finds in process", async () => {
  const clock = new LeapingClock();
  const host = SimulatedHost.inMemory({
    seed: quickProbeSeed,
    clock: () => Date.UTC(2026, 10, 23) + clock.now(),
  });
  const server = await serveHost(() => host, "sealed");
  const session = await openServed(server.port, "sealed");
  onTestFinished(async () => {
    await session.close();
    await server.stop();
  });
  const recording = await runProbe({
    host: { session, jobs: new JobMonitor(session, clock, () => 0.5) },
    clock,
    group: "lab",
    takeSnapshots: true,
    abortSignal: new AbortController().signal,
    onAnswer: () => {},
    onLeft: (left) => expect(left).toEqual([]),
  });
  const shortest = await new ProbedHost(quickProbeSeed).probe();
  expect(withoutWatchedStatuses(recording)).toEqual(withoutWatchedStatuses(shortest));
});
