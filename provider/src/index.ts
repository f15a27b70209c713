import type * as types from "./types";

export {
  AccessDeniedError,
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
  NotFoundError,
  PartialCreateError,
  ProtocolError,
  TransportError,
  UnexpectedJobStateError,
} from "./errors";
export { CollectionSnapshot, type CollectionSnapshotArgs } from "./resources/collection-snapshot";
export type { types };
