import type * as pulumi from "@pulumi/pulumi";
import type { ConsistencyLevel, GuestBackupType } from "../schema/value-maps";

/**
 * Settings of the snapshot (`Msvm_VirtualSystemSnapshotSettingData`).
 *
 * Whether a host takes them for a whole group is not known in public; it is the only class of snapshot settings that hosts have.
 *
 * @public
 */
export interface SnapshotSettings {
  /** How consistent each machine's snapshot is. Left to the host by default. */
  consistencyLevel?: pulumi.Input<keyof typeof ConsistencyLevel>;
  /** Whether disks that can't be part of a snapshot (pass-through, Fibre Channel) are skipped instead of refused. Default: the host's. */
  ignoreNonSnapshottableDisks?: pulumi.Input<boolean>;
  /** Which kind of backup the guest is told of. Windows Server 2016 and later. Default: the host's. */
  guestBackupType?: pulumi.Input<keyof typeof GuestBackupType>;
}
