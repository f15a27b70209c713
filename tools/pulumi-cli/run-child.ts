import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a child process is run. */
export interface RunChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Ends the child; the call then rejects with the signal's reason. */
  readonly abortSignal?: AbortSignal | undefined;
  /** How long it may run; no limit when absent. */
  readonly timeoutMs?: number;
  /** Called with each line that it writes, on either stream. */
  readonly onLine?: (line: string) => void;
}

/** What a child process left behind. */
export interface ChildResult {
  readonly stdout: string;
  /** The last lines that it wrote, on either stream. */
  readonly lastWords: string;
  /** Why it failed, ready to follow its name: "ended with exit code 2". Absent when it succeeded. */
  readonly failure: string | undefined;
}

const linesOfFailure = 12;

/**
 * Runs a program to its end without a terminal and without a shell. A ^C reaches it, too: it stays in this process's group.
 *
 * @throws the abort signal's reason, once the child has ended.
 */
export async function runChild(
  command: string,
  args: readonly string[],
  { env, cwd, abortSignal, timeoutMs, onLine }: RunChildOptions,
): Promise<ChildResult> {
  abortSignal?.throwIfAborted();
  const child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  const stdout: string[] = [];
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (stream === child.stdout) stdout.push(line);
      lastLines.push(line);
      if (lastLines.length > linesOfFailure) lastLines.shift();
      onLine?.(line);
    });
  }
  // SIGINT is what a ^C sends: Go then removes its working files
  const end = () => child.kill("SIGINT");
  let tookTooLong = false;
  const timer = setTimeout(
    () => {
      tookTooLong = true;
      end();
    },
    timeoutMs ?? 2 ** 31 - 1,
  );
  abortSignal?.addEventListener("abort", end);
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(`does not start: ${error.message}`));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    });
  });
  clearTimeout(timer);
  abortSignal?.removeEventListener("abort", end);
  abortSignal?.throwIfAborted();
  return {
    stdout: stdout.join("\n"),
    lastWords: lastLines.join("\n").trim(),
    failure: tookTooLong ? `didn't end within ${timeoutMs! / 1000} s` : failure,
  };
}

/** Does some work with a signal that is aborted when this process gets the signal to end, so that its child processes end first. */
export async function interruptible<T>(work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const abort = () => interruption.abort(new Error("Stopped. No partial download or build is left."));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, abort);
  try {
    return await work(interruption.signal);
  } finally {
    for (const signal of signals) process.off(signal, abort);
  }
}
