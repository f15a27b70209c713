/** Shortest pause between two looks at a job. */
const shortestMs = 150;
/** Without usable progress, the share of the time elapsed that a pause takes. A tenth would notice a job of 10 s later than a look each second does. */
const shareOfElapsed = 0.09;
/** Longest pause without usable progress. */
const longestMs = 5_000;
/** Longest pause towards a predicted end: a job that fails half-way is still noticed, and the row in the terminal still moves. */
const longestTowardsEndMs = 30_000;
/** Two predictions of the whole duration agree when they differ by no more than this share. */
const agreement = 0.25;
/** How far behind its predicted end a job is looked for: a percentage is truncated, so the end is rather later than earlier. */
const margin = 0.01;

/** One reading of progress. */
interface Progress {
  readonly elapsedMs: number;
  readonly percent: number;
}

/**
 * Decides when a job is looked at next.
 *
 * Without usable progress: after 9 % of the time elapsed, at least 150 ms, at most 5 s, ±10 % jitter, so that a job
 * is noticed at most a tenth of its duration late and a long one costs few requests. As soon as two readings of
 * `PercentComplete` agree on an end, half-way to that end, and at last at the end itself: fewer looks, and less late.
 */
export class LookSchedule {
  private first: Progress | undefined;
  private last: Progress | undefined;
  private predictedMs: number | undefined;
  private agreed = false;
  private readonly random: () => number;

  /** @param random - Source of jitter, 0 … 1. */
  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  /** Takes note of a reading. Progress that falls back, or doesn't start from where it was, makes earlier readings worthless. */
  record(elapsedMs: number, percent: number | null): void {
    if (percent === null || percent <= 0 || percent >= 100 || (this.last && percent < this.last.percent)) {
      this.first = this.last = this.predictedMs = undefined;
      this.agreed = false;
      if (percent === null || percent <= 0 || percent >= 100) return;
    }
    const reading = { elapsedMs, percent };
    this.first ??= reading;
    if (this.last?.percent === percent) {
      // standing still for longer than its own pace allows: what was predicted no longer holds
      if (this.predictedMs !== undefined && elapsedMs > this.predictedMs * (1 + 2 * margin)) this.agreed = false;
      return;
    }
    this.last = reading;
    if (this.first.percent === percent) return;
    const perPercentMs = (elapsedMs - this.first.elapsedMs) / (percent - this.first.percent);
    const predictedMs = elapsedMs + (100 - percent) * perPercentMs;
    this.agreed = this.predictedMs !== undefined && Math.abs(predictedMs - this.predictedMs) <= agreement * predictedMs;
    this.predictedMs = predictedMs;
  }

  /** The pause until the next look, in milliseconds. */
  nextPauseMs(elapsedMs: number): number {
    const jitter = 1 + 0.2 * (this.random() - 0.5);
    const regularMs = Math.min(longestMs, Math.max(shortestMs, shareOfElapsed * elapsedMs * jitter));
    if (!this.agreed || this.predictedMs === undefined) return regularMs;
    const remainingMs = this.predictedMs * (1 + margin) - elapsedMs;
    if (remainingMs <= 0) return Math.max(shortestMs, margin * elapsedMs);
    const towardsEndMs = remainingMs < 0.04 * this.predictedMs ? remainingMs : remainingMs / 2;
    return Math.min(longestTowardsEndMs, Math.max(shortestMs, towardsEndMs));
  }
}
