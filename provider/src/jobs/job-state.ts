import { JobState, nameOf } from "../schema/value-maps";
import type { JobReading } from "./concrete-job";

/** What a reading means for the wait. */
export type JobVerdict = "pending" | "succeeded" | "failed" | "unexpected";

const verdicts: Readonly<Record<number, JobVerdict>> = {
  [JobState.New]: "pending",
  [JobState.Starting]: "pending",
  [JobState.Running]: "pending",
  [JobState.Suspended]: "pending",
  [JobState.ShuttingDown]: "pending",
  [JobState.Completed]: "succeeded",
  [JobState.Terminated]: "failed",
  [JobState.Killed]: "failed",
  [JobState.Exception]: "failed",
  [JobState.Service]: "pending",
  [JobState.QueryPending]: "pending",
  [JobState.CompletedWithWarnings]: "succeeded",
};

/**
 * Judges one reading of a job.
 *
 * A success counts only with an error code of 0 (as os-win has it). An undocumented state is `unexpected`:
 * the wait continues, and its timeout names the state.
 */
export function judgeJob({ jobState, errorCode }: Pick<JobReading, "jobState" | "errorCode">): JobVerdict {
  const verdict = verdicts[jobState] ?? "unexpected";
  return verdict === "succeeded" && errorCode !== 0 ? "failed" : verdict;
}

/** A state for people: `4 (Running)`. */
export function describeJobState(jobState: number): string {
  return `${jobState} (${nameOf(JobState, jobState) ?? "not documented"})`;
}
