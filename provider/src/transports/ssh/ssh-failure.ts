import {
  AuthenticationError,
  ConnectionError,
  HostKeyError,
  InvalidArgumentError,
  MissingDependencyError,
  TransportTimeoutError,
} from "../../errors";
import type { EndCircumstances, ShellEnd } from "../worker-shell/shell-channel";
import { type FailureDescription, ShellFailure, shellEnded } from "../worker-shell/shell-failure";
import type { SshTransportOptions } from "./options";
import { shellQuoted } from "./shell-quoted";
import type { ResolvedHost } from "./ssh-client";

/** The host as the configuration names it, and what `ssh` makes of it. */
export interface SshTarget {
  readonly options: SshTransportOptions;
  readonly resolved: ResolvedHost;
}

/** A failure that `ssh` reports, recognised by its untranslated text at the start of a line. */
interface KnownFailure {
  readonly sign: RegExp;
  readonly make: FailureDescription["make"];
  readonly answer: string;
  readonly remedy: (target: SshTarget) => string;
}

const authentication =
  (code?: "KEY_FILE_UNPROTECTED"): KnownFailure["make"] =>
  (parts, options) =>
    new AuthenticationError(parts, { ...options, ...(code && { code }) });
const connection =
  (code?: "CONNECTION_REFUSED" | "HOST_NOT_FOUND"): KnownFailure["make"] =>
  (parts, options) =>
    new ConnectionError(parts, { ...options, ...(code && { code }) });
const hostKey =
  (code: "HOST_KEY_UNKNOWN" | "HOST_KEY_CHANGED"): KnownFailure["make"] =>
  (parts, options) =>
    new HostKeyError(parts, { ...options, code });

const remoteShell: KnownFailure["make"] = (parts, options) =>
  new MissingDependencyError(parts, { ...options, code: "REMOTE_SHELL_FAILED" });

/** The default port of ssh, which known_hosts leaves out. */
const usualPort = "22";

/** The host's address. The programs that show and remove keys read no ssh configuration, so an alias isn't one. */
function addressOf({ options, resolved }: SshTarget): { readonly host: string; readonly port: string } {
  const { hostname = options.host, port = String(options.port ?? usualPort) } = resolved;
  return { host: hostname, port };
}

/** The name of the host's key in known_hosts. */
function knownName(target: SshTarget): string {
  const { host, port } = addressOf(target);
  return target.resolved["hostkeyalias"] ?? (port === usualPort ? host : `[${host}]:${port}`);
}

/** Says how a new host key gets known. The keys that are shown have to be compared with the host before they are trusted. */
function learnKey(target: SshTarget): string {
  const { host, port } = addressOf(target);
  const { proxyjump = "none", proxycommand = "none", hostkeyalias } = target.resolved;
  const scan = `ssh-keyscan ${port === usualPort ? "" : `-p ${port} `}${shellQuoted(host)}`;
  const place =
    proxyjump !== "none"
      ? ` (run it on the jump host ${proxyjump})`
      : proxycommand !== "none"
        ? " (run it where the host is reached without a ProxyCommand)"
        : "";
  const name = hostkeyalias === undefined ? "" : ` under the name ${hostkeyalias}`;
  return `Add it to known_hosts${name}: ${scan}${place} shows the keys; compare them with ssh-keygen -lf on the host (C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub) before you add one`;
}

