import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FrameReader } from "./frame-reader";
import type { ShellChannel, ShellProgram } from "./shell-channel";
import {
  type ShellFailure,
  shellEnded,
  shellGarbage,
  shellRestricted,
  shellSilent,
  workerBlocked,
} from "./shell-failure";
import { isWorkerAnswer, type WorkerAnswer } from "./worker-protocol";

/** How long a shell is given, in milliseconds. */
export interface ShellLimits {
  /** From its start until it takes requests. */
  readonly startTimeoutMs: number;
  /** For one request. */
  readonly requestTimeoutMs: number;
  /**
   * How long the worker lives without a sign of life from here, which is sent five times as often. Needed where a shell may not
   * notice that its other end is frozen or cut.
   */
  readonly leaseMs?: number | undefined;
}

/** The worker's script. It lies beside the source also in the package, since the compiler copies no script. */
const workerFolder = join(__dirname, "../../../src/transports/worker-shell/worker");
const workerFiles = ["values.ps1", "cim.ps1", "shell.ps1", "worker.ps1"];

/** How long a shell may take to end by itself once its input has ended, in milliseconds. */
const endTimeoutMs = 2000;

/** How much of what a shell printed is kept for messages, in characters. */
const keptNoise = 1000;

interface Pending {
  readonly number: number;
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (failure: ShellFailure) => void;
}

/** One PowerShell with the worker in it: takes one request at a time, until it fails once. */
export class WorkerShell {
  /** Settles when the shell takes requests, or never will. */
  readonly ready: Promise<void>;
  private readonly program: ShellProgram;
  private readonly channel: ShellChannel;
  private readonly limits: ShellLimits;
  private isReady = false;
  private heartbeat: NodeJS.Timeout | undefined;
  private pending: Pending | undefined;
  private failure: ShellFailure | undefined;
  private lastNumber = 0;
  private noise = "";

  constructor(program: ShellProgram, limits: ShellLimits) {
    this.program = program;
    this.limits = limits;
    const token = randomBytes(9).toString("hex");
    // answered in any language mode, unlike a call of a method
    this.channel = program.start(`"${languageModeMark}$($ExecutionContext.SessionState.LanguageMode)"`);
    const { stdin, stdout, stderr, ended } = this.channel;
    const frames = new FrameReader(token, {
      onFrame: ({ number, text }) => this.answered(number, text),
      onNoise: (line) => this.heard(line),
      onGarbage: (problem) => this.fail(shellGarbage(problem)),
    });
    stdout.on("data", (piece: string) => frames.push(piece));
    stderr.on("data", (piece: string) => this.heard(piece));
    // the end of the shell reports a pipe that breaks
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => {});
    void ended.then((end) => {
      this.fail(this.program.explain(end, { printed: this.said(), wasReady: this.isReady }));
    });
    this.ready = this.start(token);
    this.ready.catch(() => {});
  }

  /** Tells whether it can be given a request. */
  get isUsable(): boolean {
    return this.failure === undefined;
  }

  /**
   * Sends one request and waits for its answer; only one may be under way.
   *
   * @param json - The request, as JSON.
   * @throws {@link ShellFailure} when the shell ends, falls silent or answers garbage. It can't be used any more then.
   */
  ask(json: string): Promise<WorkerAnswer> {
    this.lastNumber += 1;
    const answer = this.expect(this.lastNumber, this.limits.requestTimeoutMs);
    this.channel.stdin.write(`${this.lastNumber} ${Buffer.from(json).toString("base64")}\n`);
    return answer;
  }

  /** Ends the shell, and waits until it has ended. The request under way fails. */
  async end(): Promise<void> {
    this.fail(shellEnded("the session was closed"), { kill: false });
    this.channel.stdin.end();
    const timer = setTimeout(() => this.channel.kill(), endTimeoutMs);
    await this.channel.ended;
    clearTimeout(timer);
  }

  private async start(token: string): Promise<void> {
    const { stdin } = this.channel;
    const { startTimeoutMs, leaseMs } = this.limits;
    const ready = this.expect(0, startTimeoutMs);
    stdin.write(`${loader()}\n`);
    stdin.write(`${startCommand(token, leaseMs)}\n`);
    await ready;
    this.isReady = true;
    this.channel.onReady?.();
    this.noise = "";
    if (leaseMs !== undefined) this.heartbeat = setInterval(() => stdin.write("\n"), leaseMs / 5).unref();
  }

  /** Waits for the answer to a request that is sent next. */
  private expect(number: number, timeoutMs: number): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      const late = () => this.fail(shellSilent(timeoutMs, this.said()));
      const timer = setTimeout(late, timeoutMs);
      const settle =
        <Value>(then: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer);
          this.pending = undefined;
          then(value);
        };
      this.pending = { number, resolve: settle(resolve), reject: settle(reject) };
    });
  }

  private answered(number: number, text: string): void {
    const answer = parse(text);
    if (this.pending?.number !== number) this.fail(shellGarbage(`to request ${number}, which wasn't asked`));
    else if (answer === undefined) this.fail(shellGarbage("something that isn't JSON"));
    else if (!isWorkerAnswer(answer)) this.fail(shellGarbage("JSON that is neither an answer nor a failure"));
    else this.pending.resolve(answer);
  }

  private heard(text: string): void {
    this.noise = `${this.noise}${text}\n`.slice(-keptNoise);
    const mode = new RegExp(`${languageModeMark}(\\w+)`).exec(text)?.[1];
    if (mode !== undefined && mode !== "FullLanguage") this.fail(shellRestricted(mode));
    const [, blockedBy] = new RegExp(`${blockedMark}([^\\r\\n]*)`).exec(text) ?? [];
    if (blockedBy !== undefined) this.fail(workerBlocked(blockedBy.trim()));
  }

  /** What the shell printed beside answers, for a message. */
  private said(): string {
    const lines = this.noise.split(/\r?\n/).map((line) => line.trim());
    const own = (line: string) => line.startsWith(languageModeMark) || line.startsWith(blockedMark);
    // 16 letters: node-powershell's own marks
    const printed = lines.filter((line) => line && !own(line) && !/^[0-9A-Za-z]{16}$/.test(line));
    return printed.length > 0 ? `it printed: ${printed.join(" / ")}` : "";
  }

  private fail(failure: ShellFailure, { kill } = { kill: true }): void {
    if (this.failure) return;
    this.failure = failure;
    clearInterval(this.heartbeat);
    this.pending?.reject(failure);
    if (kill) this.channel.kill();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const languageModeMark = "#language-mode:";
const blockedMark = "#worker-blocked:";

function loader(): string {
  const script = workerFiles.map((name) => readFileSync(join(workerFolder, name), "utf8")).join("\n");
  const data = Buffer.from(script).toString("base64");
  return `. ([ScriptBlock]::Create([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('${data}'))))`;
}

/** Starts the worker; where the loader was blocked, prints the id of the reason, which no language changes. */
function startCommand(token: string, leaseMs = 0): string {
  const blocked = (record: string) => `"${blockedMark}$(${record}.FullyQualifiedErrorId)"`;
  const start = `try { Start-Worker '${token}' ${leaseMs} } catch { ${blocked("$_")} }`;
  return `if ($\{function:Start-Worker}) { ${start} } else { ${blocked("$Error[0]")} }`;
}
