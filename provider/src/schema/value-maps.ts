// Value maps of root\virtualization\v2, keyed by the documented names (spaces and punctuation left out).
// A test compares those that stand in test/fixtures/schema.json with it, number by number.

/** What `CreateSnapshot` and its siblings return. Source: Msvm_CollectionSnapshotService, learn.microsoft.com, HyperV_v2. */
export const ReturnValue = {
  CompletedWithNoError: 0,
  NotSupported: 1,
  Failed: 2,
  Timeout: 3,
  InvalidParameter: 4,
  InvalidState: 5,
  InvalidType: 6,
  MethodParametersCheckedJobStarted: 4096,
} as const;

/**
 * The vendor codes that most Hyper-V methods share, as return value and as a job's `ErrorCode`.
 * Source: about 130 method pages of HyperV_v2, for example DefineCollection. 32779 stands on 55 of them.
 */
export const VendorCode = {
  Failed: 32768,
  AccessDenied: 32769,
  NotSupported: 32770,
  StatusIsUnknown: 32771,
  Timeout: 32772,
  InvalidParameter: 32773,
  SystemIsInUse: 32774,
  InvalidStateForThisOperation: 32775,
  IncorrectDataType: 32776,
  SystemIsNotAvailable: 32777,
  OutOfMemory: 32778,
  FileNotFound: 32779,
} as const;

/** `CreateSnapshot`'s `SnapshotType`. The per-VM service numbers its types differently. Source: CreateSnapshot, HyperV_v2. */
export const SnapshotType = { Unknown: 0, StandardSnapshot: 1, RecoverySnapshot: 2 } as const;

/** The per-VM service's snapshot types, which are other numbers. Source: Msvm_VirtualSystemSnapshotService.CreateSnapshot. */
export const MachineSnapshotType = { FullSnapshot: 2, DiskSnapshot: 3, RecoverySnapshot: 32768 } as const;

/** `DefineCollection`'s `Type`. Source: DefineCollection, HyperV_v2. */
export const CollectionType = { CollectionOfVirtualSystems: 0, CollectionOfCollections: 1 } as const;

/** `Msvm_ConcreteJob.JobState`. 32768 is missing from the class page: Microsoft's own sample and os-win treat it as success. */
export const JobState = {
  New: 2,
  Starting: 3,
  Running: 4,
  Suspended: 5,
  ShuttingDown: 6,
  Completed: 7,
  Terminated: 8,
  Killed: 9,
  Exception: 10,
  Service: 11,
  QueryPending: 12,
  CompletedWithWarnings: 32768,
} as const;

/** `RequestStateChange`'s `RequestedState` on a job. Source: CIM_ConcreteJob.RequestStateChange. */
export const RequestedJobState = { Start: 2, Suspend: 3, Terminate: 4, Kill: 5, Service: 6 } as const;

/** What `RequestStateChange` of a job returns. Source: CIM_ConcreteJob.RequestStateChange. */
export const JobRequestReturnValue = {
  CompletedWithNoError: 0,
  NotSupported: 1,
  UnknownUnspecifiedError: 2,
  CanNOTCompleteWithinTimeoutPeriod: 3,
  Failed: 4,
  InvalidParameter: 5,
  InUse: 6,
  MethodParametersCheckedTransitionStarted: 4096,
  InvalidStateTransition: 4097,
  UseOfTimeoutParameterNotSupported: 4098,
  Busy: 4099,
} as const;

/** The `JobType`s that this package meets. 199 is not documented. Source: Msvm_ConcreteJob.JobType. */
export const JobType = {
  ModifyVirtualMachine: 2,
  SnapshotVirtualMachine: 70,
  ApplyVirtualMachineSnapshot: 71,
  DeleteVirtualMachineSnapshot: 72,
  DefineCollection: 190,
  DestroyCollection: 191,
  RenameCollection: 192,
  AddMemberToCollection: 193,
  RemoveMemberFromCollection: 194,
  SnapshotCollection: 198,
  ConvertSnapshotToReferencePoint: 200,
} as const;

/** `ElementEffects` of an affected-job row: 5 marks what the job made. Source: CIM_AffectedJobElement. */
export const ElementEffects = {
  Unknown: 0,
  Other: 1,
  ExclusiveUse: 2,
  PerformanceImpact: 3,
  ElementIntegrity: 4,
  Create: 5,
} as const;

/** `Msvm_VirtualSystemSnapshotSettingData.ConsistencyLevel`. */
export const ConsistencyLevel = { Unknown: 0, ApplicationConsistent: 1, CrashConsistent: 2 } as const;

