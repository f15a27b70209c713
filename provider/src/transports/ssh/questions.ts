import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { CimInstancePath } from "../../cim/cim-instance-path";
import { type ConnectionAnswer, type ConnectionQuestion, NoAnswer } from "../../probe-answer";
import { workerQuestions } from "../worker-shell/questions";
import type { ShellChannel, ShellProgram } from "../worker-shell/shell-channel";
import { ShellFailure } from "../worker-shell/shell-failure";
import type { WireInstance } from "../worker-shell/wire-answer";
import { wirePath, wireText } from "../worker-shell/wire-request";
import { type AskWorker, withShell } from "../worker-shell/with-shell";
import type { ShellFacts } from "../worker-shell/worker-protocol";
import type { SshTransportOptions } from "./options";
import { type CommandResult, runOverSsh } from "./ssh-program";
import { sshLogon, sshSession, workerOptions } from "./ssh-session";

/** A program that no host has. */
const missingProgram = "hyperv-snapshots-no-such-program";

/** What a probe asks of a connection by ssh. */
export const sshQuestions: readonly ConnectionQuestion<SshTransportOptions>[] = [
  {
    id: "sshServer",
    question: "Which OpenSSH server answers?",
    asked: "Runs `exit` on the host by `ssh -v`, and reads the server's version.",
    assumed: "Nothing depends on it.",
    ask: askOfServer,
  },
  {
    id: "sshDefaultShell",
    question: "Which shell runs the commands of a session: cmd.exe, PowerShell, or another one?",
    asked: "Runs `echo` with a variable of cmd.exe and one of PowerShell, and checks which of them got a value.",
    assumed: "`cmd`, as Windows comes. The command has no character that any of these shells changes.",
    ask: askOfDefaultShell,
  },
  {
    id: "sshRemoteShells",
    question: "Which PowerShells run the worker with `-Command -` under that shell?",
    asked: "Starts Windows PowerShell and PowerShell 7, each in its own session, and asks for their versions.",
    assumed: "`powershell` on every Windows, `pwsh` where it is installed.",
    ask: askOfRemoteShells,
  },
  {
    id: "sshMissingProgram",
    question: "Which exit code does the host return for a program that doesn't exist?",
    asked: "Runs a program that no host has.",
    assumed: "`exit127` or `exit9009`; any other exit is reported with its code.",
    ask: askOfMissingProgram,
  },
  {
    id: "sshRights",
    question: "Which rights does the account have on the host?",
    asked: "Checks whether a shell of this account is elevated or in Hyper-V Administrators.",
    assumed: "`elevated` for an administrator. Any other account needs Hyper-V Administrators and Remote Enable.",
    ask: askOfRights,
  },
  {
    id: "sshShellAfterKill",
    question: "What happens to the shell on the host when `ssh` is killed on this computer?",
    asked: "Kills the `ssh` of another session, and looks for the shell's process in Win32_Process.",
    assumed: "`endsAtOnce`, by the end of its input.",
    ask: (options) => askOfCut(options, 10_000, ({ kill }) => kill()),
  },
  {
    id: "sshShellAfterSilence",
    question: "Does the shell on the host end when this computer sends nothing more, for example because it sleeps?",
    asked: "Sends nothing more to another session, whose lease is 3 seconds, and looks for the shell's process.",
    assumed: "`endsWithLease`.",
    ask: (options) => askOfCut(options, 3000, ({ fallSilent }) => fallSilent()),
  },
  ...workerQuestions.map(({ ask, ...question }) => ({
    ...question,
    ask: async (options: SshTransportOptions) => ask(await workerOptions(options)),
  })),
];

/** Runs a command on the host. @throws {@link NoAnswer} when `ssh` itself fails. */
async function run(
  options: SshTransportOptions,
  command: string,
  more: readonly string[] = [],
): Promise<CommandResult> {
  const session = await sshSession(options);
  const result = await sshLogon(options)
    .attempt(() => runOverSsh(session, command, more))
    .catch((error: unknown) => {
      throw error instanceof ShellFailure ? new NoAnswer(error.message) : error;
    });
  if (result.code === null || result.code === 255) throw new NoAnswer("ssh lost the session");
  return result;
}

async function askOfServer(options: SshTransportOptions): Promise<ConnectionAnswer> {
  const { stderr } = await run(options, "exit", ["-v"]);
  const version = /remote software version (OpenSSH[\w.]*)/.exec(stderr)?.[1];
  if (version === undefined) throw new NoAnswer("it isn't OpenSSH");
  return { answer: version };
}

async function askOfDefaultShell(options: SshTransportOptions): Promise<ConnectionAnswer> {
  const { stdout } = await run(options, "echo shell:%OS%:$PSEdition");
  const [, system = "", edition = ""] = /shell:([^:]*):(\S*)/.exec(stdout) ?? [];
  if (system === "Windows_NT") return { answer: "cmd" };
  if (edition === "Desktop" || edition === "Core") return { answer: "powershell", observed: { edition } };
  return { answer: "other" };
}

