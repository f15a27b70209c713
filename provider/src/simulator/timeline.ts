/** An event that the host itself causes at a moment. */
interface TimelineEvent {
  readonly at: number;
  readonly happen: () => void;
}

/** Holds future events in the order of time; events at one moment happen in the order of planning. */
export class Timeline {
  private readonly ahead: TimelineEvent[] = [];
  /** The moment of the latest past event. */
  private last = Number.NEGATIVE_INFINITY;

  /** Returns the moment of the latest past event. */
  get lastEventAt(): number {
    return this.last;
  }

  /** Plans an event; one at infinity is dropped. */
  plan(at: number, happen: () => void): void {
    if (at === Number.POSITIVE_INFINITY) return;
    let [low, high] = [0, this.ahead.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ahead[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.ahead.splice(low, 0, { at, happen });
  }

  /** Lets everything happen that lies at or before a moment. */
  advance(now: number): void {
    for (let next = this.ahead[0]; next !== undefined && next.at <= now; next = this.ahead[0]) {
      this.ahead.shift();
      this.last = next.at;
      next.happen();
    }
  }
}
