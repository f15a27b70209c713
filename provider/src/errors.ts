import { preExecutionRefusals } from "./schema/hresults";

/**
 * Holds what every message says, in this order. Only the message reaches a Pulumi user, so none of the five may be missing.
 *
 * @public
 */
export interface ErrorParts {
  /** The first sentence, where "`attempted` on `target` failed: `answer`" would read badly: "`transport` is not set". */
  readonly headline?: string;
  /** What was attempted: `CreateSnapshot`, `reading the seed file`. */
  readonly attempted: string;
  /** On what: the object, with its host. */
  readonly target: string;
  /** What the host (or the file, or the input) answered, with number and documented name. */
  readonly answer: string;
  /** The result, as far as it is known: was anything changed, is something still running. */
  readonly outcome: string;
  /** What to do next. */
  readonly remedy: string;
}

/**
 * Says what a failed call may have changed.
 *
 * - `none`: the host, or this package, refused before anything ran. Only proven refusals have it.
 * - `unknown`: the call may have taken effect. Look for a trace before anything is sent again.
 * - `partial`: something exists and isn't complete, or is still being made.
 *
 * @public
 */
export type Effect = "none" | "unknown" | "partial";

/**
 * Lists every stable identifier of a failure. Types, messages and tests come from this list.
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
  "SNAPSHOT_OWNED",
  "LOCKED",
  "RECORD_UNREADABLE",
  "RECORD_UNWRITABLE",
  "FILE_FAILED",
  "MISSING_DEPENDENCY",
  "REMOTE_SHELL_FAILED",
  "CONNECTION_FAILED",
  "CONNECTION_REFUSED",
  "HOST_NOT_FOUND",
  "HOST_KEY_UNKNOWN",
  "HOST_KEY_CHANGED",
  "AUTHENTICATION_FAILED",
  "KEY_FILE_UNPROTECTED",
  "TRANSPORT_TIMEOUT",
  "PROTOCOL",
  "CIM_FAILED",
  "CIM_NOT_FOUND",
  "CIM_ACCESS_DENIED",
  "NOT_VISIBLE",
  "VMMS_NOT_RUNNING",
  "OTHER_HOST",
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
  "OUTCOME_UNKNOWN",
  "MERGE_TIMEOUT",
  "MERGE_SWITCHED_OFF",
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
 * What {@link HyperVError.with} can change: any part of the message, and what is known of the effect.
 *
 * @public
 */
export interface ErrorChanges extends Partial<ErrorParts> {
  /** What the failed call may have changed. */
  readonly effect?: Effect;
  /** The original error unless given. */
  readonly cause?: unknown;
}

/** What every constructor takes beside the parts. */
interface FailureOptions {
  readonly effect?: Effect;
  readonly cause?: unknown;
}

/**
 * The root of everything this package throws on purpose.
 *
 * Decide by `code`, `effect` or `isInstance`, never by bare `instanceof`: two copies of the package may be loaded. Several callers may
 * hold the same error, so it is never modified: {@link HyperVError.with} makes another.
 *
 * @public
 */
export abstract class HyperVError extends Error {
  /** Stable identifier of the failure. */
  abstract readonly code: ErrorCode;
  /** The message's parts, for programs that show them differently. */
  readonly parts: ErrorParts;
  /** What the failed call may have changed. */
  readonly effect: Effect;

