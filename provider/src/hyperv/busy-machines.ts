import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { MethodFailedError } from "../errors";
import type { Clock } from "../jobs/clock";
import { describeReturnCode } from "../jobs/return-code";
import { waitUntil } from "../jobs/wait-until";
import { ClassName } from "../schema/names";
import { activities, ReturnValue, VendorCode } from "../schema/value-maps";
import { asMachine, namesOf, type VirtualMachine } from "./virtual-system-collection";

/** Tells whether one of some machines has a documented activity: a snapshot, a merge, an export, a backup, a migration. */
export async function anyBusy(session: CimSession, vmIds: readonly string[]): Promise<boolean> {
  const machines = await queryByKey(session, ClassName.computerSystem, "Name", vmIds);
  return machines.some((machine) => machine.numbers("OperationalStatus").some((status) => activities.includes(status)));
}

/** Finds those of some machines that have an activity now, by the number in `OperationalStatus`. */
export async function machinesDoing(
  session: CimSession,
  vmIds: readonly string[],
  doing: number,
): Promise<readonly VirtualMachine[]> {
  const machines = await queryByKey(session, ClassName.computerSystem, "Name", vmIds);
  return machines.filter((machine) => machine.numbers("OperationalStatus").includes(doing)).map(asMachine);
}

/** What a host returns while another operation works on the same machines. */
const busyCodes: readonly number[] = [
  ReturnValue.InvalidState,
  VendorCode.SystemIsInUse,
  VendorCode.InvalidStateForThisOperation,
];

/** Tells whether the host may accept a refused request once its other operations have ended. */
export function mayPass(error: unknown): error is MethodFailedError {
  return MethodFailedError.isInstance(error) && busyCodes.includes(error.returnValue);
}

/** What a wait works with. */
export interface Waiting {
  readonly clock: Clock;
  /** Shows why it waits. */
  readonly progress: { step(text: string): void };
  readonly call: { readonly signal: AbortSignal };
}

/** Which machines to wait for. */
export interface IdleWait {
  /** The machines that are still busy. */
  readonly busy: () => Promise<readonly VirtualMachine[]>;
  /** Why, for the resource's row. */
  readonly why?: string;
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
  /** Thrown when the deadline comes first. */
  readonly error: unknown;
}

/** Waits until no machine is busy, as its `OperationalStatus` shows: for jobs that this account can't see. */
export async function waitUntilIdle({ clock, progress, call }: Waiting, wait: IdleWait): Promise<void> {
  await waitUntil<void, readonly VirtualMachine[]>(clock, {
    look: async () => {
      const busy = await wait.busy();
      return busy.length === 0 ? { done: undefined } : { waitFor: busy };
    },
    until: () => wait.deadlineAt,
    firstPauseMs: 2000,
    longestPauseMs: 2000,
    onWaiting: (busy) => progress.step(`${wait.why ?? "the job can't be seen"}; still busy: ${namesOf(busy)}`),
    late: () => wait.error,
    signal: call.signal,
  });
}

/** How long a refusal is tried again while nothing on the host is seen to be busy: the cause may be permanent. */
const quietPatienceMs = 60_000;

/** How to try again. */
export interface BusyRetry {
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
  /** Whether something on the host is seen to be busy, so that its end is worth waiting for. */
  readonly isBusy: () => Promise<boolean>;
}

/**
 * Sends a request, and sends it again while the host answers that something is in use or in the wrong state.
 *
 * Only such a refusal proves that nothing has begun.
 *
 * @throws The last refusal, when the deadline comes first, or when nothing was seen to be busy for a minute.
 */
export async function retryWhileBusy<T>(
  { clock, progress, call }: Waiting,
  { deadlineAt, isBusy }: BusyRetry,
  send: () => Promise<T>,
): Promise<T> {
  let quietUntil = clock.now() + quietPatienceMs;
  let tries = 0;
  return waitUntil<T, MethodFailedError>(clock, {
    look: async () => {
      try {
        tries += 1;
        return { done: await send() };
      } catch (error) {
        if (!mayPass(error)) throw error;
        if (await isBusy()) quietUntil = clock.now() + quietPatienceMs;
        return { waitFor: error };
      }
    },
    until: () => Math.min(deadlineAt, quietUntil),
    firstPauseMs: 1000,
    longestPauseMs: 30_000,
    onWaiting: ({ returnValue }, pauseMs) =>
      progress.step(
        `the host is busy, ${describeReturnCode(returnValue)}: trying again in ${Math.ceil(pauseMs / 1000)} s`,
      ),
    late: (error, elapsedMs) =>
      error.with({ answer: `${error.parts.answer}; it was asked ${tries} times in ${Math.round(elapsedMs / 1000)} s` }),
    signal: call.signal,
  });
}
