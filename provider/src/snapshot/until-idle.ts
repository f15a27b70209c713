import type { VirtualMachine } from "../hyperv/virtual-system-collection";
import type { Operation } from "../process/operation";

const pauseMs = 2000;

/** What to wait for. */
export interface IdleWait {
  /** The machines that are still at it. */
  readonly busy: () => Promise<readonly VirtualMachine[]>;
  /** Why it is waited for, for the resource's row. */
  readonly why?: string;
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
  /** Thrown when the deadline comes first. */
  readonly error: unknown;
}

/**
 * Waits until no machine is at it any more, as their `OperationalStatus` tells.
 *
 * For jobs that nobody here can wait for: the host has forgotten them, hides them from this account, or somebody else began them.
 */
export async function untilIdle({ clock, progress }: Operation, wait: IdleWait): Promise<void> {
  for (;;) {
    const busy = await wait.busy();
    if (busy.length === 0) return;
    if (clock.now() >= wait.deadlineAt) throw wait.error;
    progress.step(
      `${wait.why ?? "the job can't be seen"}; still at it: ${busy.map(({ vmName }) => vmName).join(", ")}`,
    );
    await clock.sleep(Math.min(pauseMs, wait.deadlineAt - clock.now()));
  }
}
