/**
 * What every message says, in this order. Only the message reaches a Pulumi user, so none of the five may be missing.
 *
 * @public
 */
export interface ErrorParts {
  /** What was attempted: `CreateSnapshot`, `reading the seed file`. */
  readonly attempted: string;
  /** On what: the object, with its host. */
  readonly target: string;
  /** What the host (or the file, or the input) answered, with number and documented name. */
  readonly answer: string;
  /** What is known of the result: was anything changed, does something go on. */
  readonly outcome: string;
  /** What to do next. */
  readonly remedy: string;
}

/**
 * Every stable identifier of a failure. The one list of them: types, messages and tests come from it.
 *
 * `METHOD_…` name a return value: those of the documented numbers 1 … 6 and 32768 … 32779, then the ranges around them.
 *
 * @public
 */
export const errorCodes = [
  "INVALID_ARGUMENT",
  "DEPENDENTS_UNKNOWN",
  "DEPENDENTS_COLLECTED",
  "GROUP_HAS_SNAPSHOTS",
  "INTENT_UNREADABLE",
  "INTENT_UNWRITABLE",
  "MISSING_DEPENDENCY",
  "CONNECTION_FAILED",
  "AUTHENTICATION_FAILED",
  "TRANSPORT_TIMEOUT",
  "PROTOCOL",
  "CIM_FAILED",
  "CIM_NOT_FOUND",
  "CIM_ACCESS_DENIED",
  "METHOD_NOT_SUPPORTED",
  "METHOD_FAILED",
  "METHOD_TIMEOUT",
  "METHOD_INVALID_PARAMETER",
  "METHOD_INVALID_STATE",
  "METHOD_INVALID_TYPE",
  "METHOD_DMTF_RESERVED",
  "METHOD_RESERVED",
  "METHOD_VENDOR_FAILED",
  "METHOD_VENDOR_ACCESS_DENIED",
  "METHOD_VENDOR_NOT_SUPPORTED",
  "METHOD_VENDOR_STATUS_IS_UNKNOWN",
  "METHOD_VENDOR_TIMEOUT",
  "METHOD_VENDOR_INVALID_PARAMETER",
  "METHOD_VENDOR_SYSTEM_IS_IN_USE",
  "METHOD_VENDOR_INVALID_STATE",
  "METHOD_VENDOR_INCORRECT_DATA_TYPE",
  "METHOD_VENDOR_SYSTEM_IS_NOT_AVAILABLE",
  "METHOD_VENDOR_OUT_OF_MEMORY",
  "METHOD_VENDOR_FILE_NOT_FOUND",
  "METHOD_VENDOR_SPECIFIC",
  "METHOD_UNDOCUMENTED",
  "JOB_FAILED",
  "JOB_TERMINATED",
  "JOB_KILLED",
  "JOB_TIMEOUT",
  "JOB_LOST",
  "JOB_STATE_UNEXPECTED",
  "MERGE_TIMEOUT",
  "PARTIAL_CREATE",
] as const;

/**
 * One of {@link errorCodes}.
 *
 * @public
 */
export type ErrorCode = (typeof errorCodes)[number];

const kinds = Symbol.for("pulumi-hyperv-snapshots.error-kinds");

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * The root of everything this package throws on purpose.
 *
 * Decide by `code` or by `isInstance`, never by bare `instanceof`: two copies of the package may be loaded.
 *
 * @public
 */
export abstract class HyperVError extends Error {
  /** Stable identifier of the failure; part of the public contract. */
  abstract readonly code: ErrorCode;
  /** The message's parts, for programs that show them differently. */
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts, options: { readonly cause?: unknown } = {}) {
    super(
      [`${parts.attempted} on ${parts.target} failed: ${parts.answer}`, parts.outcome, parts.remedy]
        .map(sentence)
        .join(" "),
      options,
    );
    this.parts = parts;
    const chain: string[] = [];
    for (let type: { name: string } = new.target; type.name && type !== Error; type = Object.getPrototypeOf(type))
      chain.push(type.name);
    Object.defineProperty(this, kinds, { value: chain });
  }

  override get name(): string {
    return this.constructor.name;
  }

  /** Tells whether a value is an error of this class or one below it, from any copy of the package. */
  static isInstance<T extends HyperVError>(
    this: abstract new (
      ...parameters: never[]
    ) => T,
    value: unknown,
  ): value is T {
    const chain = typeof value === "object" && value !== null ? (value as { [kinds]?: string[] })[kinds] : undefined;
    return chain?.includes(this.name) ?? false;
  }
}

/**
 * The program, its configuration or a file it names is wrong; whoever wrote it can mend it.
 *
 * @public
 */
export class InvalidArgumentError extends HyperVError {
  readonly code: ErrorCode;

  /** `code` tells special cases apart: `DEPENDENTS_UNKNOWN`. */
  constructor(parts: ErrorParts, options: { readonly code?: ErrorCode; readonly cause?: unknown } = {}) {
    super(parts, options);
    this.code = options.code ?? "INVALID_ARGUMENT";
  }
}

/**
 * Something that the configured transport needs isn't on this machine; the message says what to install, and for what.
 *
 * @public
 */
export class MissingDependencyError extends HyperVError {
  readonly code: ErrorCode = "MISSING_DEPENDENCY";
}

/**
 * No usable answer came from the host; whether a request took effect may be unknown.
 *
 * @public
 */
export abstract class TransportError extends HyperVError {}

/**
 * The host could not be reached, or the connection was lost.
 *
 * @public
 */
