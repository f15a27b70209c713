import type { HostRequest, Seed } from "pulumi-hyperv-snapshots/simulator";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { FakeClock } from "../../test/support/fake-clock";
import {
  CollectionSnapshotResource,
  Connections,
  DynamicAdapter,
  DynamicHost,
  JobMonitor,
  Recovery,
  recordFilesInMemory,
  simulatedSession,
} from "./built";

/** What a request takes on the simulated clock. */
const roundTripMs = 2;

const firstMoment = Date.UTC(2026, 10, 23, 6, 42);

/** A simulated host in memory, on a clock on which half an hour takes no time. */
export class HostOnSimulatedClock {
  readonly clock = new FakeClock(8);
  readonly host: SimulatedHost;
  readonly session: CimSession;
  readonly requests: HostRequest[] = [];
  /** When the last method was called. */
  calledAt = 0;

  constructor(seed: Seed) {
    const { clock } = this;
    this.host = SimulatedHost.inMemory({
      seed,
      clock: () => firstMoment + clock.now(),
      onRequest: (request) => {
        this.requests.push(request);
        if (request.methodName === "CreateSnapshot") this.calledAt = clock.now();
      },
    });
    const session = simulatedSession(this.host);
    const slow =
      <Given extends unknown[], Answer>(ask: (...given: Given) => Promise<Answer>) =>
      async (...given: Given): Promise<Answer> => {
        const answer = await ask.apply(session, given);
        await clock.sleep(roundTripMs);
        return answer;
      };
    this.session = {
      hostName: session.hostName,
      namespace: session.namespace,
      get: slow(session.get),
      query: slow(session.query),
      associators: slow(session.associators),
      references: slow(session.references),
      invokeMethod: slow(session.invokeMethod),
      close: () => session.close(),
    };
  }

  /** How often a job was looked at. */
  get jobReads(): number {
    return this.requests.filter(
      ({ verb, target }) => (verb === "get" || verb === "query") && target.includes("Msvm_ConcreteJob"),
    ).length;
  }

  /** The lifecycle of the package on this host. */
  lifecycle(random: () => number = () => 0.5): InstanceType<typeof DynamicAdapter> {
    const { clock, session } = this;
    const moment = () => new Date(firstMoment + clock.now());
    const connect = async () => ({ session, jobs: new JobMonitor(session, clock, random) });
    const files = recordFilesInMemory();
    const liveness = { machine: "0123456789ab", process: "1-1", isAlive: () => true };
    const recovery = new Recovery({ clock, moment, liveness, openFiles: () => files });
    const host = new DynamicHost({
      clock,
      link: { hasTerminal: false, takesDebug: false, send: () => {} },
      environment: {},
      backend: () => "",
      states: { exportStack: async () => undefined, listStacks: async () => [] },
    });
    const resource = new CollectionSnapshotResource(new Connections({ clock, moment, connect }), recovery);
    const lifecycle = new DynamicAdapter(host, resource);
    const values: Record<string, string> = { "hyperv-snapshots:transport": "simulated" };
    lifecycle.configure({ config: { get: (key) => values[key] } });
    return lifecycle;
  }
}
