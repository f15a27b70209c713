/** Which host a session talks to, and how `ssh` gets there. */
export interface SshTransportOptions {
  /** A host's name, or an alias of the user's ssh configuration. */
  readonly host: string;
  readonly port?: number | undefined;
  /** Without a name, the user's ssh configuration decides. */
  readonly userName?: string | undefined;
  /** Without one, `ssh` finds keys by itself. */
  readonly password?: string | undefined;
  readonly identityFile?: string | undefined;
  /** Replaces the user's and the system's configuration of `ssh`. */
  readonly sshConfig?: string | undefined;
  /** The PowerShell on the host. */
  readonly remoteShell: "powershell" | "pwsh";
  /** `root\virtualization\v2`, or what a cluster has in its place. */
  readonly namespace: string;
  readonly startTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** How long the remote shell runs without a message from the client, in milliseconds. */
  readonly leaseMs?: number;
  /** How long `ssh` waits for the host's first answer, in seconds. */
  readonly connectTimeoutSeconds?: number;
  /** After how many seconds of silence `ssh` asks whether the other end is there; after three unanswered questions it ends. */
  readonly aliveIntervalSeconds?: number;
}
