import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** How a child process is run. */
export interface RunChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Ends the child and everything it started; the call then rejects with the signal's reason. */
  readonly abortSignal?: AbortSignal | undefined;
  /** How long it may run; for ever when absent. */
  readonly timeoutMs?: number;
  /** Called with each line it writes, on either stream. */
  readonly onLine?: (line: string) => void;
}

/** What a child process left behind. */
export interface ChildResult {
  readonly stdout: string;
  /** The last lines that it wrote, on either stream. */
  readonly lastWords: string;
  /** Why it is a failure, ready to follow its name: "ended with exit code 2". Absent when it ended well. */
  readonly failure: string | undefined;
}

const linesOfFailure = 12;
/** How long a child that is told to end may take for it. */
const graceMs = 3_000;
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a program to its end without a terminal and without a shell.
 *
 * The child leads a process group of its own, so that ending it also ends what it started (a compiler, a download).
 * For the same reason it would outlive a ^C: signals that end this process end the child first.
 *
 * @throws the abort signal's reason, once the child has ended.
 */
export async function runChild(
  command: string,
  args: readonly string[],
  options: RunChildOptions,
): Promise<ChildResult> {
  options.abortSignal?.throwIfAborted();
  const child = spawn(command, args, {
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const stdout: string[] = [];
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (stream === child.stdout) stdout.push(line);
      lastLines.push(line);
      if (lastLines.length > linesOfFailure) lastLines.shift();
      options.onLine?.(line);
    });
  }

  let tookTooLong = false;
  const timer = setTimeout(
    () => {
      tookTooLong = true;
      endTree(child);
    },
    options.timeoutMs ?? 2 ** 31 - 1,
  );
  const abort = () => endTree(child);
  options.abortSignal?.addEventListener("abort", abort);
  const stopForwarding = endBefore(child);
  try {
    const outcome = await outcomeOf(child);
    options.abortSignal?.throwIfAborted();
    const failure = tookTooLong ? `didn't end within ${options.timeoutMs! / 1000} s` : outcome;
    return { stdout: stdout.join("\n"), lastWords: lastLines.join("\n").trim(), failure };
  } finally {
    clearTimeout(timer);
    options.abortSignal?.removeEventListener("abort", abort);
    stopForwarding();
  }
}

function outcomeOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`does not start: ${error.message}`));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    });
  });
}

/** Ends the child when a signal is about to end this process; the signal then takes its usual course. */
function endBefore(child: ChildProcess): () => void {
  const handledElsewhere = endingSignals.filter((signal) => process.listenerCount(signal) > 0);
  const forward = (signal: NodeJS.Signals) => {
    endTree(child);
    stop();
    if (!handledElsewhere.some((handled) => handled === signal)) process.kill(process.pid, signal);
  };
  const stop = () => {
    for (const signal of endingSignals) process.off(signal, forward);
  };
  for (const signal of endingSignals) process.on(signal, forward);
  return stop;
}

/** Asks the child and what it started to end, as ^C does, so that they can clean up; ends them when they don't. */
function endTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(child.pid), "/t", "/f"], { windowsHide: true });
    return;
  }
  signalGroup(child.pid, "SIGINT");
  const timer = setTimeout(signalGroup, graceMs, child.pid, "SIGKILL");
  child.once("close", () => clearTimeout(timer));
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // It has ended by itself in the meantime.
  }
}
