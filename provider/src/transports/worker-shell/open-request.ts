import { wireText } from "./wire-request";
import type { OpenRequest } from "./worker-protocol";

/** The host that a worker opens its session to, and as whom; the worker's own computer without a host. */
export interface WorkerRemote {
  readonly host?: string | undefined;
  /** Goes with a password; without a name, the account that runs the shell. */
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
  /** A value of `New-CimSession -Authentication`; Windows chooses without one. */
  readonly authentication?: string | undefined;
}

/** A cmdlet gives up this much earlier than we do, in seconds: a slow host then costs no shell. */
const cmdletMarginSeconds = 10;

/** Makes the first request of every shell. */
export function openRequest(remote: WorkerRemote, requestTimeoutMs: number): OpenRequest {
  const { host, userName, password, authentication } = remote;
  const seconds = Math.max(1, Math.floor(requestTimeoutMs / 1000) - cmdletMarginSeconds);
  return {
    verb: "open",
    operationTimeoutSeconds: wireText(String(seconds)),
    ...(host !== undefined && { computerName: wireText(host) }),
    ...(authentication !== undefined && { authentication: wireText(authentication) }),
    ...(userName !== undefined && { userName: wireText(userName), password: wireText(password ?? "") }),
  };
}
