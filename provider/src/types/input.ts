import type * as pulumi from "@pulumi/pulumi";
import type { ConsistencyLevel, GuestBackupType } from "../schema/value-maps";

/**
 * Sets how the snapshot is taken (`Msvm_VirtualSystemSnapshotSettingData`).
 *
 * No public source says whether a host accepts them for a whole group; hosts have no other class of snapshot settings.
 *
 * @public
 */
export interface SnapshotSettings {
  /** How consistent each machine's snapshot is. Default: the host's. */
  consistencyLevel?: pulumi.Input<keyof typeof ConsistencyLevel>;
  /** Whether disks that can't be part of a snapshot (pass-through, Fibre Channel) are skipped instead of refused. Default: the host's. */
  ignoreNonSnapshottableDisks?: pulumi.Input<boolean>;
  /** The kind of backup that the guest is prepared for. Windows Server 2016 and later. Default: the host's. */
  guestBackupType?: pulumi.Input<keyof typeof GuestBackupType>;
}