export class ConnectionError extends TransportError {
  readonly code: ErrorCode = "CONNECTION_FAILED";
}

/**
 * The host, or the way to it, doesn't accept who is asking.
 *
 * @public
 */
export class AuthenticationError extends TransportError {
  readonly code: ErrorCode = "AUTHENTICATION_FAILED";
}

/**
 * No answer came in time. Whether the request took effect is unknown.
 *
 * @public
 */
export class TransportTimeoutError extends TransportError {
  readonly code: ErrorCode = "TRANSPORT_TIMEOUT";
}

/**
 * The host answered something that can't be read, or that isn't what was asked for.
 *
 * @public
 */
export class ProtocolError extends TransportError {
  readonly code: ErrorCode = "PROTOCOL";
}

/**
 * The host understood the request and refused it.
 *
 * @public
 */
export class CimError extends HyperVError {
  readonly code: ErrorCode = "CIM_FAILED";
  /** The refusal's number: an `HRESULT` such as 0x80041017; null where the host gave none. */
  readonly hresult: number | null;

  constructor(parts: ErrorParts, options: { readonly cause?: unknown; readonly hresult?: number } = {}) {
    super(parts, options);
    this.hresult = options.hresult ?? null;
  }
}

/**
 * The object isn't there, or the caller may not see it (a host doesn't tell the two apart).
 *
 * @public
 */
export class NotFoundError extends CimError {
  override readonly code: ErrorCode = "CIM_NOT_FOUND";
}

/**
 * The account lacks the rights, or sees so little that nothing it doesn't find can be believed to be absent.
 *
 * @public
 */
export class AccessDeniedError extends CimError {
  override readonly code: ErrorCode = "CIM_ACCESS_DENIED";
}

/**
 * A WMI method returned neither 0 (done) nor 4096 (job started).
 *
 * @public
 */
export class MethodFailedError extends HyperVError {
  readonly code: ErrorCode;
  /** The number the method returned. */
  readonly returnValue: number;

  /** `code` names the return value: `METHOD_NOT_SUPPORTED`, `METHOD_VENDOR_NOT_SUPPORTED`. */
  constructor(
    parts: ErrorParts,
    options: { readonly code: ErrorCode; readonly returnValue: number; readonly cause?: unknown },
  ) {
    super(parts, options);
    this.code = options.code;
    this.returnValue = options.returnValue;
  }
}

/**
 * A job on the host didn't come to a good end, or its end couldn't be seen.
 *
 * @public
 */
export abstract class JobError extends HyperVError {
  /** Object path of the job. */
  readonly jobPath: string;

  constructor(parts: ErrorParts, options: { readonly jobPath: string; readonly cause?: unknown }) {
    super(parts, options);
    this.jobPath = options.jobPath;
  }
}

/**
 * The job ended without success: 8 Terminated, 9 Killed, 10 Exception, or an error code at a good end.
 *
 * @public
 */
export class JobFailedError extends JobError {
  readonly code: ErrorCode;
  /** `JobState` at the end. */
  readonly jobState: number;
  /** `ErrorCode` at the end; 0 where there is none. */
  readonly errorCode: number;

  /** `code` names the end: `JOB_FAILED`, `JOB_TERMINATED`, `JOB_KILLED`. */
  constructor(
    parts: ErrorParts,
    options: {
      readonly code: ErrorCode;
      readonly jobPath: string;
      readonly jobState: number;
      readonly errorCode: number;
      readonly cause?: unknown;
    },
  ) {
    super(parts, options);
    this.code = options.code;
    this.jobState = options.jobState;
    this.errorCode = options.errorCode;
  }
}

/**
 * The deadline passed before the job ended, or before the merges that follow it did. They go on, and may still succeed.
 *
 * @public
 */
export class JobTimeoutError extends JobError {
  readonly code: ErrorCode;

  /** `code` tells what was waited for: `JOB_TIMEOUT`, `MERGE_TIMEOUT`. */
  constructor(
    parts: ErrorParts,
    options: { readonly code?: ErrorCode; readonly jobPath: string; readonly cause?: unknown },
  ) {
    super(parts, options);
    this.code = options.code ?? "JOB_TIMEOUT";
  }
}

/**
 * The host no longer knows the job, and its end was not seen. Hosts forget a job 5 minutes after it ended.
 *
 * @public
 */
export class JobLostError extends JobError {
  readonly code: ErrorCode = "JOB_LOST";
}

/**
 * The deadline passed while the job was in a state that nobody has documented.
 *
 * @public
 */
export class UnexpectedJobStateError extends JobError {
  readonly code: ErrorCode = "JOB_STATE_UNEXPECTED";
}

/**
 * A snapshot was begun, and may exist or come to exist, but is not complete as far as we know.
 *
 * The one error that Pulumi reads: `id`, `properties` and `reasons` keep the resource in the state, and the next
 * `pulumi up` calls `update`, which goes on from there.
 *
 * @public
 */
export class PartialCreateError extends HyperVError {
  readonly code: ErrorCode = "PARTIAL_CREATE";
  /** The resource's id. */
  readonly id: string;
  /** Everything that goes into the state; contains `__provider`, without which no later call could be served. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What the CLI shows. */
  readonly reasons: string[];

  constructor(
    parts: ErrorParts,
    options: { readonly id: string; readonly properties: Readonly<Record<string, unknown>>; readonly cause?: unknown },
  ) {
    super(parts, options);
    this.id = options.id;
    this.properties = options.properties;
    this.reasons = [this.message];
  }
}
