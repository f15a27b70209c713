import type { CimSession } from "../../cim/cim-session";
import { type Logon, logonOf } from "../refused-logons";
import { openRequest } from "../worker-shell/open-request";
import { openWorkerSession, type WorkerSessionOptions } from "../worker-shell/worker-session";
import type { SshTransportOptions } from "./options";
import { passwordQuestion } from "./password-prompt";
import { findSsh, resolveHost } from "./ssh-client";
import { type SshSession, sshProgram } from "./ssh-program";

/**
 * Opens a session through a remote PowerShell over `ssh`. WMI is local there.
 *
 * @throws {@link MissingDependencyError} where there is no `ssh`, and what {@link openWorkerSession} and a failed log-on throw.
 */
export async function openSshSession(options: SshTransportOptions): Promise<CimSession> {
  return openWorkerSession(await workerOptions(options));
}

/** Describes the session of a remote PowerShell over `ssh`. */
export async function workerOptions(options: SshTransportOptions): Promise<WorkerSessionOptions> {
  const { host, namespace } = options;
  const { startTimeoutMs = 60_000, requestTimeoutMs = 120_000, leaseMs = 300_000 } = options;
  return {
    program: sshProgram(await sshSession(options)),
    limits: { startTimeoutMs, requestTimeoutMs, leaseMs },
    logon: sshLogon(options),
    open: openRequest({}, requestTimeoutMs),
    target: host,
    host,
    namespace,
  };
}

/** Finds what starts of `ssh` need. */
export async function sshSession(options: SshTransportOptions): Promise<SshSession> {
  const { version } = await findSsh();
  const resolved = await resolveHost(options);
  // the question is about the name that the user's configuration makes of the host
  const { user = "", hostname = options.host, hostkeyalias = hostname } = resolved;
  const isPasswordQuestion = options.password === undefined ? () => false : passwordQuestion(user, hostkeyalias);
  return { options, resolved, version, isPasswordQuestion };
}

/** The log-ons of the account. */
export function sshLogon(options: SshTransportOptions): Logon {
  const { host, port, userName, password, identityFile, sshConfig } = options;
  return logonOf({ transport: "ssh", host, port, userName, password, identityFile, sshConfig });
}
