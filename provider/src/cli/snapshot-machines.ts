import type { CimSession } from "../cim/cim-session";
import { dependentsOf } from "../hyperv/dependents";
import { activityOf, readMachineConditions } from "../hyperv/member-condition";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";

/** One machine of a snapshot: its state now, and its snapshot. */
export interface SnapshotMachine {
  readonly vmId: string;
  readonly vmName: string;
  /** `EnabledState` now; null if the host doesn't show the machine. */
  readonly enabledState: number | null;
  /** What it is doing now (`Merging Disks`); null if it is idle. */
  readonly busyWith: string | null;
  /** The name of its snapshot. */
  readonly name: string;
  readonly snapshotId: string;
  readonly createdAt: string | null;
  readonly hasSavedState: boolean;
  /** The names of the checkpoints that depend on this one. */
  readonly laterCheckpoints: readonly string[];
}

/** Reads the machines of a snapshot, in the order of their names. */
export async function readSnapshotMachines(
  session: CimSession,
  { members }: SnapshotDetails,
): Promise<readonly SnapshotMachine[]> {
  const conditions = await readMachineConditions(session, [...new Set(members.map(({ vmId }) => vmId))]);
  const later = await dependentsOf(session, members);
  return members
    .map(({ vmId, snapshotId, name, createdAt, hasSavedState }) => {
      const now = conditions.find((condition) => condition.vmId === vmId);
      return {
        vmId,
        vmName: now?.vmName ?? vmId,
        enabledState: now?.enabledState ?? null,
        busyWith: now ? activityOf(now) : null,
        name,
        snapshotId,
        createdAt,
        hasSavedState,
        laterCheckpoints: later.filter((one) => one.vmId === vmId).map((one) => one.name),
      };
    })
    .toSorted((a, b) => a.vmName.localeCompare(b.vmName, "en"));
}
