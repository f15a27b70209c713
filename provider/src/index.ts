import type * as types from "./types";

export {
  AccessDeniedError,
  AuthenticationError,
  CimError,
  ConnectionError,
  type ErrorCode,
  type ErrorParts,
  errorCodes,
  HyperVError,
  InvalidArgumentError,
  JobError,
  JobFailedError,
  JobLostError,
  JobTimeoutError,
  MethodFailedError,
  MissingDependencyError,
  NotFoundError,
  PartialCreateError,
  ProtocolError,
  TransportError,
  TransportTimeoutError,
  UnexpectedJobStateError,
} from "./errors";
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
