import { askShell } from "./ask-shell";
import { ShellFailure, shellError } from "./shell-failure";
import type { LaneOptions } from "./shell-lane";
import type { WorkerRequest, WorkerResult } from "./worker-protocol";
import { WorkerShell } from "./worker-shell";

/** Asks the worker in one shell. */
export type AskWorker = (request: WorkerRequest) => Promise<WorkerResult>;

/**
 * Starts a shell with an open session, for one use; it has ended afterwards.
 *
 * @throws {@link HyperVError} as the port says, and what `use` throws.
 */
export async function withShell<Result>(
  { program, limits, open, target, logon }: LaneOptions,
  use: (ask: AskWorker) => Promise<Result>,
): Promise<Result> {
  const context = { attempted: "Asking the connection", target, changes: false };
  let shell: WorkerShell | undefined;
  try {
    const ask = await logon.attempt(async () => {
      const started = new WorkerShell(program, limits);
      shell = started;
      await started.ready;
      const askStarted: AskWorker = (request) => askShell(started, request, context);
      await askStarted(open);
      return askStarted;
    });
    return await use(ask);
  } catch (reason) {
    throw reason instanceof ShellFailure ? shellError(reason, context, false) : reason;
  } finally {
    await shell?.end();
  }
}
