import type { Clock } from "../jobs/clock";
import type { JobReading } from "../jobs/concrete-job";
import { jobProgressText } from "../jobs/job-progress-text";
import type { EngineLink } from "./engine-link";

/** Shortest time between two messages in a terminal, where each replaces the one before. */
const terminalPauseMs = 500;
/** Without a terminal every message is a line of its own: after this time, or this much progress. */
const linePauseMs = 15_000;
const linePercent = 25;

type Shown = Pick<EngineLink, "hasTerminal" | "send">;

/**
 * Shows progress in a resource's row, no more often than is useful.
 */
export class Progress {
  private readonly link: Shown;
  private readonly clock: Clock;
  private readonly urn: string | undefined;
  private lastAt = Number.NEGATIVE_INFINITY;
  private lastPercent = Number.NEGATIVE_INFINITY;

  constructor(link: Shown, clock: Clock, urn: string | undefined) {
    this.link = link;
    this.clock = clock;
    this.urn = urn;
  }

  /** Shows a step of interest to a person; without a terminal only if nothing was shown for a while. */
  step(text: string): void {
    const now = this.clock.now();
    if (!this.link.hasTerminal && now - this.lastAt < linePauseMs) return;
    this.show(text, now);
  }

  /** Shows how far a job is, now and then. */
  job(what: string, reading: JobReading, elapsedMs: number): void {
    const now = this.clock.now();
    const percent = reading.percentComplete ?? 0;
    const due = this.link.hasTerminal
      ? now - this.lastAt >= terminalPauseMs
      : now - this.lastAt >= linePauseMs || percent - this.lastPercent >= linePercent;
    if (!due) return;
    this.lastPercent = percent;
    this.show(jobProgressText(what, reading, elapsedMs), now);
  }

  private show(text: string, now: number): void {
    this.lastAt = now;
    this.link.send({ severity: "info", text, urn: this.urn, ephemeral: true });
  }

  /** Shows a message that stays on the screen. */
  tell(text: string): void {
    this.link.send({ severity: "info", text, urn: this.urn, ephemeral: false });
  }

  /** Warns, in a way that stays on the screen. */
  warn(text: string): void {
    this.link.send({ severity: "warning", text, urn: this.urn, ephemeral: false });
  }
}
