import { execFile } from "node:child_process";
import { MissingDependencyError } from "../../errors";
import type { SshTransportOptions } from "./options";
import { destinationArguments, type SshVersion } from "./ssh-arguments";

/** The system's `ssh`. */
export interface SshClient {
  /** What it calls itself: `OpenSSH_9.2p1`. */
  readonly name: string;
  readonly version: SshVersion;
}

/** What the user's configuration makes of a host: lower-case keyword → value; of repeated ones the first. */
export type ResolvedHost = Readonly<Record<string, string>>;

const program = "ssh";

let found: Promise<SshClient> | undefined;

/**
 * Finds the system's `ssh`, once for this process.
 *
 * @throws {@link MissingDependencyError} where there is none.
 */
export function findSsh(): Promise<SshClient> {
  found ??= runSsh(["-V"]).then(({ stderr, stdout }) => {
    const name = /OpenSSH\S*/.exec(stderr + stdout)?.[0] ?? "an ssh that isn't OpenSSH";
    const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(name) ?? [];
    return { name: name.replace(/,$/, ""), version: [Number(major), Number(minor)] };
  });
  found.catch(() => {
    found = undefined;
  });
  return found;
}

/** Asks `ssh` what it would do for a host (`ssh -G`). Nothing is connected. @returns Nothing where `ssh` refuses the configuration. */
export async function resolveHost(options: SshTransportOptions): Promise<ResolvedHost> {
  const { version } = await findSsh();
  const { stdout } = await runSsh(["-G", ...destinationArguments(options, version), "--", options.host]);
  const pairs = stdout.split("\n").flatMap((line) => {
    const at = line.indexOf(" ");
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const];
  });
  // the first of repeated keywords wins
  return Object.fromEntries(pairs.reverse());
}

/**
 * Makes the environment of `ssh`: the user's, whose own configuration may run programs that need it, without the secrets of
 * Pulumi and of this package. Decisions rest on what `ssh` prints, so its messages stay untranslated.
 */
export function sshEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const others = Object.entries(environment).filter(
    ([name]) => !/^(PULUMI_|HYPERV_SNAPSHOTS_|SSH_ASKPASS)/i.test(name),
  );
  return { ...Object.fromEntries(others), LC_ALL: "C" };
}

/** Runs `ssh` for what it prints. */
function runSsh(parameters: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((done, reject) => {
    const options = { env: sshEnvironment(), timeout: 15_000, windowsHide: true };
    execFile(program, parameters, options, (error, stdout, stderr) => {
      if ((error as NodeJS.ErrnoException | null)?.code === "ENOENT") reject(sshMissing(error));
      else done({ stdout, stderr });
    }).stdin?.end();
  });
}

function sshMissing(cause: unknown): MissingDependencyError {
  return new MissingDependencyError(
    {
      attempted: "Starting ssh",
      target: "this computer",
      answer: "there is no program ssh on the PATH",
      outcome: "Nothing was asked of the host",
      remedy:
        "Install the OpenSSH client: apt-get install openssh-client, dnf install openssh-clients, or on Windows Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0",
    },
    { cause },
  );
}