  constructor(parts: ErrorParts, options: { readonly effect: Effect; readonly cause?: unknown }) {
    super(
      [parts.headline ?? `${parts.attempted} on ${parts.target} failed: ${parts.answer}`, parts.outcome, parts.remedy]
        .map(sentence)
        .join(" "),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.parts = Object.freeze({ ...parts });
    this.effect = options.effect;
    const chain: string[] = [];
    for (let type: { name: string } = new.target; type.name && type !== Error; type = Object.getPrototypeOf(type))
      chain.push(type.name);
    Object.defineProperty(this, kinds, { value: chain });
  }

  override get name(): string {
    return this.constructor.name;
  }

  /** Makes an error of the same class and code that says more, or something else. The original becomes its cause. */
  with(changes: ErrorChanges): this {
    const { effect = this.effect, cause = this, ...changed } = changes;
    const { headline, ...parts } = this.parts;
    const isAboutTheSame = ["attempted", "target", "answer"].every((part) => !(part in changed));
    const kept = headline !== undefined && isAboutTheSame ? { headline } : {};
    // the own properties of an error are the options that its constructor took
    const type = this.constructor as new (parts: ErrorParts, options: object) => this;
    return new type({ ...parts, ...kept, ...changed }, { ...this, effect, cause });
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
 * The program, its configuration or a file it names is wrong; the caller must fix it.
 *
 * @public
 */
export class InvalidArgumentError extends HyperVError {
  readonly code: ErrorCode = "INVALID_ARGUMENT";

  constructor(parts: ErrorParts, options: FailureOptions = {}) {
    super(parts, { effect: "none", ...options });
  }
}

/**
 * A guard of this package refused a request before it was sent: it could have led to the loss of another snapshot, or another run has the lock.
 *
 * @public
 */
export class GuardError extends HyperVError {
  readonly code: ErrorCode;

  /** `code` tells the guard: `DEPENDENTS_UNKNOWN`, `DEPENDENTS_COLLECTED`, `GROUP_HAS_SNAPSHOTS`, `SNAPSHOT_OWNED`, `LOCKED`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code: ErrorCode }) {
    super(
      { headline: `Refusing ${parts.attempted} on ${parts.target}: ${parts.answer}`, ...parts },
      { effect: "none", ...options },
    );
    this.code = options.code;
  }
}

/**
 * A file on this computer could not be read or written.
 *
 * @public
 */
export class StorageError extends HyperVError {
  readonly code: ErrorCode;

  /** `code` tells special cases apart: `RECORD_UNREADABLE`, `RECORD_UNWRITABLE`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code?: ErrorCode } = {}) {
    super(parts, { effect: "none", ...options });
    this.code = options.code ?? "FILE_FAILED";
  }
}

/**
 * Something that the configured transport needs isn't on this machine; the message says what to install, and for what.
 *
 * @public
 */
export class MissingDependencyError extends HyperVError {
  readonly code: ErrorCode;

  /** `code` tells special cases apart: `REMOTE_SHELL_FAILED`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code?: ErrorCode } = {}) {
    super(parts, { effect: "none", ...options });
    this.code = options.code ?? "MISSING_DEPENDENCY";
  }
}

/**
 * No usable answer came from the host. Its `effect` says whether the request may have taken effect.
 *
 * @public
 */
export abstract class TransportError extends HyperVError {
  constructor(parts: ErrorParts, options: FailureOptions = {}) {
    super(parts, { effect: "unknown", ...options });
  }
}

/**
 * The host could not be reached, or the connection was lost.
 *
 * @public
 */
export class ConnectionError extends TransportError {
  readonly code: ErrorCode;

  /** `code` tells special cases apart: `CONNECTION_REFUSED`, `HOST_NOT_FOUND`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code?: ErrorCode } = {}) {
    super(parts, options);
    this.code = options.code ?? "CONNECTION_FAILED";
  }
}

/**
 * The host's key isn't known, or isn't the known one. Nothing was sent to the host, and its account wasn't tried.
 *
 * @public
 */
export class HostKeyError extends TransportError {
  readonly code: ErrorCode;

  /** `code` tells which: `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code: ErrorCode }) {
    super(parts, { effect: "none", ...options });
    this.code = options.code;
  }
}

/**
 * Authentication failed: the host, or the connection to it, doesn't accept the account.
 *
 * @public
 */
export class AuthenticationError extends TransportError {
  readonly code: ErrorCode;

  /** `code` tells special cases apart: `KEY_FILE_UNPROTECTED`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code?: ErrorCode } = {}) {
    super(parts, { effect: "none", ...options });
    this.code = options.code ?? "AUTHENTICATION_FAILED";
  }
}

/**
 * No answer came in time. A request that changes something may have taken effect.
 *
 * @public
 */
export class TransportTimeoutError extends TransportError {
  readonly code: ErrorCode = "TRANSPORT_TIMEOUT";
}

/**
 * The host's answer can't be read, or answers something else than was asked.
 *
 * @public
 */
export class ProtocolError extends TransportError {
  readonly code: ErrorCode = "PROTOCOL";
}

/**
 * WMI answered the request with an error. Only a number of the list of pre-execution refusals proves that nothing ran.
 *
 * @public
 */
export class CimError extends HyperVError {
  readonly code: ErrorCode = "CIM_FAILED";
  /** The error's number: an `HRESULT` such as 0x80041017; null where the host gave none. */
  readonly hresult: number | null;

  constructor(parts: ErrorParts, options: FailureOptions & { readonly hresult?: number | null } = {}) {
    const hresult = options.hresult ?? null;
    const isRefusal = hresult !== null && preExecutionRefusals.includes(hresult);
    super(parts, { effect: isRefusal ? "none" : "unknown", ...options });
    this.hresult = hresult;
  }
}

/**
 * The object doesn't exist, or the account can't see it: a host answers both the same way.
 *
 * @public
 */
export class NotFoundError extends CimError {
  override readonly code: ErrorCode = "CIM_NOT_FOUND";
}

/**
 * The account lacks the rights, or sees so little that what it doesn't find may still exist.
 *
 * @public
 */
export class AccessDeniedError extends CimError {
  override readonly code: ErrorCode = "CIM_ACCESS_DENIED";
}

/**
 * The host shows too little for anything to count as deleted: its management service isn't running, or the account lacks rights.
 *
 * @public
 */
export class VisibilityError extends HyperVError {
  readonly code: ErrorCode;

  /** `code` says why: `NOT_VISIBLE`, `VMMS_NOT_RUNNING`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code: ErrorCode }) {
    super(parts, { effect: "none", ...options });
    this.code = options.code;
  }
}

/**
 * Another host answers than the one that the state names, and it doesn't have the VM group.
 *
 * @public
 */
export class OtherHostError extends HyperVError {
  readonly code: ErrorCode = "OTHER_HOST";

  constructor(parts: ErrorParts, options: FailureOptions = {}) {
    super(parts, { effect: "none", ...options });
  }
}

/**
 * A WMI method returned neither 0 (done) nor 4096 (job started). Documented refusals have the effect `none`.
 *
 * @public
 */
export class MethodFailedError extends HyperVError {
  readonly code: ErrorCode;
  /** The number the method returned. */
  readonly returnValue: number;

  /** `code` names the return value: `METHOD_NOT_SUPPORTED`, `METHOD_VENDOR_NOT_SUPPORTED`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code: ErrorCode; readonly returnValue: number }) {
    super(parts, { effect: "unknown", ...options });
    this.code = options.code;
    this.returnValue = options.returnValue;
  }
}

/** What the constructors of job errors take. */
interface JobFailureOptions extends FailureOptions {
  readonly operation: string;
  readonly jobPath: string;
}

/**
 * A job on the host failed, or its end wasn't seen.
 *
 * @public
 */
export abstract class JobError extends HyperVError {
  /** The method that the job belongs to: `CreateSnapshot`, `ModifySystemSettings`. A failed rename isn't a failed snapshot. */
  readonly operation: string;
  /** Object path of the job. */
  readonly jobPath: string;

  constructor(parts: ErrorParts, options: JobFailureOptions) {
    super(parts, { effect: "unknown", ...options });
    this.operation = options.operation;
    this.jobPath = options.jobPath;
  }
}

/**
 * The job ended without success: 8 Terminated, 9 Killed, 10 Exception, or completed with an error code.
 *
 * @public
 */
export class JobFailedError extends JobError {
  readonly code: ErrorCode;
  /** `JobState` at the end. */
  readonly jobState: number;
  /** `ErrorCode` at the end; 0 without an error. */
  readonly errorCode: number;

  /** `code` names the end: `JOB_FAILED`, `JOB_TERMINATED`, `JOB_KILLED`. */
  constructor(
    parts: ErrorParts,
    options: JobFailureOptions & { readonly code: ErrorCode; readonly jobState: number; readonly errorCode: number },
  ) {
    super(parts, options);
    this.code = options.code;
    this.jobState = options.jobState;
    this.errorCode = options.errorCode;
  }
}

/**
 * The deadline passed before the job ended. The job is still running, and may still succeed.
 *
 * @public
 */
export class JobTimeoutError extends JobError {
  readonly code: ErrorCode = "JOB_TIMEOUT";

  constructor(parts: ErrorParts, options: JobFailureOptions) {
    super(parts, { effect: "partial", ...options });
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
 * The deadline passed while the job was in an undocumented state.
 *
 * @public
 */
export class UnexpectedJobStateError extends JobError {
  readonly code: ErrorCode = "JOB_STATE_UNEXPECTED";
}

/**
 * A request was sent, and its outcome is unknown: no job and no result can be assigned to it.
 *
 * @public
 */
export class UnknownOutcomeError extends HyperVError {
  readonly code: ErrorCode = "OUTCOME_UNKNOWN";

  constructor(parts: ErrorParts, options: FailureOptions = {}) {
    super(parts, { effect: "unknown", ...options });
  }
}

/**
 * The snapshot is destroyed, and the disks of its machines haven't merged.
 *
 * @public
 */
export class MergeError extends HyperVError {
  readonly code: ErrorCode;

  /** `code` says why: `MERGE_TIMEOUT`, `MERGE_SWITCHED_OFF`. */
  constructor(parts: ErrorParts, options: FailureOptions & { readonly code: ErrorCode }) {
    super(parts, { effect: "partial", ...options });
    this.code = options.code;
  }
}

/**
 * A snapshot was begun. It may exist, or come to exist, and isn't complete as far as we know.
 *
 * The one error that Pulumi reads: `id`, `properties` and `reasons` keep the resource in the state, and the next
 * `pulumi up` calls `update`, which resumes.
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
    options: FailureOptions & { readonly id: string; readonly properties: Readonly<Record<string, unknown>> },
  ) {
    super(parts, { effect: "partial", ...options });
    this.id = options.id;
    this.properties = options.properties;
    this.reasons = [this.message];
  }
}