/** In this order: a later sign may stand beside an earlier one, which then says more. */
const knownFailures: readonly KnownFailure[] = [
  {
    sign: /^@ *WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!/m,
    make: hostKey("HOST_KEY_CHANGED"),
    answer: "the host's key isn't the one in known_hosts: another computer may be answering",
    remedy: (target) =>
      `Find out why. If the host was reinstalled, remove the old key (ssh-keygen -R ${shellQuoted(knownName(target))}). ${learnKey(target)}`,
  },
  {
    sign: /^(Host key verification failed\.|No \S+ host key is known for )/m,
    make: hostKey("HOST_KEY_UNKNOWN"),
    answer: "the host's key isn't in known_hosts, and it is never accepted silently",
    remedy: learnKey,
  },
  {
    sign: /^@ *WARNING: UNPROTECTED PRIVATE KEY FILE!/m,
    make: authentication("KEY_FILE_UNPROTECTED"),
    answer: "other accounts can read the private key file, so ssh ignores it",
    remedy: ({ options: { identityFile = "KEY" } }) =>
      `Let only its owner read it: chmod 600 ${shellQuoted(identityFile)}`,
  },
  {
    sign: /^ssh_askpass: exec\(/m,
    make: (parts, options) => new MissingDependencyError(parts, options),
    answer: "ssh could not run the program that gives it the password",
    remedy: () => "Set TMPDIR to a folder in which programs may be run (not mounted noexec), or use a key",
  },
  {
    sign: /Too many authentication failures/m,
    make: authentication(),
    answer: "the host gave up after too many keys of your agent",
    remedy: () => "Name the key: pulumi config set hyperv-snapshots:identityFile ~/.ssh/id_ed25519",
  },
  {
    sign: /Permission denied( \(|, please try again)/m,
    make: authentication(),
    answer: "the host refused the log-on",
    remedy: ({ options: { password } }) =>
      password === undefined
        ? "Check username and key: ssh -v shows which keys were offered. A key with a passphrase needs an agent (ssh-add). The keys of administrators are in C:\\ProgramData\\ssh\\administrators_authorized_keys on the host"
        : "Check username and password, and that the host's sshd_config allows PasswordAuthentication",
  },
  {
    sign: /^ssh: Could not resolve hostname /m,
    make: connection("HOST_NOT_FOUND"),
    answer: "no host has this name",
    remedy: () => "Correct hyperv-snapshots:host, or add an alias of this name to your ssh configuration",
  },
  {
    sign: /^ssh: connect to host .*: Connection refused/m,
    make: connection("CONNECTION_REFUSED"),
    answer: "the host refused the connection",
    remedy: () =>
      "Start the OpenSSH server on the host (Start-Service sshd; Windows Server 2025 has it installed, and off), or correct hyperv-snapshots:port",
  },
  {
    sign: /(^ssh: connect to host .*|^Connection) timed out|Connection timed out during banner exchange/m,
    make: (parts, options) => new TransportTimeoutError(parts, options),
    answer: "the host didn't answer",
    remedy: () =>
      "Check the host's name and its firewall rule for the OpenSSH server (port 22, for your network profile)",
  },
  {
    sign: /^ssh: connect to host .*: /m,
    make: connection(),
    answer: "the host can't be reached",
    remedy: () => "Check the network between this computer and the host",
  },
  {
    sign: /^Unable to negotiate with /m,
    make: connection(),
    answer: "this ssh and the host share no algorithm",
    remedy: () =>
      "Update OpenSSH on both sides, or allow the algorithm that the answer names in your ssh configuration",
  },
  {
    sign: /Bad configuration option|terminating, \d+ bad configuration options|Bad owner or permissions on |Can't open user config file/m,
    make: (parts, options) => new InvalidArgumentError(parts, options),
    answer: "ssh refused its own configuration",
    remedy: ({ options: { host } }) => `Correct the file that the answer names; ssh -G ${shellQuoted(host)} tries it`,
  },
  {
    sign: /^(kex_exchange_identification|Connection closed by |Connection reset by )/m,
    make: connection(),
    answer: "the host closed the connection before the log-on",
    remedy: () =>
      "Look into the host's event log OpenSSH/Operational. A host that is very busy drops new connections (MaxStartups); on Windows Server 2025 only administrators and the group OpenSSH Users may log on",
  },
];

/** Exit codes of shells that don't find a program: of Unix, and of cmd.exe. */
const noSuchProgram: readonly (number | null)[] = [127, 9009];

/** With this code `ssh` reports its own failures; any other is the remote command's. */
const ownFailure = 255;

/** Explains why an `ssh` ended. Its text decides before the log-on only: later the other end writes to the same stream. */
export function sshFailure(end: ShellEnd, { printed, wasReady }: EndCircumstances, target: SshTarget): ShellFailure {
  const { host, remoteShell: shell } = target.options;
  const { code, error, stderr = "" } = end;
  if (wasReady) return shellEnded(code === ownFailure ? lastLine(stderr) || "the connection was lost" : printed);
  if (error instanceof ShellFailure) return error;
  const known = code === ownFailure ? knownFailures.find(({ sign }) => sign.test(stderr)) : undefined;
  if (known) {
    const { make, answer, remedy } = known;
    const said = lastLine(stderr);
    return new ShellFailure({ make, answer: said ? `${answer} (ssh: ${said})` : answer, remedy: remedy(target) });
  }
  if (noSuchProgram.includes(code)) {
    return new ShellFailure({
      make: remoteShell,
      answer: `the host has no ${shell}`,
      remedy:
        shell === "pwsh"
          ? "Install PowerShell 7 on the host, or use Windows PowerShell: pulumi config set hyperv-snapshots:remoteShell powershell"
          : "Check that the host is a Windows host, and the PATH of its OpenSSH server",
    });
  }
  const how = code === null ? (error?.message ?? "it was ended") : `exit code ${code}`;
  return new ShellFailure({
    make: code === null || code === ownFailure ? connection() : remoteShell,
    answer: `the shell on the host ended at its start (${[how, printed].filter(Boolean).join("; ")})`,
    remedy: `Try it by hand: ssh ${shellQuoted(host)} ${shell} -NoProfile -Command exit`,
  });
}

/** Finds the line that says what went wrong: the last one that isn't decoration. */
function lastLine(stderr: string): string {
  const lines = stderr.split(/\r?\n/).map((line) => line.trim());
  return (lines.filter((line) => line !== "" && !line.startsWith("@")).at(-1) ?? "").replace(/^ssh: /, "");
}