/** `Msvm_VirtualSystemSnapshotSettingData.GuestBackupType`, from build 14393 on. */
export const GuestBackupType = { Undefined: 0, Full: 1, Copy: 2 } as const;

/** Which kind of checkpoint a machine makes. Source: Msvm_VirtualSystemSettingData.UserSnapshotType. */
export const UserSnapshotType = { Disable: 2, ProductionFallbackToTest: 3, ProductionNoFallback: 4, Test: 5 } as const;

/** `Msvm_DiskMergeSettingData.EnabledState`: whether a machine's disks merge. Source: that class, HyperV_v2. */
export const DiskMergeState = { TemporarilyDisabled: 0, Enabled: 1 } as const;

/** A machine's `EnabledState`, as far as it matters here. Source: Msvm_ComputerSystem.EnabledState. */
export const EnabledState = {
  Other: 1,
  Enabled: 2,
  Disabled: 3,
  ShuttingDown: 4,
  EnabledButOffline: 6,
  Quiesce: 9,
  Starting: 10,
  Reset: 11,
  Saving: 32773,
  Pausing: 32776,
  Resuming: 32777,
  FastSaved: 32779,
  FastSaving: 32780,
} as const;

/** The range of a machine's critical states: it has lost its storage. Versions of Windows number the single states differently. */
export const criticalStates = { from: 32781, to: 32796 } as const;

/** `Msvm_ComputerSystem.ReplicationState`. Source: that class, HyperV_v2. */
export const ReplicationState = {
  Disabled: 0,
  ReadyForReplication: 1,
  WaitingToCompleteInitialReplication: 2,
  Replicating: 3,
  SyncedReplicationComplete: 4,
  Recovered: 5,
  Committed: 6,
  Suspended: 7,
  Critical: 8,
  WaitingToStartResynchronization: 9,
  Resynchronizing: 10,
  ResynchronizationSuspended: 11,
} as const;

/**
 * `Msvm_ComputerSystem.OperationalStatus`: the first element, then what the machine is doing, or what is wrong with it.
 *
 * An open map: hosts have more numbers than the class page. Only {@link activities} mean that a machine is busy.
 */
export const OperationalStatus = {
  OK: 2,
  InService: 11,
  SupportingEntityInError: 16,
  ApplyingCheckpoint: 23769,
  CreatingSnapshot: 32768,
  ApplyingSnapshot: 32769,
  DeletingSnapshot: 32770,
  MergingDisks: 32772,
  ExportingVirtualMachine: 32773,
  MigratingVirtualMachine: 32774,
  BackingUpVirtualMachine: 32776,
  ModifyingVirtualMachine: 32777,
  StorageMigrationPhaseOne: 32778,
  StorageMigrationPhaseTwo: 32779,
  MigratingPlannedVirtualMachine: 32780,
  CheckingCompatibility: 32781,
  ApplicationCriticalState: 32782,
  CommunicationTimedOut: 32783,
  CommunicationFailed: 32784,
  NoIommu: 32785,
  NoIovSupportInNic: 32786,
  SwitchNotInIovMode: 32787,
  IovBlockedByPolicy: 32788,
  IovNoAvailableResources: 32789,
  IovGuestDriversNeeded: 32790,
  CriticalIoError: 32795,
} as const;

/** The statuses of a machine that is well. */
export const healthyStatuses: readonly number[] = [OperationalStatus.OK, OperationalStatus.InService];

/** The statuses that are documented activities: they end by themselves. */
export const activities: readonly number[] = [
  OperationalStatus.ApplyingCheckpoint,
  OperationalStatus.CreatingSnapshot,
  OperationalStatus.ApplyingSnapshot,
  OperationalStatus.DeletingSnapshot,
  OperationalStatus.MergingDisks,
  OperationalStatus.ExportingVirtualMachine,
  OperationalStatus.MigratingVirtualMachine,
  OperationalStatus.BackingUpVirtualMachine,
  OperationalStatus.ModifyingVirtualMachine,
  OperationalStatus.StorageMigrationPhaseOne,
  OperationalStatus.StorageMigrationPhaseTwo,
  OperationalStatus.MigratingPlannedVirtualMachine,
  OperationalStatus.CheckingCompatibility,
];

/**
 * Finds the documented name of a number.
 *
 * @returns The name in words (`Invalid State`), or `undefined` where nothing is documented.
 */
export function nameOf(valueMap: Readonly<Record<string, number>>, value: number): string | undefined {
  const name = Object.keys(valueMap).find((key) => valueMap[key] === value);
  return name?.replace(/([a-z])([A-Z])/g, "$1 $2");
}
