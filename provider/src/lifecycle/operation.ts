import type { HyperVHost } from "../hyperv/hyperv-host";
import type { Clock } from "../jobs/clock";
import type { WaitOptions } from "../jobs/job-monitor";
import type { Progress } from "./progress";

/** What one call of the engine works with. */
export interface Operation {
  readonly host: HyperVHost;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** How to wait for a job so that the row in the terminal tells how far it is. */
export function waitShowing(operation: Operation, what: string, wait: Omit<WaitOptions, "onReading">): WaitOptions {
  return { ...wait, onReading: (reading, elapsedMs) => operation.progress.job(what, reading, elapsedMs) };
}
