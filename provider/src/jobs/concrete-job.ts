import type { CimInstance } from "../cim/cim-instance";
import type { CimInstancePath } from "../cim/cim-instance-path";
import { millisecondsFromInterval } from "../cim/cim-value";
import { ProtocolError } from "../errors";

/**
 * One reading of an `Msvm_ConcreteJob`, with types.
 *
 * The texts are in the host's language: show them, never decide by them.
 */
export interface JobReading {
  readonly path: CimInstancePath;
  readonly jobState: number;
  /** 0 … 100; null where the host doesn't say. */
  readonly percentComplete: number | null;
  /** `ErrorCode`; 0 without an error. */
  readonly errorCode: number;
  readonly errorDescription: string | null;
  readonly errorSummaryDescription: string | null;
  readonly cancellable: boolean;
  /** How long the host says it took so far, in milliseconds; null where it doesn't say. */
  readonly elapsedMs: number | null;
  /** By the host's own clock, ISO 8601 in UTC; null where the host doesn't say. */
  readonly startedAt: string | null;
}

/**
 * Reads a job.
 *
 * @throws {@link ProtocolError} when a property has another type than the schema says, or the state is missing.
 */
export function readConcreteJob(instance: CimInstance): JobReading {
  const jobState = instance.number("JobState");
  if (jobState === null) {
    throw new ProtocolError({
      attempted: "Reading the state of a job",
      target: instance.path.toString(),
      answer: "the host answered a job without JobState",
      outcome: "The job may be running",
      remedy: "Look at the job on the host; report it with the host's version if it happens again",
    });
  }
  const elapsed = instance.string("ElapsedTime");
  return {
    path: instance.path,
    jobState,
    percentComplete: instance.number("PercentComplete"),
    errorCode: instance.number("ErrorCode") ?? 0,
    errorDescription: instance.string("ErrorDescription"),
    errorSummaryDescription: instance.string("ErrorSummaryDescription"),
    cancellable: instance.boolean("Cancellable") ?? false,
    elapsedMs: elapsed === null ? null : millisecondsFromInterval(elapsed),
    startedAt: instance.time("StartTime"),
  };
}

/** When a running job was read, by the host's own clock; undefined where the host doesn't say. */
export function readingTime({ startedAt, elapsedMs }: JobReading): string | undefined {
  if (startedAt === null || elapsedMs === null) return undefined;
  return new Date(Date.parse(startedAt) + elapsedMs).toISOString();
}
