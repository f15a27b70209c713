import type { SshTransportOptions } from "./options";

/** A version of OpenSSH, such as 9.2. */
export type SshVersion = readonly [major: number, minor: number];

/** Options that a user's own configuration could break the framing with, or make two sessions disturb each other. */
const framing = {
  RequestTTY: "no",
  RemoteCommand: "none",
  ControlMaster: "no",
  ControlPath: "none",
  ClearAllForwardings: "yes",
  Tunnel: "no",
  // what the host doesn't need, it isn't given
  ForwardAgent: "no",
  ForwardX11: "no",
  PermitLocalCommand: "no",
  // banners stay away from what is classified; every failure of ssh itself is an error
  LogLevel: "ERROR",
} as const;

/** The same, of OpenSSH 8.7 and later; an older one refuses what it doesn't know. */
const framingSince87 = { StdinNull: "no", ForkAfterAuthentication: "no", SessionType: "default" } as const;

/** A password is never given to a host whose key isn't in known_hosts, nor twice by one `ssh`, nor by another method. */
const withPassword = {
  BatchMode: "no",
  StrictHostKeyChecking: "yes",
  // either of them could replace known_hosts
  NoHostAuthenticationForLocalhost: "no",
  VerifyHostKeyDNS: "no",
  PasswordAuthentication: "yes",
  PubkeyAuthentication: "no",
  PreferredAuthentications: "password",
  NumberOfPasswordPrompts: "1",
} as const;

/**
 * The command of the remote PowerShell. It holds none of `" $ % & | ;`: the default shell there may be cmd.exe or PowerShell, and
 * neither is given a quoted command.
 */
const shellParameters = "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -NoExit -Command -";

/**
 * Writes the arguments of `ssh` that say which host, by which port, account and key.
 *
 * How host keys are checked stays the user's choice, except where a password is given. What isn't set follows the user's
 * configuration; for a repeated option the first one wins, so ours do.
 */
export function destinationArguments(options: SshTransportOptions, version: SshVersion): readonly string[] {
  const { sshConfig, port, userName, identityFile, password } = options;
  const { connectTimeoutSeconds = 15, aliveIntervalSeconds = 15 } = options;
  const [major, minor] = version;
  const settings: Readonly<Record<string, string>> = {
    ...framing,
    ...(major > 8 || (major === 8 && minor >= 7) ? framingSince87 : {}),
    ...(password === undefined ? { BatchMode: "yes" } : withPassword),
    ...(identityFile !== undefined && { IdentitiesOnly: "yes" }),
    ConnectTimeout: String(connectTimeoutSeconds),
    ServerAliveInterval: String(aliveIntervalSeconds),
    ServerAliveCountMax: "3",
  };
  return [
    ...(sshConfig === undefined ? [] : ["-F", sshConfig]),
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(userName === undefined ? [] : ["-l", userName]),
    ...(identityFile === undefined ? [] : ["-i", identityFile]),
  ];
}

/** Writes the arguments of `ssh` that start the remote PowerShell. */
export function sessionArguments(options: SshTransportOptions, version: SshVersion): readonly string[] {
  return commandArguments(options, version, `${options.remoteShell} ${shellParameters}`);
}

/** Writes the arguments of `ssh` that run a command on the host. */
export function commandArguments(
  options: SshTransportOptions,
  version: SshVersion,
  command: string,
): readonly string[] {
  // behind "--" a host that begins with "-" is refused, and not taken for an option
  return ["-T", ...destinationArguments(options, version), "--", options.host, command];
}
