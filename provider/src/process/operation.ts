import type { HyperVHost } from "../hyperv/hyperv-host";
import type { Clock } from "../jobs/clock";
import type { WaitOptions } from "../jobs/job-monitor";
import type { Progress } from "./progress";

/** What one call of the engine works with. */
export interface Operation {
  readonly host: HyperVHost;
  readonly clock: Clock;
  /** What the wall clock says. It may be set back at any time: nothing is waited for by it. */
  readonly moment: () => Date;
  readonly progress: Progress;
  /** How long a trace is looked for of a request whose answer was lost. */
  readonly lostAnswerSearchMs: number;
  /** How old a snapshot may be that an earlier run began and this one goes on with. */
  readonly resumeWithinMs: number;
}

/** How to wait for a job so that the row in the terminal tells how far it is. */
export function waitShowing<W extends Omit<WaitOptions, "onReading" | "operation">>(
  operation: Operation,
  what: string,
  wait: W,
): W & Pick<WaitOptions, "onReading"> {
  return { ...wait, onReading: (reading, elapsedMs) => operation.progress.job(what, reading, elapsedMs) };
}
