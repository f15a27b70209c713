import { JobState, nameOf } from "../schema/value-maps";
import type { JobReading } from "./concrete-job";

/** What a reading means for whoever waits. */
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
 * A good end counts only with an error code of 0 (as os-win has it). A state that nobody has documented is `unexpected`:
 * the wait goes on, and names it if the deadline comes first.
 */
export function judgeJob({ jobState, errorCode }: Pick<JobReading, "jobState" | "errorCode">): JobVerdict {
  const verdict = verdicts[jobState] ?? "unexpected";
  return verdict === "succeeded" && errorCode !== 0 ? "failed" : verdict;
}

/** A state for people: `4 (Running)`. */
export function describeJobState(jobState: number): string {
  return `${jobState} (${nameOf(JobState, jobState) ?? "not documented"})`;
}
