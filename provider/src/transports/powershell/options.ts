import { logonOf } from "../refused-logons";
import { openRequest, type WorkerRemote } from "../worker-shell/open-request";
import type { WorkerSessionOptions } from "../worker-shell/worker-session";
import { localPowerShell } from "./local-powershell";

/** Which host a session talks to, and as whom. */
export interface PowerShellTransportOptions extends WorkerRemote {
  /** `root\virtualization\v2`, or what a cluster has in its place. */
  readonly namespace: string;
  /** How long a shell may take to start, in milliseconds; 60 000 without a value. */
  readonly startTimeoutMs?: number;
  /** How long one request may take, in milliseconds, before its shell is replaced; 120 000 without a value. */
  readonly requestTimeoutMs?: number;
}

/** Describes the session of a PowerShell on this computer. */
export function workerOptions(options: PowerShellTransportOptions): WorkerSessionOptions {
  const { host, userName, password, authentication, namespace } = options;
  const { startTimeoutMs = 60_000, requestTimeoutMs = 120_000 } = options;
  return {
    program: localPowerShell,
    limits: { startTimeoutMs, requestTimeoutMs },
    logon: logonOf({ transport: "powershell", host, userName, password, authentication }),
    open: openRequest(options, requestTimeoutMs),
    target: host ?? "this computer",
    host,
    namespace,
  };
}
