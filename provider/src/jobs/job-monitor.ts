import type { CimInstance } from "../cim/cim-instance";
import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import {
  AccessDeniedError,
  AuthenticationError,
  JobFailedError,
  JobLostError,
  JobTimeoutError,
  UnexpectedJobStateError,
} from "../errors";
import { durationText } from "../moment-text";
import { JobState } from "../schema/value-maps";
import type { Clock } from "./clock";
import { type JobReading, readConcreteJob } from "./concrete-job";
import { describeJobState, judgeJob } from "./job-state";
import { LookSchedule } from "./look-schedule";
import { describeReturnCode } from "./return-code";

/** How long and how to wait for a job. */
export interface WaitOptions {
  /** How long to wait, in milliseconds from now. One last look is taken when it is over. */
  readonly timeoutMs: number;
  /** The method that the job belongs to: `CreateSnapshot`. Its errors have it. */
  readonly operation: string;
  /** What was attempted, for messages; the method's name unless given. */
  readonly attempted?: string;
  /** What the job works on, for messages: `VM group "web-tier" on HV01`. */
  readonly target: string;
  /** Ends the waiting. The job keeps running: cancelling it is another call. */
  readonly abortSignal?: AbortSignal;
  /** Called with every reading, the last one included. */
  readonly onReading?: (reading: JobReading, elapsedMs: number) => void;
}

/** A job that is waited for. */
interface Watch {
  readonly path: CimInstancePath;
  readonly options: WaitOptions;
  readonly schedule: LookSchedule;
  readonly startedAt: number;
  readonly deadlineAt: number;
  nextLookAt: number;
  seen: JobReading | undefined;
  missedLooks: number;
  failure: unknown;
  readonly resolve: (reading: JobReading) => void;
  readonly reject: (reason: unknown) => void;
}

/** Looks that are due this soon after one another go into one query. */
const gatherWithinMs = 50;

/** A job that was never seen is believed to be lost only after this many looks. */
const looksBeforeLost = 3;

/**
 * Waits for all jobs of one host.
 *
 * All that are due are read in one query, and two queries are never under way at once. A failed poll is not a failed
 * job: it is repeated until the deadline. A refused log-on or missing rights end the wait at once.
 */
export class JobMonitor {
  private readonly session: CimSession;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly watches = new Set<Watch>();
  private running = false;
  private wake = new AbortController();

