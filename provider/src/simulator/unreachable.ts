import { ConnectionError } from "../errors";

/** The request that met it. */
interface UnservedRequest {
  readonly methodName?: string;
  readonly target: string;
}

const attempted = ({ methodName }: UnservedRequest) =>
  methodName === undefined ? "Reading" : `Invoking ${methodName}`;

/** Nobody answers: the host is down. */
export function notReachable(request: UnservedRequest, hostName: string): ConnectionError {
  return new ConnectionError({
    attempted: attempted(request),
    target: request.target,
    answer: `${hostName} doesn't answer: its service is starting`,
    outcome: "The request didn't reach the host",
    remedy: "Try again when the host is up",
  });
}

/** The connection was lost before the answer came, and the client can't tell when. */
export function connectionLost(request: UnservedRequest, hostName: string): ConnectionError {
  return new ConnectionError({
    attempted: attempted(request),
    target: request.target,
    answer: `the connection to ${hostName} was lost before the answer came`,
    outcome: "Whether the request took effect is not known",
    remedy: "Look at the host before you try again",
  });
}
