import type { Clock } from "../../provider/src/jobs/clock";

/** How many turns of the event loop a file or a program may take while there is no sleeper: on a busy machine, about a second. */
const turnsForFiles = 200_000;

/** A clock that moves only when a sleeper is next: everybody who waits is woken at exactly the time asked for. */
export class FakeClock implements Clock {
  private readonly turns: number;
  private time = 0;
  private readonly sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  /** @param turns - How many turns of the event loop everything that needs no time may take. */
  constructor(turns = 20) {
    this.turns = turns;
  }

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number, abortSignal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (abortSignal?.aborted) return resolve();
      const sleeper = {
        at: this.time + milliseconds,
        wake: () => {
          this.sleepers.delete(sleeper);
          abortSignal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      abortSignal?.addEventListener("abort", sleeper.wake);
    });
  }

  /** Lets time pass without anybody sleeping: what a request takes. */
  pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** Runs until a promise settles, moving time from one sleeper to the next. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    for (;;) {
      // let everything that can go on without time go on
      let isAwake = this.sleepers.size === 0;
      for (let turn = 0; !settled && turn < (isAwake ? turnsForFiles : this.turns); turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        if (isAwake && this.sleepers.size > 0) [isAwake, turn] = [false, -1];
      }
      if (settled) return done;
      const [next] = [...this.sleepers].sort((a, b) => a.at - b.at);
      if (!next) throw new Error("No timer is set and nothing settles: the test would never end");
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
  }
}
