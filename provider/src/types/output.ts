/**
 * Describes one machine's snapshot. Hyper-V Manager and PowerShell show it as a checkpoint.
 *
 * @public
 */
export interface SnapshotMember {
  /** The machine's GUID (`Msvm_ComputerSystem.Name`). */
  readonly vmId: string;
  /** The machine's name at the time. */
  readonly vmName: string;
  /** The `InstanceID` of the snapshot's settings, `Microsoft:<GUID>`. */
  readonly snapshotId: string;
  /** When it was created, as ISO 8601 in UTC; null if the host doesn't report it. */
  readonly createdAt: string | null;
  /** Whether it has a saved state: for a production checkpoint, the only public sign that it fell back to a standard one. */
  readonly hasSavedState: boolean;
}

/**
 * Describes the host's job that took the snapshot.
 *
 * @public
 */
export interface SnapshotJob {
  /** The `InstanceID` of the `Msvm_ConcreteJob`; the host forgets it 5 minutes after its end. */
  readonly id: string;
  /** How long it took, in seconds. */
  readonly elapsedSeconds: number;
  /** The host's warnings, in the host's language, if the job completed with warnings. */
  readonly warnings: readonly string[];
}

/**
 * Describes a machine in a VM group.
 *
 * @public
 */
export interface GroupMachine {
  /** The machine's GUID (`Msvm_ComputerSystem.Name`). */
  readonly vmId: string;
  /** The machine's name (`ElementName`). */
  readonly vmName: string;
}

/**
 * Describes a VM group as it is on the host.
 *
 * @public
 */
export interface GetVirtualSystemCollectionResult {
  /** The `CollectionID` of the group, as the host spells it. */
  readonly collectionId: string;
  /** The object path of the group: `\\HOST\root\virtualization\v2:Msvm_VirtualSystemCollection.CollectionID="…"`. */
  readonly collectionPath: string;
  /** The group's name (`ElementName`). */
  readonly name: string;
  /** The machines in the group, ordered by name. */
  readonly machines: GroupMachine[];
  /** The host's own name. */
  readonly hostName: string;
}

/**
 * Describes a snapshot of a VM group as it is on the host, also one that no stack manages.
 *
 * @public
 */
export interface GetCollectionSnapshotResult {
  /** The reference: `\\HOST\root\virtualization\v2:Msvm_SnapshotCollection.CollectionID="…"`. */
  readonly resultingSnapshotCollection: string;
  /** The `CollectionID` of the snapshot collection, as the host spells it. */
  readonly snapshotCollectionId: string;
  /** The `CollectionID` of the VM group; null if the group is deleted. */
  readonly collectionId: string | null;
  /** The object path of the VM group; null if the group is deleted. */
  readonly collectionPath: string | null;
  /** The name of the VM group now; null if the group is deleted. */
  readonly collectionName: string | null;
  /** The host's own name. */
  readonly hostName: string;
  /** The name (`ElementName`) of the members' snapshots; null if they have several names. */
  readonly snapshotName: string | null;
  /** `CreateSnapshot`'s type; null if the members don't show it. */
  readonly snapshotType: "Standard" | "Recovery" | null;
  /** One snapshot per machine, ordered by the machines' names. */
  readonly members: SnapshotMember[];
  /** When the earliest of the members' snapshots was created, as ISO 8601 in UTC; null if the host doesn't report it. */
  readonly createdAt: string | null;
}

/**
 * Lists the snapshots of one VM group, or of a host's groups.
 *
 * @public
 */
export interface GetCollectionSnapshotsResult {
  /** The host's own name. */
  readonly hostName: string;
  /** Oldest first. */
  readonly snapshots: GetCollectionSnapshotResult[];
}
