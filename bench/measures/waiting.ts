import type { Seed } from "pulumi-hyperv-snapshots/simulator";
import type { Figure, Measure } from "../harness/measure";
import { HostOnSimulatedClock } from "../harness/on-simulated-clock";
import { createInPollLoop } from "../peers/poll-loop";

/** How long a job had been over when `create` answered, and how often it had been looked at. */
interface Wait {
  readonly lateMs: number;
  readonly reads: number;
}

/** Durations in seconds, with what is allowed, little more than what was found: on a simulated clock, every run finds the same. */
const jobs = [
  { seconds: 1, linear: { lateMs: 60, reads: 7 }, stuck: { lateMs: 85, reads: 8 } },
  { seconds: 10, linear: { lateMs: 200, reads: 10 }, stuck: { lateMs: 450, reads: 35 } },
  { seconds: 60, linear: { lateMs: 1000, reads: 20 }, stuck: { lateMs: 2600, reads: 55 } },
  { seconds: 600, linear: { lateMs: 10_500, reads: 65 }, stuck: { lateMs: 2800, reads: 165 } },
] as const;

const polls = [100, 1000, 5000] as const;

const samples = 11;

/** How long a job may be over before anybody notices, and what noticing it costs. */
export const waiting: Measure = {
  name: "waiting",
  about: `How long a job is over before \`create\` answers, and how often the host is asked for it: the whole lifecycle on a simulated clock, on which a request takes 2 ms, beside loops that look at their job at fixed intervals. Means over ${samples} jobs of 95 to 105 % of the duration, so that their ends come at any moment between two looks.`,
  run: async ({ say }) => {
    const figures: Figure[] = [];
    const rows: (string | number)[][] = [];
    for (const progress of ["linear", "stuck"] as const) {
      for (const { seconds, [progress]: allowed } of jobs) {
        say(`waiting for jobs of ${seconds} s, progress ${progress}`);
        const own = await mean(seconds, progress, ours);
        const fixed = new Map<number, Wait>();
        for (const pauseMs of polls) fixed.set(pauseMs, await mean(seconds, progress, inPolls(pauseMs)));
        const what = `job of ${seconds} s, ${progress === "linear" ? "steady progress" : "progress stuck at 0"}`;
        const second = fixed.get(1000)!;
        const late: Figure = { what: `${what}: over for`, unit: "ms", ours: own.lateMs, atMost: allowed.lateMs };
        const peer = (value: number) => ({ name: "a poll each second", value });
        figures.push({ ...late, peer: peer(second.lateMs), ...(own.reads > second.reads && { atMostRatio: 1 }) });
        figures.push({
          what: `${what}: looks`,
          unit: "reads",
          ours: own.reads,
          peer: peer(second.reads),
          atMost: allowed.reads,
          ...(own.lateMs > second.lateMs && { atMostRatio: 1 }),
        });
        rows.push([
          what,
          ...[own, ...fixed.values()].flatMap((wait) => [Math.round(wait.lateMs), Math.round(wait.reads)]),
        ]);
      }
    }
    const columns = [
      "job",
      ...["create", "poll 100 ms", "poll 1 s", "poll 5 s"].flatMap((name) => [`${name}: late, ms`, "reads"]),
    ];
    return { figures, details: [{ title: "Lateness and reads, beside fixed polls", columns, rows }] };
  },
};

type Progress = "linear" | "stuck";
type Create = (at: HostOnSimulatedClock, sample: number) => Promise<unknown>;

const ours: Create = (at, sample) =>
  at
    .lifecycle(() => (sample + 0.5) / samples)
    .create({ collection: "group-1", snapshotType: "Standard", snapshotName: "one" });

const inPolls =
  (pauseMs: number): Create =>
  (at) =>
    createInPollLoop(at.session, at.clock, "group-1", pauseMs);

async function mean(seconds: number, progress: Progress, create: Create): Promise<Wait> {
  const waits: Wait[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const jobSeconds = seconds * (0.95 + (0.1 * (sample + 0.5)) / samples);
    const at = new HostOnSimulatedClock(seedOf(jobSeconds, progress));
    await at.clock.run(create(at, sample));
    waits.push({ lateMs: at.clock.now() - at.calledAt - 1000 * jobSeconds, reads: at.jobReads });
  }
  const of = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / samples;
  return { lateMs: of(waits.map(({ lateMs }) => lateMs)), reads: of(waits.map(({ reads }) => reads)) };
}

function seedOf(seconds: number, progress: Progress): Seed {
  return {
    machines: [{ name: "vm" }],
    groups: [{ name: "group-1", members: ["vm"] }],
    jobs: { CreateSnapshot: { seconds, progress: progress === "linear" ? "linear" : { stuckAtPercent: 0 } } },
  };
}
