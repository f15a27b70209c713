import { performance } from "node:perf_hooks";

/** Where waiting gets its time from, so that tests have a time of their own. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, whatever happens to the wall clock. */
  now(): number;
  /** Waits; ends early, without an error, when the signal fires. */
  sleep(milliseconds: number, abortSignal?: AbortSignal): Promise<void>;
}

/** The process's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, abortSignal) =>
    new Promise((resolve) => {
      if (abortSignal?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        abortSignal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      abortSignal?.addEventListener("abort", end);
    }),
};
