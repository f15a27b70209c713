import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { ShellChannel, ShellEnd, ShellProgram } from "../worker-shell/shell-channel";
import { answerPassword, type PasswordPrompt } from "./password-prompt";
import { commandArguments, type SshVersion, sessionArguments } from "./ssh-arguments";
import { sshEnvironment } from "./ssh-client";
import { type SshTarget, sshFailure } from "./ssh-failure";

/** How much of what `ssh` prints is kept, in characters: more than its longest warning. */
const keptText = 8000;

/** How long the rest of the output is waited for after the end of `ssh`, in milliseconds. */
const restMs = 1000;

/** What starts of `ssh` have in common. */
export interface SshSession extends SshTarget {
  readonly version: SshVersion;
  /** Tells the question for this account's password from any other. */
  readonly isPasswordQuestion: (prompt: string) => boolean;
}

/** Makes the program that starts the remote PowerShell by `ssh`. */
export function sshProgram(session: SshSession): ShellProgram {
  return {
    start: (firstLine) => {
      const channel = startSsh(session, sessionArguments(session.options, session.version));
      channel.stdin.write(`${firstLine}\n`);
      return channel;
    },
    explain: (end, circumstances) => sshFailure(end, circumstances, session),
  };
}

/** What came of a command on the host. */
export interface CommandResult extends ShellEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command on the host, with no input.
 *
 * @param more - Further options of `ssh`.
 * @throws {@link ShellFailure} when `ssh` can't be given the password.
 */
export async function runOverSsh(
  session: SshSession,
  command: string,
  more: readonly string[] = [],
): Promise<CommandResult> {
  const channel = startSsh(session, [...more, ...commandArguments(session.options, session.version, command)]);
  let stdout = "";
  channel.stdout.on("data", (piece: string) => {
    stdout = (stdout + piece).slice(0, keptText);
  });
  channel.stdin.end();
  const timer = setTimeout(channel.kill, session.options.startTimeoutMs ?? 60_000);
  const end = await channel.ended;
  clearTimeout(timer);
  return { ...end, stdout, stderr: end.stderr ?? "" };
}

function startSsh(
  { options: { password }, isPasswordQuestion }: SshSession,
  parameters: readonly string[],
): ShellChannel {
  const prompt = password === undefined ? undefined : answerPassword(password, isPasswordQuestion);
  const child = spawn("ssh", parameters, {
    env: { ...sshEnvironment(), ...prompt?.environment },
    stdio: "pipe",
    windowsHide: true,
    // its own session: no terminal to ask at, and no ^C that is meant for this process
    detached: process.platform !== "win32",
  });
  const { stdin, stdout, stderr } = child;
  stdin.on("error", () => {});
  return {
    stdin,
    stdout: stdout.setEncoding("utf8"),
    stderr: stderr.setEncoding("utf8"),
    ended: endOf(child, prompt),
    kill: () => void child.kill("SIGKILL"),
    onReady: () => prompt?.close(),
  };
}

function endOf(child: ChildProcessWithoutNullStreams, prompt: PasswordPrompt | undefined): Promise<ShellEnd> {
  let stderr = "";
  child.stderr.on("data", (piece: string) => {
    stderr = (stderr + piece).slice(0, keptText);
  });
  return new Promise((resolve) => {
    let error: Error | undefined;
    child.on("error", (reason) => {
      error = reason;
    });
    let rest: NodeJS.Timeout | undefined;
    child.on("exit", () => {
      // a ProxyCommand may outlive ssh and keep its output open
      rest = setTimeout(() => {
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
      }, restMs);
    });
    child.on("close", (code) => {
      clearTimeout(rest);
      prompt?.close();
      resolve({ code, error: error ?? prompt?.failure(), stderr });
    });
  });
}
