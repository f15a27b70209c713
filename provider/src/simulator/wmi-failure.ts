import {
  AccessDeniedError,
  AuthenticationError,
  CimError,
  ConnectionError,
  type HyperVError,
  NotFoundError,
  TransportTimeoutError,
} from "../errors";
import { Hresult, MiResult, preExecutionMiRefusals, preExecutionRefusals } from "../schema/hresults";

/** The request that fails. */
interface FailedRequest {
  readonly methodName?: string;
  readonly target: string;
}

/** How WMI failed a request, in its own numbers. It is the `cause` of the error, for transports that send numbers. */
export class WmiFailure extends Error {
  readonly hresult: number | undefined;
  readonly miResult: number | undefined;

  constructor({
    hresult,
    miResult,
  }: { readonly hresult?: number | undefined; readonly miResult?: number | undefined }) {
    super(hresult === undefined ? `MI_Result ${miResult}` : `0x${hresult.toString(16).toUpperCase()}`);
    this.hresult = hresult;
    this.miResult = miResult;
  }
}

const kinds: readonly (readonly [pattern: RegExp, kind: "authentication" | "timeout" | "connection"])[] = [
  [/LOGON|^SEC_E_|CREDENTIALS|NOT_TRUSTED|KERBEROS|INVALID_AUTHENTICATION/, "authentication"],
  [/TIMED_OUT|OPERATION_TIMEDOUT|^InvalidOperationTimeout$/, "timeout"],
  [/^RPC_S_|^ERROR_WSMAN_|TRANSPORT_FAILURE|SHUTTING_DOWN|^ServerIsShuttingDown$/, "connection"],
];

/**
 * Makes the error that a client gets for a number of WMI.
 *
 * A caller can't see from the number alone whether a method took effect, and neither does the error say so.
 */
export function wmiFailure(failure: WmiFailure, { methodName, target }: FailedRequest): HyperVError {
  const { hresult, miResult } = failure;
  const map: Readonly<Record<string, number>> = hresult === undefined ? MiResult : Hresult;
  const name = Object.keys(map).find((known) => map[known] === (hresult ?? miResult));
  const isRefusal =
    hresult === undefined ? preExecutionMiRefusals.includes(miResult ?? 0) : preExecutionRefusals.includes(hresult);
  const effect = isRefusal || methodName === undefined ? "none" : "unknown";
  const parts = {
    attempted: methodName === undefined ? "Reading" : `Invoking ${methodName}`,
    target,
    answer: `the host answered ${failure.message}${name === undefined ? "" : ` (${name})`}`,
    outcome: effect === "none" ? "Nothing was changed" : "Whether the request took effect is not known",
    remedy: "Check the host, then try again",
  };
  const options = { cause: failure, effect } as const;
  const numbered = { ...options, hresult: hresult ?? null };
  if (hresult === Hresult.WBEM_E_NOT_FOUND || miResult === MiResult.NotFound) return new NotFoundError(parts, numbered);
  const deniedBy: readonly unknown[] = [Hresult.WBEM_E_ACCESS_DENIED, Hresult.E_ACCESSDENIED];
  if (deniedBy.includes(hresult) || miResult === MiResult.AccessDenied) {
    return new AccessDeniedError(parts, numbered);
  }
  const kind = kinds.find(([pattern]) => pattern.test(name ?? ""))?.[1];
  if (kind === "authentication")
    return new AuthenticationError({ ...parts, outcome: "Nothing was changed" }, { cause: failure });
  if (kind === "timeout") return new TransportTimeoutError(parts, options);
  if (kind === "connection") return new ConnectionError(parts, options);
  return new CimError(parts, numbered);
}