  constructor(session: CimSession, clock: Clock, random: () => number = Math.random) {
    this.session = session;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Waits until a job reaches a terminal state.
   *
   * @param path - Object path of the job, as the method that started it answered it.
   * @returns The last reading, whose state is `Completed` or `CompletedWithWarnings`.
   * @throws {@link JobFailedError} when it ended without success.
   * @throws {@link JobTimeoutError} when the deadline came first, {@link UnexpectedJobStateError} when it did so in a state
   * that isn't documented. The job keeps running in both cases.
   * @throws {@link JobLostError} when the host no longer knows the job.
   */
  waitFor(path: CimInstancePath, options: WaitOptions): Promise<JobReading> {
    return new Promise((resolve, reject) => {
      const { abortSignal, timeoutMs } = options;
      if (abortSignal?.aborted) return reject(abortSignal.reason);
      const startedAt = this.clock.now();
      const schedule = new LookSchedule(this.random);
      const watch: Watch = {
        path,
        options,
        schedule,
        startedAt,
        deadlineAt: startedAt + timeoutMs,
        nextLookAt: startedAt + Math.min(timeoutMs, schedule.nextPauseMs(0)),
        seen: undefined,
        missedLooks: 0,
        failure: undefined,
        resolve: (reading) => end(() => resolve(reading)),
        reject: (reason) => end(() => reject(reason)),
      };
      const aborted = () => watch.reject(abortSignal?.reason);
      const end = (settle: () => void) => {
        abortSignal?.removeEventListener("abort", aborted);
        this.watches.delete(watch);
        this.wake.abort();
        settle();
      };
      abortSignal?.addEventListener("abort", aborted);
      this.watches.add(watch);
      this.wake.abort();
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.watches.size > 0) {
      this.wake = new AbortController();
      const soonest = Math.min(...[...this.watches].map(({ nextLookAt }) => nextLookAt));
      const pauseMs = soonest - this.clock.now();
      if (pauseMs > 0) {
        await this.clock.sleep(pauseMs, this.wake.signal);
        if (this.wake.signal.aborted) continue;
      }
      const due = [...this.watches].filter(({ nextLookAt }) => nextLookAt <= soonest + gatherWithinMs);
      await this.look(due);
    }
    this.running = false;
  }

  private async look(due: readonly Watch[]): Promise<void> {
    // a storage method's job is of another class, so the one in the reference decides
    for (const className of new Set(due.map(({ path }) => path.className))) {
      const watches = due.filter(({ path }) => path.className === className);
      try {
        const keys = watches.map(({ path }) => String(path.key("InstanceID")));
        const found = await queryByKey(this.session, className, "InstanceID", keys, { isPoll: true });
        const byPath = new Map(found.map((instance) => [instance.path.identity, instance]));
        for (const watch of watches) this.judge(watch, byPath.get(watch.path.identity));
      } catch (error) {
        for (const watch of watches) this.missed(watch, error);
      }
    }
  }

  private judge(watch: Watch, instance: CimInstance | undefined): void {
    if (!this.watches.has(watch)) return;
    if (!instance) return this.notThere(watch);
    try {
      this.saw(watch, readConcreteJob(instance));
    } catch (error) {
      this.missed(watch, error);
    }
  }

  private saw(watch: Watch, reading: JobReading): void {
    const elapsedMs = this.clock.now() - watch.startedAt;
    watch.seen = reading;
    watch.missedLooks = 0;
    watch.options.onReading?.(reading, elapsedMs);
    const verdict = judgeJob(reading);
    if (verdict === "succeeded") return watch.resolve(reading);
    if (verdict === "failed") return watch.reject(jobFailed(watch, reading));
    watch.schedule.record(elapsedMs, reading.percentComplete);
    this.lookAgain(watch);
  }

  /** A poll that failed: the job may be doing well. */
  private missed(watch: Watch, error: unknown): void {
    if (!this.watches.has(watch)) return;
    if (AccessDeniedError.isInstance(error) || AuthenticationError.isInstance(error)) return watch.reject(error);
    watch.failure = error;
    this.lookAgain(watch);
  }

  private notThere(watch: Watch): void {
    watch.missedLooks += 1;
    if (watch.seen || watch.missedLooks >= looksBeforeLost) watch.reject(jobLost(watch));
    else this.lookAgain(watch);
  }

  private lookAgain(watch: Watch): void {
    const now = this.clock.now();
    if (now >= watch.deadlineAt) return watch.reject(deadlinePassed(watch));
    watch.nextLookAt = Math.min(watch.deadlineAt, now + watch.schedule.nextPauseMs(now - watch.startedAt));
  }
}

const lookAtJob =
  "Check the job on the host (Get-CimInstance -Namespace root/virtualization/v2 -ClassName Msvm_ConcreteJob)";

const job = ({ path }: Watch) => `its job ${path.relativePath}`;

const call = ({ options: { operation, attempted = operation, target } }: Watch) => ({ attempted, target });

/** What every error of a job has. */
const jobOf = ({ path, options: { operation } }: Watch) => ({ operation, jobPath: path.toString() });

/** `JOB_FAILED` and its two siblings, by the state in which the job ended. */
const endCodes: Readonly<Record<number, "JOB_TERMINATED" | "JOB_KILLED">> = {
  [JobState.Terminated]: "JOB_TERMINATED",
  [JobState.Killed]: "JOB_KILLED",
};

function jobFailed(watch: Watch, reading: JobReading): JobFailedError {
  const texts = [reading.errorDescription, reading.errorSummaryDescription].filter((text) => text);
  const cancelled = reading.jobState in endCodes;
  return new JobFailedError(
    {
      ...call(watch),
      answer: `${job(watch)} ended in state ${describeJobState(reading.jobState)} with error code ${describeReturnCode(reading.errorCode)}${texts.length > 0 ? `, saying ${quoted(texts)}` : ""}`,
      outcome: "The job's work is not done",
      remedy: cancelled
        ? "It was cancelled on the host. Find out by whom, then run it again"
        : "Fix the cause that the host reports (its Hyper-V-VMMS event log says more), then run it again",
    },
    {
      ...jobOf(watch),
      code: endCodes[reading.jobState] ?? "JOB_FAILED",
      jobState: reading.jobState,
      errorCode: reading.errorCode,
    },
  );
}

/** A host's texts, as they are: they may be in any language, and end as they like. */
const quoted = (texts: readonly (string | null)[]) => [...new Set(texts)].map((text) => `"${text}"`).join(" and ");

function jobLost(watch: Watch): JobLostError {
  return new JobLostError(
    {
      ...call(watch),
      answer: watch.seen
        ? `the host no longer knows ${job(watch)}, which was last seen in state ${describeJobState(watch.seen.jobState)}`
        : `${watch.missedLooks} looks did not find ${job(watch)}`,
      outcome: "Hosts forget a job 5 minutes after its end, or when they restart, so it isn't known how it ended",
      remedy: "Check on the host whether the machines are still busy, and what was done, before you run it again",
    },
    jobOf(watch),
  );
}

function deadlinePassed(watch: Watch): JobTimeoutError | UnexpectedJobStateError {
  const { seen, failure, options } = watch;
  const reading = seen
    ? `it was last seen in state ${describeJobState(seen.jobState)} at ${seen.percentComplete ?? "?"} %`
    : "it was never seen";
  const poll = failure instanceof Error ? `; the last look failed: ${failure.message}` : "";
  const unexpected = seen !== undefined && judgeJob(seen) === "unexpected";
  const parts = {
    ...call(watch),
    answer: `${durationText(options.timeoutMs)} passed and ${job(watch)} had not ended: ${reading}${poll}`,
    outcome: unexpected
      ? "It isn't known whether the job is still running, and what it has done"
      : "The job is still running on the host, and may still succeed",
    remedy: unexpected
      ? `${lookAtJob}, and report its state with the host's version: this package doesn't know it`
      : `${lookAtJob}; if it makes progress, run it again with more time (customTimeouts)`,
  };
  const details = { ...jobOf(watch), cause: failure };
  return unexpected ? new UnexpectedJobStateError(parts, details) : new JobTimeoutError(parts, details);
}
