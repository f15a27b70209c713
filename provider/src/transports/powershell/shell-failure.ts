import {
  ConnectionError,
  type Effect,
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

/** Why a shell is of no use any more. */
export type ShellFailureKind = "missing" | "restricted" | "ended" | "silent" | "garbage";

/** A shell that can't be used any more; {@link shellError} says it to people. */
export class ShellFailure extends Error {
  readonly kind: ShellFailureKind;

  constructor(kind: ShellFailureKind, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.kind = kind;
  }
}

/** What is known of a request that got no usable answer, in words and as data. */
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
  const detail = failure.message ? ` (${failure.message})` : "";
  const { outcome, effect } = outcomeOf(context, sent);
  const again = "Run it again: a new PowerShell is started";
  const options = { cause: failure, effect };
  switch (failure.kind) {
    case "missing":
      return new MissingDependencyError(
        {
          attempted,
          target,
          answer: `PowerShell could not be started${detail}`,
          outcome,
          remedy:
            "Install PowerShell, or name the program in the environment variable NODE_POWERSHELL; to reach a remote host without PowerShell, use another transport",
        },
        options,
      );
    case "restricted":
      return new MissingDependencyError(
        {
          attempted,
          target,
          answer: `PowerShell runs in ${failure.message}, in which it can't call .NET`,
          outcome,
          remedy: "Run it where the application control policy (WDAC, AppLocker) allows FullLanguage",
        },
        options,
      );
    case "silent":
      return new TransportTimeoutError(
        {
          attempted,
          target,
          answer: `PowerShell gave no answer in time${detail}, and was ended`,
          outcome,
          remedy: `Look whether the host's WMI service answers (Get-CimInstance Win32_OperatingSystem). ${again}`,
        },
        options,
      );
    case "garbage":
      return new ProtocolError(
        { attempted, target, answer: `PowerShell answered ${failure.message}, and was ended`, outcome, remedy: again },
        options,
      );
    case "ended":
      return new ConnectionError(
        { attempted, target, answer: `PowerShell ended without an answer${detail}`, outcome, remedy: again },
        options,
      );
  }
}

/** Makes the error of a request to a session that was closed. */
export function sessionClosed(context: RequestContext, sent: boolean): ConnectionError {
  const { outcome, effect } = outcomeOf(context, sent);
  const { attempted, target } = context;
  const remedy = "Open another session";
  return new ConnectionError({ attempted, target, answer: "the session is closed", outcome, remedy }, { effect });
}
