import {
  AuthenticationError,
  ConnectionError,
  type Effect,
  type HyperVError,
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

/** Why no answer of the host's can be had over a connection. */
export type ExchangeFailureKind =
  | "unreachable"
  | "untrusted"
  | "wrongProtocol"
  | "lost"
  | "silent"
  | "garbage"
  | "busy"
  | "notOffered"
  | "refused";

/** An exchange that brought no usable answer; {@link exchangeError} says it to people. */
export class ExchangeFailure extends Error {
  readonly kind: ExchangeFailureKind;
  /** Whether the host may have got the request. */
  readonly sent: boolean;
  /** What to do, where the kind alone doesn't tell. */
  readonly remedy: string | undefined;

  constructor(
    kind: ExchangeFailureKind,
    detail: string,
    { sent, remedy, cause }: { readonly sent: boolean; readonly remedy?: string; readonly cause?: unknown },
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.sent = sent;
    this.remedy = remedy;
  }
}

/** Tells whether a failure refuses the log-on, so that repeating it would do harm. */
export function isRefusal(error: unknown): error is ExchangeFailure {
  return error instanceof ExchangeFailure && (error.kind === "refused" || error.kind === "notOffered");
}

/** Tells whether a failure shows that a connection, or its log-on, has ended. */
export function isLoss(error: unknown): boolean {
  return error instanceof ExchangeFailure && error.kind === "lost";
}

/** Tells whether a failure shows that a connection was cut. One that is cut in its first exchange looks like one to the wrong port. */
export function isCut(error: unknown): boolean {
  return isLoss(error) || (error instanceof ExchangeFailure && error.kind === "wrongProtocol");
}

/** Tells whether the host may have answered, and the answer was lost on its way. */
export function mayBeLost(error: unknown): boolean {
  return error instanceof ExchangeFailure && error.sent && (isCut(error) || error.kind === "busy");
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

const remedies: Readonly<Record<ExchangeFailureKind, string>> = {
  unreachable:
    "Check host and port; on the host, run Enable-PSRemoting, and let the firewall pass TCP 5986 (HTTPS) or 5985 (HTTP)",
  untrusted:
    "Set hyperv-snapshots:caFile to the authority's certificate, or pin hyperv-snapshots:certificateFingerprint",
  wrongProtocol: "Check hyperv-snapshots:protocol and port: HTTPS is 5986 by default, HTTP 5985",
  lost: "Check the network and that the host is up, then run it again",
  silent: "Check whether the host is very busy, then run it again",
  garbage: "Check that host and port lead to WinRM and not to a proxy or another service",
  busy: "Wait, or raise the host's quotas (winrm get winrm/config/service), then run it again",
  notOffered: "Set hyperv-snapshots:authentication to a method that the host offers, or enable it on the host",
  refused: "Correct hyperv-snapshots:username and password. The log-on isn't tried again in this run",
};

/** Makes the error of a request that got no usable answer. */
export function exchangeError(failure: ExchangeFailure, context: RequestContext): HyperVError {
  const { attempted, target } = context;
  const { outcome, effect } = outcomeOf(context, failure.sent);
  const parts = {
    attempted,
    target,
    answer: failure.message,
    outcome,
    remedy: failure.remedy ?? remedies[failure.kind],
  };
  const options = { effect, cause: failure };
  switch (failure.kind) {
    case "refused":
    case "notOffered":
      return new AuthenticationError(parts, options);
    case "silent":
      return new TransportTimeoutError(parts, options);
    case "garbage":
      return new ProtocolError(parts, options);
    default:
      return new ConnectionError(parts, options);
  }
}

/** Makes the error of a request to a session that was closed. */
export function sessionClosed(context: RequestContext, sent: boolean): ConnectionError {
  const { attempted, target } = context;
  const { outcome, effect } = outcomeOf(context, sent);
  const remedy = "Open another session";
  return new ConnectionError({ attempted, target, answer: "the session is closed", outcome, remedy }, { effect });
}