async function askOfRemoteShells(options: SshTransportOptions): Promise<ConnectionAnswer> {
  const observed: Record<string, string | null> = {};
  for (const remoteShell of ["powershell", "pwsh"] as const) {
    observed[remoteShell] = await describe({ ...options, remoteShell }).then(versionOf, () => null);
  }
  const running = Object.keys(observed).filter((name) => observed[name] !== null);
  return { answer: running.join(" ") || "none", observed };
}

const versionOf = ({ edition, version }: ShellFacts) => `${edition} ${version.split(".").slice(0, 2).join(".")}`;

async function describe(options: SshTransportOptions): Promise<ShellFacts> {
  return withShell(await workerOptions(options), async (ask) => (await ask({ verb: "describe" })) as ShellFacts);
}

async function askOfMissingProgram(options: SshTransportOptions): Promise<ConnectionAnswer> {
  const { code } = await run(options, missingProgram);
  return { answer: `exit${code}` };
}

async function askOfRights(options: SshTransportOptions): Promise<ConnectionAnswer> {
  const { elevated, hyperVAdministrator } = await describe(options);
  if (elevated === null) throw new NoAnswer("outside Windows an account's groups say nothing");
  const answer = elevated ? "elevated" : hyperVAdministrator ? "hyperVAdministrator" : "neither";
  return { answer, observed: { elevated, hyperVAdministrator } };
}

/** A shell whose connection to this computer can be interrupted. */
interface CutShell {
  readonly kill: () => void;
  readonly fallSilent: () => void;
}

/** How long a shell may outlive its lease, in milliseconds, before it counts as one that stays. */
const graceMs = 5000;

/** Interrupts a shell, and watches its process from another one. */
async function askOfCut(
  options: SshTransportOptions,
  leaseMs: number,
  cut: (shell: CutShell) => void,
): Promise<ConnectionAnswer> {
  const worker = await workerOptions(options);
  return withShell(worker, (watch) => {
    const program = new CuttableProgram(worker.program);
    return withShell({ ...worker, program, limits: { ...worker.limits, leaseMs } }, async (ask) => {
      const { processId } = (await ask({ verb: "describe" })) as ShellFacts;
      const process = await findProcess(watch, processId);
      if (process === undefined) throw new NoAnswer("the host doesn't show the shell's process");
      /** @returns After how many milliseconds the process had ended; undefined if it hasn't. */
      const endOfProcess = async (withinMs: number) => {
        for (const from = performance.now(); performance.now() - from < withinMs; await sleep(100)) {
          const found = await findProcess(watch, processId);
          if (found?.properties["CreationDate"] !== process.properties["CreationDate"]) return performance.now() - from;
        }
        return undefined;
      };
      cut(program);
      const passedMs = await endOfProcess(leaseMs + graceMs);
      if (passedMs !== undefined) {
        const answer = passedMs < leaseMs * 0.8 ? "endsAtOnce" : "endsWithLease";
        return { answer, observed: { seconds: Math.round(passedMs / 1000) } };
      }
      await terminate(watch, processId);
      const hasEnded = (await endOfProcess(graceMs)) !== undefined;
      return { answer: "stays", ...(!hasEnded && { left: `the PowerShell process ${processId}` }) };
    });
  });
}

const computerNamespace = "root\\cimv2";

async function findProcess(ask: AskWorker, processId: number): Promise<WireInstance | undefined> {
  const wql = wireText(`SELECT * FROM Win32_Process WHERE ProcessId = ${processId}`);
  const found = await ask({ verb: "query", wql, namespace: wireText(computerNamespace) });
  return (found as readonly WireInstance[])[0];
}

/** Ends a shell of the probe's own that outlived its lease. */
async function terminate(ask: AskWorker, processId: number): Promise<void> {
  const path = new CimInstancePath({ className: "Win32_Process", keys: { Handle: String(processId) } });
  await ask({
    verb: "invokeMethod",
    path: wirePath(path, computerNamespace),
    identity: wireText(path.identity),
    methodName: wireText("Terminate"),
    parameters: [],
  }).catch(() => {});
}

/** Starts a shell that can be interrupted. */
class CuttableProgram implements ShellProgram, CutShell {
  readonly explain: ShellProgram["explain"];
  private readonly program: ShellProgram;
  private readonly input = new PassThrough();
  private channel: ShellChannel | undefined;

  constructor(program: ShellProgram) {
    this.program = program;
    this.explain = (end, circumstances) => program.explain(end, circumstances);
  }

  readonly start = (firstLine: string): ShellChannel => {
    const channel = this.program.start(firstLine);
    this.channel = channel;
    this.input.pipe(channel.stdin);
    return { ...channel, stdin: this.input };
  };

  readonly kill = (): void => this.channel?.kill();

  readonly fallSilent = (): void => void this.input.unpipe();
}
