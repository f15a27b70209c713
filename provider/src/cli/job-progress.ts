import type { JobReading } from "../jobs/concrete-job";
import { jobProgressText } from "../jobs/job-progress-text";
import type { Surroundings } from "./surroundings";

/** Without a terminal each message is a line: one for this much progress. */
const linePercent = 25;

/** Shows on standard error how far a job is: in one line on a terminal, else in a new line now and then. */
export class JobProgress {
  private readonly stderr: Surroundings["stderr"];
  private readonly what: string;
  private lastPercent = -linePercent;
  private isOpen = false;

  constructor({ stderr }: Pick<Surroundings, "stderr">, what: string) {
    this.stderr = stderr;
    this.what = what;
  }

  /** Shows a reading. */
  readonly show = (reading: JobReading, elapsedMs: number): void => {
    const text = jobProgressText(this.what, reading, elapsedMs);
    const percent = reading.percentComplete ?? 0;
    if (this.stderr.isTTY) {
      this.isOpen = true;
      this.stderr.write(`\r${text}\x1b[K`);
    } else if (percent - this.lastPercent >= linePercent) {
      this.lastPercent = percent;
      this.stderr.write(`${text}\n`);
    }
  };

  /** Ends the line. */
  end(): void {
    if (this.isOpen) this.stderr.write("\n");
  }
}
