import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { CollectionSnapshotLifecycle } from "../../provider/src/lifecycle/collection-snapshot";
import type { EngineMessage } from "../../provider/src/lifecycle/engine-link";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "./fake-clock";
import { webTierSeed } from "./simulated-hosts";

/** The lifecycle over a simulated host in memory, both on one fake clock: what takes half an hour takes no time. */
export class LifecycleInProcess {
  readonly clock = new FakeClock();
  readonly host = SimulatedHost.inMemory({
    seed: webTierSeed,
    clock: () => Date.UTC(2026, 10, 23, 6, 42) + this.clock.now(),
  });
  readonly messages: EngineMessage[] = [];
  readonly lifecycle = new CollectionSnapshotLifecycle({
    clock: this.clock,
    link: { hasTerminal: true, send: (message) => this.messages.push(message) },
    environment: {},
    connect: async () => {
      const session = simulatedSession(this.host, (ms, signal) => this.clock.sleep(ms, signal));
      return { session, jobs: new JobMonitor(session, this.clock, () => 0.5) };
    },
  });

  constructor(configuration: Readonly<Record<string, string>> = {}) {
    const values: Record<string, string> = { transport: "simulated", ...configuration };
    this.lifecycle.configure({ config: { get: (key) => values[key.replace("hyperv-snapshots:", "")] } });
  }

  /** Lets a call run to its end, however long it takes on the fake clock. */
  run<T>(call: Promise<T>): Promise<T> {
    return this.clock.run(call);
  }

  /** How many snapshots each machine of the group has. */
  snapshotCounts(): number[] {
    return this.host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length) ?? [];
  }
}
