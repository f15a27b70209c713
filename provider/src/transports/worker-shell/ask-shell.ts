import { type RequestContext, ShellFailure, shellError } from "./shell-failure";
import { workerError } from "./worker-error";
import type { WorkerRequest, WorkerResult } from "./worker-protocol";
import type { WorkerShell } from "./worker-shell";

/** Asks the worker in a shell. @throws {@link HyperVError} as the port says. */
export async function askShell(
  shell: WorkerShell,
  request: WorkerRequest,
  context: RequestContext,
): Promise<WorkerResult> {
  try {
    const answer = await shell.ask(JSON.stringify(request));
    if ("answer" in answer) return answer.answer;
    throw workerError(answer.failure, context);
  } catch (error) {
    throw error instanceof ShellFailure ? shellError(error, context, true) : error;
  }
}
