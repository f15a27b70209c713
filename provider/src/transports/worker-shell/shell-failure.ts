import {
  ConnectionError,
  type Effect,
  type ErrorParts,
  type HyperVError,
  MissingDependencyError,
  ProtocolError,
  TransportTimeoutError,
} from "../../errors";

/** What a request is about, for messages. */
export interface RequestContext {
  readonly attempted: string;
  readonly target: string;
  /** Whether the host may be changed by it. */
  readonly changes: boolean;
}

/** What is wrong with a shell, and how that is reported. */
export interface FailureDescription {
  readonly make: (parts: ErrorParts, options: { readonly cause: unknown; readonly effect: Effect }) => HyperVError;
  readonly answer: string;
  readonly remedy: string;
  /** Whether the shell just ended, so that a read may be repeated in another one. */
  readonly isLoss?: boolean;
}

/** A shell that can't be used any more; {@link shellError} reports it to people. */
export class ShellFailure extends Error {
  readonly description: FailureDescription;

  constructor(description: FailureDescription, options?: ErrorOptions) {
    super(description.answer, options);
    this.description = description;
  }
}

const again = "Run it again: a new PowerShell is started";

/** Reports a shell that ended by itself. */
export function shellEnded(detail: string, options?: ErrorOptions): ShellFailure {
  const answer = `PowerShell ended without an answer${detail && ` (${detail})`}`;
  const make: FailureDescription["make"] = (parts, given) => new ConnectionError(parts, given);
  return new ShellFailure({ make, answer, remedy: again, isLoss: true }, options);
}

/** Reports a shell that gave no answer in time. */
export function shellSilent(timeoutMs: number, printed: string): ShellFailure {
  const detail = `${timeoutMs / 1000} s passed${printed && `; ${printed}`}`;
  return new ShellFailure({
    make: (parts, options) => new TransportTimeoutError(parts, options),
    answer: `PowerShell gave no answer in time (${detail}), and was ended`,
    remedy: `Look whether the host's WMI service answers (Get-CimInstance Win32_OperatingSystem). ${again}`,
  });
}

/** Reports a shell whose answer can't be read. */
export function shellGarbage(problem: string): ShellFailure {
  return new ShellFailure({
    make: (parts, options) => new ProtocolError(parts, options),
    answer: `PowerShell answered ${problem}, and was ended`,
    remedy: again,
  });
}

/** Reports a shell in which a policy doesn't allow .NET calls. */
export function shellRestricted(languageMode: string): ShellFailure {
  return new ShellFailure({
    make: (parts, options) => new MissingDependencyError(parts, options),
    answer: `PowerShell runs in ${languageMode}, in which it can't call .NET`,
    remedy: "Run it where the application control policy (WDAC, AppLocker) allows FullLanguage",
  });
}

/** Reports a shell that refused the worker's script, with PowerShell's own id of the reason. */
export function workerBlocked(errorId: string): ShellFailure {
  return new ShellFailure({
    make: (parts, options) => new MissingDependencyError(parts, options),
    answer: `PowerShell refused to run this package's script (${errorId || "it gave no reason"})`,
    remedy: errorId.startsWith("ScriptContainedMaliciousContent")
      ? "The antivirus (AMSI) blocked it: look into its protection history, and allow PowerShell scripts of the account that runs Pulumi"
      : "Look into the event log Microsoft-Windows-PowerShell/Operational for the policy that blocked it, and exempt the account that runs Pulumi",
  });
}

/** Says what is known about a request that got no usable answer, in words and as data. */
export function outcomeOf(
  { changes }: RequestContext,
  sent = true,
): { readonly outcome: string; readonly effect: Effect } {
  if (!sent) return { outcome: "Nothing was asked of the host", effect: "none" };
  return changes
    ? { outcome: "The request may have taken effect on the host", effect: "unknown" }
    : { outcome: "It only reads, so nothing was changed", effect: "none" };
}

/**
 * Makes the error of a request whose shell failed.
 *
 * @param sent - Whether the request had reached the shell.
 */
export function shellError(failure: ShellFailure, context: RequestContext, sent: boolean): HyperVError {
  const { attempted, target } = context;
  const { make, answer, remedy } = failure.description;
  const { outcome, effect } = outcomeOf(context, sent);
  return make({ attempted, target, answer, outcome, remedy }, { cause: failure, effect });
}

/** Makes the error of a request to a session that was closed. */
export function sessionClosed(context: RequestContext, sent: boolean): ConnectionError {
  const { outcome, effect } = outcomeOf(context, sent);
  const { attempted, target } = context;
  const remedy = "Open another session";
  return new ConnectionError({ attempted, target, answer: "the session is closed", outcome, remedy }, { effect });
}
