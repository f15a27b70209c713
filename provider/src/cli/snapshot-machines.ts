import type { CimSession } from "../cim/cim-session";
import { activityOf, readMachineConditions } from "../hyperv/member-condition";
import { descendantsOf } from "../hyperv/snapshot-collection";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";

/** One machine of a snapshot, as it is now beside what the snapshot holds. */
export interface SnapshotMachine {
  readonly vmId: string;
  readonly vmName: string;
  /** `EnabledState` now; null where the host doesn't show the machine. */
  readonly enabledState: number | null;
  /** What it does now (`Merging Disks`); null when it is idle. */
  readonly busyWith: string | null;
  /** What its snapshot is called. */
  readonly name: string;
  readonly snapshotId: string;
  readonly createdAt: string | null;
  readonly hasSavedState: boolean;
  /** What the checkpoints are called that were taken after this one and descend from it. */
  readonly laterCheckpoints: readonly string[];
}

/** Reads the machines of a snapshot, in the order of their names. */
export async function readSnapshotMachines(
  session: CimSession,
  { members }: SnapshotDetails,
): Promise<readonly SnapshotMachine[]> {
  const conditions = await readMachineConditions(session, [...new Set(members.map(({ vmId }) => vmId))]);
  const later = await descendantsOf(session, members);
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
