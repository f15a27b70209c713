import { MergeError } from "../errors";
import { machinePath, machinesDoing } from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import { OperationalStatus } from "../schema/value-maps";

const firstPauseMs = 500;
const longestPauseMs = 5000;

/** Whose disks merge, and how long to wait for it. */
export interface MergeWait {
  readonly vmIds: readonly string[];
  /** What was destroyed, for messages. */
  readonly target: string;
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
}

/**
 * Waits until no machine merges its disks any more.
 *
 * @throws {@link MergeError} with the code `MERGE_TIMEOUT`, when the deadline comes first.
 */
export async function waitForMerge({ host, clock, progress }: Operation, wait: MergeWait): Promise<void> {
  const startedAt = clock.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const merging = await machinesDoing(host.session, wait.vmIds, OperationalStatus.MergingDisks);
    if (merging.length === 0) {
      // machines that aren't shown merge unseen
      if (wait.vmIds.length > 0)
        await requireVisibility(host.session, "the machines' states", wait.vmIds.map(machinePath));
      return;
    }
    const names = merging.map(({ vmName }) => vmName).join(", ");
    const leftMs = wait.deadlineAt - clock.now();
    if (leftMs <= 0) {
      throw new MergeError(
        {
          attempted: "Waiting for the merge after DestroySnapshot",
          target: wait.target,
          answer: `after ${Math.round((clock.now() - startedAt) / 1000)} s the disks of ${names} were still merging`,
          outcome: "The snapshot is destroyed; the merges go on at the host",
          remedy:
            "Run `pulumi destroy` again to wait on, give it more time (customTimeouts), or set waitForMerge to false",
        },
        { code: "MERGE_TIMEOUT" },
      );
    }
    progress.step(`destroyed; disks still merge: ${names}`);
    await clock.sleep(Math.min(pauseMs, leftMs));
  }
}
