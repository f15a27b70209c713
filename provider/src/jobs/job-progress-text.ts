import { JobState, nameOf } from "../schema/value-maps";
import type { JobReading } from "./concrete-job";

/** How far a job is, for people: `snapshot job: Running 76 %, 4 s`. */
export function jobProgressText(what: string, reading: JobReading, elapsedMs: number): string {
  const state = nameOf(JobState, reading.jobState) ?? `state ${reading.jobState}`;
  const share = reading.percentComplete === null ? "" : ` ${Math.round(reading.percentComplete)} %`;
  return `${what}: ${state}${share}, ${Math.round(elapsedMs / 1000)} s`;
}
