import type { CimSession } from "../../provider/src/cim/cim-session";
import type { Clock } from "../../provider/src/jobs/clock";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import type { LeftBehind } from "../../provider/src/probe/clean-up";
import { recordedHost } from "../../provider/src/probe/recorded-host";
import type { RecordedAnswer, Recording } from "../../provider/src/probe/recording";
import { runProbe } from "../../provider/src/probe/run-probe";
import type { ConnectionQuestion, OwnQuestion } from "../../provider/src/probe-answer";
import { type HostRequest, type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "./fake-clock";

/** A group with machines in every state that matters: two that run, one of them with standard checkpoints, one at the limit, one with checkpoints disabled. */
export const everyStateSeed: Seed = {
  hostName: "HV-SECRET",
  machines: [
    { name: "Payroll-01" },
    { name: "Payroll-02", userSnapshotType: "Test", checkpoints: 2 },
    { name: "Payroll-03", state: "off" },
    { name: "Payroll-04", state: "saved" },
    { name: "Payroll-05", checkpoints: 50 },
    { name: "Payroll-06", userSnapshotType: "Disable" },
  ],
  groups: [
    {
      name: "Payroll",
      members: ["Payroll-01", "Payroll-02", "Payroll-03", "Payroll-04", "Payroll-05", "Payroll-06"],
    },
  ],
};

/** A host whose jobs end soon, so that a probe of it takes few requests. */
const quickProbeSeed: Seed = {
  machines: [{ name: "lab-1" }, { name: "lab-2", state: "off" }],
  groups: [{ name: "lab", members: ["lab-1", "lab-2"] }],
  jobs: { CreateSnapshot: { seconds: 0.2 }, DestroySnapshot: { seconds: 0.2 } },
  mergeSeconds: 20,
};

/** A clock that lets no time pass: a sleep ends at once. Only one thing may be under way. */
class LeapingClock implements Clock {
  private time = 0;
  readonly now = () => this.time;
  readonly sleep = async (milliseconds: number) => {
    this.time += milliseconds;
  };
}

/** Leaves out the answers that depend on the moments at which statuses were read, once both recordings have them. */
function withoutWatchedStatuses(recording: Recording): Recording {
  const watched = ["statusWhileTaking", "statusWhileMerging"];
  const answers = recording.answers.filter(({ question }) => !watched.includes(question));
  if (answers.length + watched.length !== recording.answers.length)
    throw new Error(`${watched.join(" or ")} is missing`);
  return { ...recording, answers };
}

/** Makes a host for a probe over a real transport, on a clock that leaps. */
export function leapingHost(): { readonly clock: Clock; readonly host: SimulatedHost } {
  const clock = new LeapingClock();
  const now = () => Date.UTC(2026, 10, 23) + clock.now();
  return { clock, host: SimulatedHost.inMemory({ seed: quickProbeSeed, clock: now }) };
}

/**
 * Probes such a host, with snapshots, and asks the connection its own questions.
 *
 * @returns The answers of the connection, those of the host, and what a probe in process records of the same host.
 */
export async function probeOver<Options>(
  session: CimSession,
  { clock, questions, options }: OwnProbe<Options>,
): Promise<{
  readonly own: Readonly<Record<string, string | null>>;
  readonly others: Recording;
  readonly inProcess: Recording;
}> {
  const left: LeftBehind[] = [];
  const recording = await runProbe({
    host: { session, jobs: new JobMonitor(session, clock, () => 0.5) },
    clock,
    group: "lab",
    ownQuestions: questions.map(({ id, ask }) => ({ id, ask: () => ask(options) })),
    takeSnapshots: true,
    abortSignal: new AbortController().signal,
    onAnswer: () => {},
    onLeft: (found) => left.push(...found),
  });
  if (left.length > 0) throw new Error(`left behind: ${JSON.stringify(left)}`);
  const { answers } = recording;
  const own = answers.slice(0, questions.length).map(({ question, answer }) => [question, answer]);
  return {
    own: Object.fromEntries(own),
    others: withoutWatchedStatuses({ ...recording, answers: answers.slice(questions.length) }),
    inProcess: withoutWatchedStatuses(await new ProbedHost(quickProbeSeed).probe()),
  };
}

/** What a probe asks of a connection, and over which clock it asks the host. */
interface OwnProbe<Options> {
  readonly clock: Clock;
  readonly questions: readonly ConnectionQuestion<Options>[];
  readonly options: Options;
}

/** The seed of a host that behaves as recorded. */
export function seedFrom(recording: Recording): Seed {
  const { machines, groups, settled } = recordedHost(recording);
  return { machines: [...machines], groups, options: settled } as unknown as Seed;
}

/** A simulated host in memory that is probed, on a fake clock: what takes minutes takes no time. */
export class ProbedHost {
  readonly clock = new FakeClock();
  readonly host: SimulatedHost;
  readonly answers: RecordedAnswer[] = [];
  left: readonly LeftBehind[] = [];
  /** Is called with every request before the host serves it. */
  onRequest: ((request: HostRequest) => void) | undefined;
  readonly interruption = new AbortController();

  constructor(seed: Seed = everyStateSeed) {
    this.host = SimulatedHost.inMemory({
      seed,
      clock: () => Date.UTC(2026, 10, 23, 6, 42) + this.clock.now(),
      onRequest: (request) => this.onRequest?.(request),
    });
  }

  /** Probes the host's first group. */
  probe(takeSnapshots = true, ownQuestions: readonly OwnQuestion[] = []): Promise<Recording> {
    const session = simulatedSession(this.host, (ms, signal) => this.clock.sleep(ms, signal));
    return this.clock.run(
      runProbe({
        host: { session, jobs: new JobMonitor(session, this.clock, () => 0.5) },
        clock: this.clock,
        group: this.host.tree().groups[0]?.name ?? "",
        ownQuestions,
        takeSnapshots,
        abortSignal: this.interruption.signal,
        onAnswer: (answer) => this.answers.push(answer),
        onLeft: (left) => {
          this.left = left;
        },
      }),
    );
  }

  /** Everything of the host that a probe has no business to change. */
  get things(): object {
    const all = (className: string) => this.host.query(`SELECT * FROM ${className}`);
    return {
      groups: all("Msvm_VirtualSystemCollection").map(({ properties }) => properties),
      groupsOfGroups: all("Msvm_ManagementCollection").length,
      snapshots: all("Msvm_SnapshotCollection").length,
      settings: all("Msvm_VirtualSystemSettingData").map(({ path, properties }) => ({
        path: path.identity,
        name: properties["ElementName"],
        notes: [properties["Notes"] ?? []].flat().join(),
        parent: properties["Parent"],
      })),
    };
  }
}
