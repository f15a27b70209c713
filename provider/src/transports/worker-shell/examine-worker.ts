import { HyperVError } from "../../errors";
import { ClassName } from "../../schema/names";
import { askShell } from "./ask-shell";
import { ShellFailure, shellError } from "./shell-failure";
import type { LaneOptions } from "./shell-lane";
import { wireText } from "./wire-request";
import type { ShellFacts } from "./worker-protocol";
import { WorkerShell } from "./worker-shell";

/** A step of a connection to a host. */
export type WorkerStep = "shell" | "session" | "namespace";

/** How far the connection to a host leads. */
export interface WorkerExamination {
  /** What the shell says about itself; null where there is none. */
  readonly facts: ShellFacts | null;
  /** The step that failed, and why; null where the namespace answered. */
  readonly failure: { readonly step: WorkerStep; readonly error: HyperVError } | null;
}

/**
 * Tries the connection to a host step by step: a shell, what it is, a session, the namespace. Each fails for reasons of its own,
 * with the same number.
 */
export async function examineWorker(options: LaneOptions & { readonly namespace: string }): Promise<WorkerExamination> {
  const { program, limits, open, target, logon } = options;
  const context = { attempted: "Examining the connection to the host", target, changes: false };
  const namespace = wireText(options.namespace);
  const wql = wireText(`SELECT * FROM ${ClassName.virtualSystemManagementService}`);
  let step: WorkerStep = "shell";
  let facts: ShellFacts | null = null;
  let shell: WorkerShell | undefined;
  try {
    await logon.attempt(async () => {
      shell = new WorkerShell(program, limits);
      await shell.ready;
      facts = (await askShell(shell, { verb: "describe" }, context)) as ShellFacts;
      step = "session";
      await askShell(shell, open, context);
      step = "namespace";
      await askShell(shell, { verb: "query", wql, namespace }, context);
    });
    return { facts, failure: null };
  } catch (reason) {
    const error = reason instanceof ShellFailure ? shellError(reason, context, false) : reason;
    if (!HyperVError.isInstance(error)) throw error;
    return { facts, failure: { step, error } };
  } finally {
    await shell?.end();
  }
}
