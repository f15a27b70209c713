import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PowerShell } from "node-powershell";
import { FrameReader } from "./frame-reader";
import { ShellFailure } from "./shell-failure";
import { isWorkerAnswer, type WorkerAnswer } from "./worker-protocol";

/** How long a shell is given, in milliseconds. */
export interface ShellLimits {
  /** From its start until it takes requests. */
  readonly startTimeoutMs: number;
  /** For one request. */
  readonly requestTimeoutMs: number;
}

/** The worker's script. It lies beside the source also in the package, since the compiler copies no script. */
const workerFolder = join(__dirname, "../../../src/transports/powershell/worker");
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

/**
 * One PowerShell with the worker in it: takes one request at a time, until it fails once.
 *
 * `node-powershell` finds and starts it, and runs the one command that loads the worker. What follows goes past the library:
 * its own `invoke` can hang for ever on CRLF, takes an end of the shell for an empty answer, and keeps all it was ever told.
 */
export class ShellProcess {
  /** Settles when the shell takes requests, or never will. */
  readonly ready: Promise<void>;
  private readonly shell: PowerShell;
  private readonly limits: ShellLimits;
  private readonly closed: Promise<void>;
  private pending: Pending | undefined;
  private failure: ShellFailure | undefined;
  private lastNumber = 0;
  private noise = "";

  constructor(limits: ShellLimits) {
    this.limits = limits;
    const token = randomBytes(9).toString("hex");
    this.shell = new PowerShell({
      executableOptions: { "-NoProfile": true, "-NonInteractive": true, "-ExecutionPolicy": "Bypass" },
      spawnOptions: {
        windowsHide: true,
        // version 7 on Unix writes control sequences to any other terminal, and asks its makers for news of itself
        env: { ...process.env, TERM: "dumb", POWERSHELL_UPDATECHECK: "Off", POWERSHELL_TELEMETRY_OPTOUT: "1" },
      },
      throwOnInvocationError: false,
    });
    const { stdin, stdout, stderr } = this.shell.streams;
    this.closed = new Promise((resolve) => stdout.once("close", resolve));
    const frames = new FrameReader(token, {
      onFrame: ({ number, text }) => this.answered(number, text),
      onNoise: (line) => this.heard(line),
      onGarbage: (problem) => this.fail(new ShellFailure("garbage", problem)),
    });
    stdout.on("data", (piece: string) => frames.push(piece));
    stderr.on("data", (piece: string) => this.heard(piece));
    // after whatever else tells why it ended
    stdout.once("close", () => setImmediate(() => this.fail(new ShellFailure("ended", this.said()))));
    // a pipe that breaks is told by the end of the shell
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => {});
    this.ready = this.start(token);
    this.ready.catch(() => {});
  }

  /** Whether it can be given a request. */
  get isUsable(): boolean {
    return this.failure === undefined;
  }

  /**
   * Sends one request and waits for its answer; only one may be under way.
   *
   * @param json - The request, as JSON.
   * @throws {@link ShellFailure} when the shell ends, falls silent or answers garbage. It is of no use any more then.
   */
  ask(json: string): Promise<WorkerAnswer> {
    this.lastNumber += 1;
    const answer = this.expect(this.lastNumber, this.limits.requestTimeoutMs);
    this.shell.streams.stdin.write(`${this.lastNumber} ${Buffer.from(json).toString("base64")}\n`);
    return answer;
  }

  /** Ends the shell, and waits until it is gone. What is under way fails. */
  async end(): Promise<void> {
    this.fail(new ShellFailure("ended", "the session was closed"), { kill: false });
    this.shell.streams.stdin.end();
    const timer = setTimeout(() => this.kill(), endTimeoutMs);
    await this.closed;
    clearTimeout(timer);
    // its output ends a moment before it does
    await this.shell.dispose().catch(() => {});
  }

  private async start(token: string): Promise<void> {
    const { stdin, stdout, stderr } = this.shell.streams;
    const ready = this.expect(0, this.limits.startTimeoutMs);
    stdin.write('[Console]::Out.NewLine = "`n"; [Console]::Error.NewLine = "`n"\n');
    // told in any language mode, unlike what is called on the console
    stdin.write(`"${languageModeMark}$($ExecutionContext.SessionState.LanguageMode)"\n`);
    // in the same tick as the constructor: else a program that isn't there ends this process; its answer isn't waited for, since
    // the library doesn't find the end of one that comes in unlucky pieces
    const loaded = this.shell.invoke(loader());
    stdin.write(`Start-Worker '${token}'\n`);
    // the library gathers all that is printed until it finds that end, and then leaves both streams paused
    const release = () => {
      for (const stream of [stdout, stderr]) stream.unpipe().resume();
    };
    loaded.then(release, (error: unknown) => this.fail(startFailure(error, this.said())));
    await ready;
    release();
    this.shell.history.length = 0;
    this.noise = "";
  }

  /** Waits for the answer to a request that is sent next. */
  private expect(number: number, timeoutMs: number): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      const late = () => this.fail(new ShellFailure("silent", `${timeoutMs / 1000} s passed${this.said("; ")}`));
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
    if (this.pending?.number !== number) {
      this.fail(new ShellFailure("garbage", `to request ${number}, which wasn't asked`));
    } else if (answer === undefined) {
      this.fail(new ShellFailure("garbage", "something that isn't JSON"));
    } else if (!isWorkerAnswer(answer)) {
      this.fail(new ShellFailure("garbage", "JSON that is neither an answer nor a failure"));
    } else this.pending.resolve(answer);
  }

  private heard(text: string): void {
    this.noise = `${this.noise}${text}\n`.slice(-keptNoise);
    const mode = new RegExp(`${languageModeMark}(\\w+)`).exec(text)?.[1];
    if (mode !== undefined && mode !== "FullLanguage") this.fail(new ShellFailure("restricted", mode));
  }

  /** What the shell printed beside answers, for a message. */
  private said(before = ""): string {
    const lines = this.noise.split(/\r?\n/).map((line) => line.trim());
    const told = lines.filter((line) => line && !line.startsWith(languageModeMark) && !/^[0-9A-Za-z]{16}$/.test(line));
    return told.length > 0 ? `${before}it printed: ${told.join(" / ")}` : "";
  }

  private fail(failure: ShellFailure, { kill } = { kill: true }): void {
    if (this.failure) return;
    this.failure = failure;
    this.pending?.reject(failure);
    if (kill) this.kill();
  }

  private kill(): void {
    this.shell.dispose("SIGKILL").catch(() => {});
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

function loader(): string {
  const script = workerFiles.map((name) => readFileSync(join(workerFolder, name), "utf8")).join("\n");
  const data = Buffer.from(script).toString("base64");
  return `. ([ScriptBlock]::Create([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('${data}'))))`;
}

function startFailure(error: unknown, said: string): ShellFailure {
  const { originalError } = error as { originalError?: NodeJS.ErrnoException };
  const missing = originalError?.code === "ENOENT" || originalError?.code === "EACCES";
  return new ShellFailure(missing ? "missing" : "ended", originalError?.message ?? said, { cause: error });
}
