import type { MethodFailedError } from "../errors";
import { mayPass } from "../hyperv/refusal";
import { describeReturnCode } from "../jobs/return-code";
import type { Operation } from "../process/operation";

const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** So long a refusal is tried again where nothing on the host is seen to be busy: the cause may be one that doesn't pass. */
const quietPatienceMs = 60_000;

/** How to try again. */
export interface BusyRetry {
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
  /** Whether something on the host is seen to be busy, so that its end is worth waiting for. */
  readonly isBusy: () => Promise<boolean>;
}

/**
 * Sends a request, and sends it again while the host says that something is in use or in the wrong state.
 *
 * Only for requests of which nothing was accepted: a refusal is the one answer after which nothing has begun.
 *
 * @throws The last refusal, when the deadline comes first, or when nothing was seen to be busy for a minute.
 */
export async function retryWhileBusy<T>(
  operation: Operation,
  { deadlineAt, isBusy }: BusyRetry,
  send: () => Promise<T>,
): Promise<T> {
  const { clock, progress } = operation;
  const startedAt = clock.now();
  let quietUntil = startedAt + quietPatienceMs;
  for (let pauseMs = firstPauseMs, tries = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs), tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (await isBusy()) quietUntil = clock.now() + quietPatienceMs;
      const leftMs = Math.min(deadlineAt, quietUntil) - clock.now();
      if (leftMs <= 0) throw stillRefused(error, tries, clock.now() - startedAt);
      const nextMs = Math.min(pauseMs, leftMs); // the last try is at the limit
      progress.step(waitingText(error, nextMs));
      await clock.sleep(nextMs);
    }
  }
}

function stillRefused(error: MethodFailedError, tries: number, elapsedMs: number): MethodFailedError {
  const answer = `${error.parts.answer}; it was asked ${tries} times in ${Math.round(elapsedMs / 1000)} s`;
  return error.with({ answer });
}

function waitingText({ returnValue }: MethodFailedError, pauseMs: number): string {
  return `the host is busy, ${describeReturnCode(returnValue)}: trying again in ${Math.ceil(pauseMs / 1000)} s`;
}
