import type { Clock } from "./clock";

/** Describes what to wait for. */
export interface Waiting<T, Reason> {
  /** Looks once: done, or the reason to go on waiting. */
  readonly look: () => Promise<{ readonly done: T } | { readonly waitFor: Reason }>;
  /** Returns the deadline on the clock; it is read again after each try. */
  readonly until: () => number;
  readonly firstPauseMs: number;
  /** Pauses double up to this one. */
  readonly longestPauseMs: number;
  /** Called before each pause. */
  readonly onWaiting?: (reason: Reason, pauseMs: number) => void;
  /** Makes the error that is thrown when the time is over. */
  readonly late: (reason: Reason, elapsedMs: number) => unknown;
  /** Ends the waiting: its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Looks until a condition holds. The last look is taken when the time is over. */
export async function waitUntil<T, Reason>(clock: Clock, waiting: Waiting<T, Reason>): Promise<T> {
  const { look, until, longestPauseMs, onWaiting, late, signal } = waiting;
  const startedAt = clock.now();
  for (let pauseMs = waiting.firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    signal?.throwIfAborted();
    const seen = await look();
    if ("done" in seen) return seen.done;
    const leftMs = until() - clock.now();
    if (leftMs <= 0) throw late(seen.waitFor, clock.now() - startedAt);
    const nextMs = Math.min(pauseMs, leftMs);
    onWaiting?.(seen.waitFor, nextMs);
    await clock.sleep(nextMs, signal);
  }
}
