import type { JobReading } from "../jobs/concrete-job";
import { jobProgressText } from "../jobs/job-progress-text";
import type { Surroundings } from "./surroundings";

/** Without a terminal every message is a line of its own: one for so much progress. */
const linePercent = 25;

/** Shows on standard error how far a job is: on a terminal in one line, else now and then in a line of its own. */
export class JobProgress {
  private readonly stderr: Surroundings["stderr"];
  private readonly what: string;
  private lastPercent = -linePercent;
  private isOpen = false;

  constructor({ stderr }: Pick<Surroundings, "stderr">, what: string) {
    this.stderr = stderr;
    this.what = what;
  }

  /** Takes note of a reading. */
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

  /** Leaves the line. */
  end(): void {
    if (this.isOpen) this.stderr.write("\n");
  }
}
