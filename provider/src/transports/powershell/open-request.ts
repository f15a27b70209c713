import type { ShellLimits } from "./shell-process";
import { wireText } from "./wire-request";
import type { OpenRequest } from "./worker-protocol";

/** Which host a session talks to, and as whom. */
export interface PowerShellTransportOptions {
  /** The remote host; this computer without one. */
  readonly host?: string | undefined;
  /** Who asks; without a name, the account that runs this process. Goes with a password. */
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
  /** A value of `New-CimSession -Authentication`; what Windows chooses without one. */
  readonly authentication?: string | undefined;
  /** `root\virtualization\v2`, or what a cluster has in its place. */
  readonly namespace: string;
  /** How long a shell may take to start, in milliseconds; 60 000 without a value. */
  readonly startTimeoutMs?: number;
  /** How long one request may take, in milliseconds, before its shell is replaced; 120 000 without a value. */
  readonly requestTimeoutMs?: number;
}

/** A cmdlet gives up this much earlier than we do, in seconds: a host that is slow then costs no shell. */
const cmdletMarginSeconds = 10;

/** How long shells are given. */
export function shellLimits({ startTimeoutMs, requestTimeoutMs }: PowerShellTransportOptions): ShellLimits {
  return { startTimeoutMs: startTimeoutMs ?? 60_000, requestTimeoutMs: requestTimeoutMs ?? 120_000 };
}

/** What every shell is asked first. */
export function openRequest(options: PowerShellTransportOptions): OpenRequest {
  const { host, userName, password, authentication } = options;
  const { requestTimeoutMs } = shellLimits(options);
  const seconds = Math.max(1, Math.floor(requestTimeoutMs / 1000) - cmdletMarginSeconds);
  return {
    verb: "open",
    operationTimeoutSeconds: wireText(String(seconds)),
    ...(host !== undefined && { computerName: wireText(host) }),
    ...(authentication !== undefined && { authentication: wireText(authentication) }),
    ...(userName !== undefined && { userName: wireText(userName), password: wireText(password ?? "") }),
  };
}
