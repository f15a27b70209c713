import type * as types from "./types";

export {
  AccessDeniedError,
  AuthenticationError,
  CimError,
  ConnectionError,
  type Effect,
  type ErrorChanges,
  type ErrorCode,
  type ErrorParts,
  errorCodes,
  GuardError,
  HostKeyError,
  HyperVError,
  InvalidArgumentError,
  JobError,
  JobFailedError,
  JobLostError,
  JobTimeoutError,
  MergeError,
  MethodFailedError,
  MissingDependencyError,
  NotFoundError,
  OtherHostError,
  PartialCreateError,
  ProtocolError,
  StorageError,
  TransportError,
  TransportTimeoutError,
  UnexpectedJobStateError,
  UnknownOutcomeError,
  VisibilityError,
} from "./errors";
export {
  type GetCollectionSnapshotArgs,
  type GetCollectionSnapshotOutputArgs,
  getCollectionSnapshot,
  getCollectionSnapshotOutput,
} from "./lookups/get-collection-snapshot";
export {
  type GetCollectionSnapshotsArgs,
  type GetCollectionSnapshotsOutputArgs,
  getCollectionSnapshots,
  getCollectionSnapshotsOutput,
} from "./lookups/get-collection-snapshots";
export {
  type GetVirtualSystemCollectionArgs,
  type GetVirtualSystemCollectionOutputArgs,
  getVirtualSystemCollection,
  getVirtualSystemCollectionOutput,
} from "./lookups/get-virtual-system-collection";
export {
  CollectionSnapshot,
  type CollectionSnapshotArgs,
  type CollectionSnapshotState,
} from "./resources/collection-snapshot";
export {
  VirtualSystemCollection,
  type VirtualSystemCollectionArgs,
  type VirtualSystemCollectionState,
} from "./resources/virtual-system-collection";
export type { types };
