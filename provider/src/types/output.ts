/**
 * One machine's snapshot. Hyper-V Manager and PowerShell show it as a checkpoint.
 *
 * @public
 */
export interface SnapshotMember {
  /** The machine's GUID (`Msvm_ComputerSystem.Name`). */
  readonly vmId: string;
  /** The machine's name at the time. */
  readonly vmName: string;
  /** `InstanceID` of the snapshot's settings, `Microsoft:<GUID>`. */
  readonly snapshotId: string;
  /** When it was created: ISO 8601 in UTC; null where the host doesn't say. */
  readonly createdAt: string | null;
  /** Whether it holds a saved state: on a production checkpoint the only public hint that it fell back to a standard one. */
  readonly hasSavedState: boolean;
}

/**
 * The host's job that took the snapshot.
 *
 * @public
 */
export interface SnapshotJob {
  /** `InstanceID` of the `Msvm_ConcreteJob`; the host forgets it 5 minutes after its end. */
  readonly id: string;
  /** How long it took, in seconds. */
  readonly elapsedSeconds: number;
  /** What the host said where it completed with warnings, in the host's language; empty otherwise. */
  readonly warnings: readonly string[];
}

/**
 * A machine that is a member of a VM group.
 *
 * @public
 */
export interface GroupMachine {
  /** The machine's GUID (`Msvm_ComputerSystem.Name`). */
  readonly vmId: string;
  /** What people call it (`ElementName`). */
  readonly vmName: string;
}
