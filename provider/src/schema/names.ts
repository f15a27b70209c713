/** The namespace every class here lives in, on Windows Server 2016 and later. */
export const virtualizationNamespace = "root\\virtualization\\v2";

/** Names of the classes that the client talks to, as the host spells them. Their declarations: `class-declarations.ts`. */
export const ClassName = {
  affectedJobElement: "Msvm_AffectedJobElement",
  collectedCollections: "Msvm_CollectedCollections",
  collectedSnapshots: "Msvm_CollectedSnapshots",
  collectedVirtualSystems: "Msvm_CollectedVirtualSystems",
  collectionManagementService: "Msvm_CollectionManagementService",
  collectionSnapshotService: "Msvm_CollectionSnapshotService",
  computerSystem: "Msvm_ComputerSystem",
  concreteJob: "Msvm_ConcreteJob",
  diskMergeSettingData: "Msvm_DiskMergeSettingData",
  managementCollection: "Msvm_ManagementCollection",
  snapshotCollection: "Msvm_SnapshotCollection",
  snapshotOfVirtualSystemCollection: "Msvm_SnapshotOfVirtualSystemCollection",
  virtualSystemCollection: "Msvm_VirtualSystemCollection",
  virtualSystemManagementService: "Msvm_VirtualSystemManagementService",
  virtualSystemSettingData: "Msvm_VirtualSystemSettingData",
  virtualSystemSnapshotService: "Msvm_VirtualSystemSnapshotService",
  virtualSystemSnapshotSettingData: "Msvm_VirtualSystemSnapshotSettingData",
} as const;

/** `VirtualSystemType` of the settings that are snapshots. Source: Msvm_VirtualSystemSettingData; observed on a real host. */
export const VirtualSystemType = {
  realized: "Microsoft:Hyper-V:System:Realized",
  standardSnapshot: "Microsoft:Hyper-V:Snapshot:Realized",
  recoverySnapshot: "Microsoft:Hyper-V:Snapshot:Recovery",
} as const;

/** Whether a `VirtualSystemType` is a snapshot's, of whatever kind: standard, recovery, planned, replica. */
export function isSnapshotType(virtualSystemType: string | null): boolean {
  return virtualSystemType?.startsWith("Microsoft:Hyper-V:Snapshot:") ?? false;
}
