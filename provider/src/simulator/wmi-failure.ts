import {
  AccessDeniedError,
  AuthenticationError,
  CimError,
  ConnectionError,
  type HyperVError,
  NotFoundError,
  TransportTimeoutError,
} from "../errors";
import { accessDenied, notAuthenticated, notConnected, notFound, timedOut } from "../schema/hresult-meanings";
import { Hresult, MiResult, preExecutionMiRefusals, preExecutionRefusals } from "../schema/hresults";

/** The request that fails. */
interface FailedRequest {
  readonly methodName?: string;
  readonly target: string;
}

/** WMI's own numbers of a failed request. It is the `cause` of the error, for transports that send numbers. */
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
  const means = (hresults: readonly number[], mi?: number) =>
    hresult === undefined ? miResult === mi : hresults.includes(hresult);
  if (means(notFound, MiResult.NotFound)) return new NotFoundError(parts, numbered);
  if (means(accessDenied, MiResult.AccessDenied)) return new AccessDeniedError(parts, numbered);
  if (means(notAuthenticated)) {
    return new AuthenticationError({ ...parts, outcome: "Nothing was changed" }, { cause: failure });
  }
  if (means(timedOut, MiResult.InvalidOperationTimeout)) return new TransportTimeoutError(parts, options);
  if (means(notConnected, MiResult.ServerIsShuttingDown)) return new ConnectionError(parts, options);
  return new CimError(parts, numbered);
}
