import { HyperVError } from "../../errors";
import { ClassName } from "../../schema/names";
import { askShell } from "./ask-shell";
import { openRequest, type PowerShellTransportOptions, shellLimits } from "./open-request";
import { ShellFailure, shellError } from "./shell-failure";
import { ShellProcess } from "./shell-process";
import { wireText } from "./wire-request";
import type { ShellFacts } from "./worker-protocol";

/** A step on the way to a host. */
export type PowerShellStep = "shell" | "session" | "namespace";

/** How far the way to a host leads. */
export interface PowerShellExamination {
  /** What the shell says of itself; null where there is none. */
  readonly facts: ShellFacts | null;
  /** The step at which the way ended, and why; null where it leads to the namespace. */
  readonly failure: { readonly step: PowerShellStep; readonly error: HyperVError } | null;
}

/**
 * Tries the way to a host step by step: a shell, what it is, a session, the namespace. Each fails for reasons of its own,
 * with the same number.
 */
export async function examinePowerShell(options: PowerShellTransportOptions): Promise<PowerShellExamination> {
  const context = {
    attempted: "Examining the way to the host",
    target: options.host ?? "this computer",
    changes: false,
  };
  const namespace = wireText(options.namespace);
  const wql = wireText(`SELECT * FROM ${ClassName.virtualSystemManagementService}`);
  const shell = new ShellProcess(shellLimits(options));
  let step: PowerShellStep = "shell";
  let facts: ShellFacts | null = null;
  try {
    await shell.ready;
    facts = (await askShell(shell, { verb: "describe" }, context)) as ShellFacts;
    step = "session";
    await askShell(shell, openRequest(options), context);
    step = "namespace";
    await askShell(shell, { verb: "query", wql, namespace }, context);
    return { facts, failure: null };
  } catch (reason) {
    const error = reason instanceof ShellFailure ? shellError(reason, context, false) : reason;
    if (!HyperVError.isInstance(error)) throw error;
    return { facts, failure: { step, error } };
  } finally {
    await shell.end();
  }
}
