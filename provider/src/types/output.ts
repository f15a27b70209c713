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

/**
 * A VM group, as it is on the host.
 *
 * @public
 */
export interface GetVirtualSystemCollectionResult {
  /** `CollectionID` of the group, as the host spells it. */
  readonly collectionId: string;
  /** Object path of the group: `\\HOST\root\virtualization\v2:Msvm_VirtualSystemCollection.CollectionID="…"`. */
  readonly collectionPath: string;
  /** The group's name (`ElementName`). */
  readonly name: string;
  /** The machines in the group, in the order of their names. */
  readonly machines: GroupMachine[];
  /** The host's own name. */
  readonly hostName: string;
}

/**
 * A snapshot of a VM group, as it is on the host, whoever took it.
 *
 * @public
 */
export interface GetCollectionSnapshotResult {
  /** The reference: `\\HOST\root\virtualization\v2:Msvm_SnapshotCollection.CollectionID="…"`. */
  readonly resultingSnapshotCollection: string;
  /** `CollectionID` of the snapshot collection, as the host spells it. */
  readonly snapshotCollectionId: string;
  /** `CollectionID` of the VM group; null where the group is gone. */
  readonly collectionId: string | null;
  /** Object path of the VM group; null where the group is gone. */
  readonly collectionPath: string | null;
  /** Name of the VM group now; null where the group is gone. */
  readonly collectionName: string | null;
  /** The host's own name. */
  readonly hostName: string;
  /** What the members' snapshots are called (`ElementName`); null where they bear several names. */
  readonly snapshotName: string | null;
  /** `CreateSnapshot`'s type; null where the members don't tell. */
  readonly snapshotType: "Standard" | "Recovery" | null;
  /** One snapshot per machine, in the order of the machines' names. */
  readonly members: SnapshotMember[];
  /** When the earliest of the members' snapshots was created: ISO 8601 in UTC; null where the host doesn't say. */
  readonly createdAt: string | null;
}

/**
 * The snapshots of one VM group, or of a host's groups.
 *
 * @public
 */
export interface GetCollectionSnapshotsResult {
  /** The host's own name. */
  readonly hostName: string;
  /** Oldest first. */
  readonly snapshots: GetCollectionSnapshotResult[];
}
