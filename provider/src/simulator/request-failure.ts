import { ConnectionError, type HyperVError } from "../errors";
import type { ResolvedFault } from "./fault";
import type { HostOptions } from "./host-options";
import { WmiFailure, wmiFailure } from "./wmi-failure";

/** A request without a response. */
interface UnansweredRequest {
  readonly methodName?: string;
  readonly target: string;
}

/** How a request fails, and whether the host still carries it out. */
interface RequestFailure {
  readonly error: HyperVError;
  readonly takesEffect: boolean;
}

/** Makes the failure that a fault causes; `undefined` if the fault doesn't fail the request. */
export function requestFailure(
  { connection, hresult, miResult, takesEffect = false }: ResolvedFault,
  request: UnansweredRequest,
  hostName: string,
): RequestFailure | undefined {
  if (connection !== undefined) {
    return { error: connectionLost(request, hostName), takesEffect: connection === "lostAfter" };
  }
  if (hresult === undefined && miResult === undefined) return undefined;
  return { error: wmiFailure(new WmiFailure({ hresult, miResult }), request), takesEffect };
}

const stoppedAnswers: Readonly<Record<Exclude<HostOptions["stoppedVmms"], "empty">, number>> = {
  notFound: 0x80041002,
  failed: 0x80041001,
  providerNotLoaded: 0x80041013,
};

/** Makes the failure of a request while VMMS doesn't run; `undefined` when the request is answered. */
export function stoppedFailure(
  { vmms, options }: { readonly vmms: string; readonly options: HostOptions },
  request: UnansweredRequest,
): HyperVError | undefined {
  // behaviour: stoppedVmms
  if (vmms === "running" || options.stoppedVmms === "empty") return undefined;
  return wmiFailure(new WmiFailure({ hresult: stoppedAnswers[options.stoppedVmms] }), request);
}

const attempted = ({ methodName }: UnansweredRequest) =>
  methodName === undefined ? "Reading" : `Invoking ${methodName}`;

/** Makes the error of a request while the computer is down. */
export function notReachable(request: UnansweredRequest, hostName: string): ConnectionError {
  const parts = {
    attempted: attempted(request),
    target: request.target,
    answer: `${hostName} doesn't answer: it is starting`,
    outcome: "The request didn't reach the host",
    remedy: "Try again when the host is up",
  };
  return new ConnectionError(parts, { effect: "none" });
}

function connectionLost(request: UnansweredRequest, hostName: string): ConnectionError {
  const isReading = request.methodName === undefined;
  const parts = {
    attempted: attempted(request),
    target: request.target,
    answer: `the connection to ${hostName} was lost before the answer came`,
    outcome: isReading ? "Nothing was changed" : "Whether the request took effect is not known",
    remedy: "Check the host before you try again",
  };
  return new ConnectionError(parts, { effect: isReading ? "none" : "unknown" });
}
