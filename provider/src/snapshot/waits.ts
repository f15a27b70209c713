import { MergeError, type MethodFailedError } from "../errors";
import { describeSwitchedOff, readDiskMerges, switchMergingOn } from "../hyperv/disk-merges";
import { mayPass } from "../hyperv/refusal";
import { machinePath, type VirtualMachine } from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import { describeReturnCode } from "../jobs/return-code";
import { waitUntil } from "../jobs/wait-until";
import type { Operation } from "../process/operation";

const names = (machines: readonly VirtualMachine[]): string => machines.map(({ vmName }) => vmName).join(", ");

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
export async function waitUntilIdle({ clock, progress, call }: Operation, wait: IdleWait): Promise<void> {
  await waitUntil<void, readonly VirtualMachine[]>(clock, {
    look: async () => {
      const busy = await wait.busy();
      return busy.length === 0 ? { done: undefined } : { waitFor: busy };
    },
    until: () => wait.deadlineAt,
    firstPauseMs: 2000,
    longestPauseMs: 2000,
    onWaiting: (busy) => progress.step(`${wait.why ?? "the job can't be seen"}; still busy: ${names(busy)}`),
    late: () => wait.error,
    signal: call.signal,
  });
}

/** Whose disks merge, and how long to wait. */
export interface MergeWait {
  readonly vmIds: readonly string[];
  /** What was destroyed, for messages. */
  readonly target: string;
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
}

/** How long a merge may take to begin after the job has ended. */
const beginsWithinMs = 5000;

/**
 * Waits until the disks of no machine are merging.
 *
 * @throws {@link MergeError} with the code `MERGE_TIMEOUT` when the deadline comes first, `MERGE_SWITCHED_OFF` when the disks won't merge.
 */
export async function waitForMerge({ host, clock, progress, call }: Operation, wait: MergeWait): Promise<void> {
  const attempted = "Waiting for the merge after DestroySnapshot";
  const { target, vmIds, deadlineAt } = wait;
  const startedAt = clock.now();
  let seen = false;
  await waitUntil<void, readonly VirtualMachine[]>(clock, {
    look: async () => {
      const { merging, switchedOff, visible } = await readDiskMerges(host.session, vmIds);
      if (switchedOff.length > 0) {
        const outcome = "The snapshot is destroyed, and its disks are still in the chain";
        const remedy = `${switchMergingOn}, then run ${call.words.destroy} again; or set waitForMerge to false`;
        const answer = describeSwitchedOff(switchedOff);
        throw new MergeError({ attempted, target, answer, outcome, remedy }, { code: "MERGE_SWITCHED_OFF" });
      }
      seen ||= merging.length > 0;
      const elapsedMs = clock.now() - startedAt;
      const mayBegin = !seen && elapsedMs < beginsWithinMs && clock.now() < deadlineAt && visible > 0;
      if (merging.length > 0 || mayBegin) return { waitFor: merging };
      // the disks of invisible machines may be merging
      if (vmIds.length > visible) await requireVisibility(host.session, "the machines' states", vmIds.map(machinePath));
      if (!seen && visible > 0) progress.tell(noMergeSeen(elapsedMs));
      return { done: undefined };
    },
    until: () => (seen ? deadlineAt : Math.min(deadlineAt, startedAt + beginsWithinMs)),
    firstPauseMs: 500,
    longestPauseMs: 5000,
    onWaiting: (merging) =>
      progress.step(
        merging.length > 0 ? `destroyed; disks still merge: ${names(merging)}` : "destroyed; waiting for the merge",
      ),
    late: (merging, elapsedMs) =>
      new MergeError(
        {
          attempted,
          target,
          answer: `after ${Math.round(elapsedMs / 1000)} s the disks of ${names(merging)} were still merging`,
          outcome:
            "The snapshot is destroyed; the host is still merging, and until it ends the chain of disks is there",
          remedy: `Run ${call.words.destroy} again to wait longer, give it more time (${call.words.moreTime}), or set waitForMerge to false`,
        },
        { code: "MERGE_TIMEOUT" },
      ),
    signal: call.signal,
  });
}

function noMergeSeen(elapsedMs: number): string {
  return `Destroyed; no merge was seen within ${Math.round(elapsedMs / 1000)} s: the disks have merged already, or the merge failed. A disk whose path ends in .avhdx (Get-VMHardDiskDrive) is still in the chain`;
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
  { clock, progress, call }: Operation,
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
