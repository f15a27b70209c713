import { TransportError } from "../../errors";
import type { Logon } from "../refused-logons";
import { askShell } from "./ask-shell";
import type { ShellProgram } from "./shell-channel";
import { type RequestContext, ShellFailure, sessionClosed, shellError } from "./shell-failure";
import type { OpenAnswer, OpenRequest, WorkerRequest, WorkerResult } from "./worker-protocol";
import { type ShellLimits, WorkerShell } from "./worker-shell";

/** A request and who waits for it. */
interface Waiter {
  readonly request: WorkerRequest;
  readonly context: RequestContext;
  /** Whether a shell has ended under it before. */
  hasLostShell: boolean;
  readonly resolve: (answer: WorkerResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a lane is made of. */
export interface LaneOptions {
  readonly program: ShellProgram;
  readonly limits: ShellLimits;
  readonly logon: Logon;
  /** What every new shell is asked first. */
  readonly open: OpenRequest;
  /** The host, for messages. */
  readonly target: string;
}

/**
 * A line of requests, served by one shell one after the other. The shell is started with the first request, and replaced
 * when it fails: the request under way fails then, those that wait go to the new one. A read whose shell ended goes to the new
 * one, too, once. Where a log-on is refused, no further shell is started.
 */
export class ShellLane {
  private readonly options: LaneOptions;
  private readonly waiting: Waiter[] = [];
  private shell: WorkerShell | undefined;
  private opened: OpenAnswer | undefined;
  private readonly ending = new Set<Promise<void>>();
  private serving = false;
  private closed = false;

  constructor(options: LaneOptions) {
    this.options = options;
  }

  /** The name of the shell's own computer, once a shell has been there. */
  get computerName(): string | undefined {
    return this.opened?.computerName;
  }

  /**
   * Asks the worker.
   *
   * @throws {@link HyperVError} as the port says. A request that may change the host is never repeated.
   */
  ask(request: WorkerRequest, context: RequestContext, abortSignal?: AbortSignal): Promise<WorkerResult> {
    return new Promise((resolve, reject) => {
      if (abortSignal?.aborted) return reject(abortSignal.reason);
      const aborted = () => waiter.reject(abortSignal?.reason);
      const settle =
        <Value>(then: (value: Value) => void) =>
        (value: Value) => {
          abortSignal?.removeEventListener("abort", aborted);
          const at = this.waiting.indexOf(waiter);
          if (at >= 0) this.waiting.splice(at, 1);
          then(value);
        };
      const waiter: Waiter = {
        request,
        context,
        hasLostShell: false,
        resolve: settle(resolve),
        reject: settle(reject),
      };
      if (this.closed) return reject(sessionClosed(context, false));
      abortSignal?.addEventListener("abort", aborted);
      this.waiting.push(waiter);
      if (!this.serving) void this.serve();
    });
  }

  /** Ends the shell and fails whatever waits for it. */
  async close(): Promise<void> {
    this.closed = true;
    for (const waiter of this.waiting.splice(0)) waiter.reject(sessionClosed(waiter.context, false));
    if (this.shell) this.retire(this.shell);
    await Promise.all(this.ending);
  }

  private async serve(): Promise<void> {
    this.serving = true;
    while (this.waiting.length > 0) {
      let shell: WorkerShell;
      try {
        shell = await this.usableShell();
      } catch (error) {
        // whatever kept this one from starting, the next would meet as well
        for (const waiter of this.waiting.splice(0)) waiter.reject(error);
        break;
      }
      // requests that were aborted meanwhile are no longer in the queue
      const waiter = this.waiting.shift();
      if (waiter) await this.exchange(shell, waiter);
    }
    this.serving = false;
  }

  private async exchange(shell: WorkerShell, waiter: Waiter): Promise<void> {
    const { request, context } = waiter;
    try {
      waiter.resolve(await askShell(shell, request, context));
    } catch (error) {
      this.options.logon.note(error);
      // a session whose connection is lost may never find back
      if (TransportError.isInstance(error)) this.retire(shell);
      if (this.closed) waiter.reject(sessionClosed(context, true));
      else if (isLostRead(error, waiter)) this.askAgain(waiter);
      else waiter.reject(error);
    }
  }

  private askAgain(waiter: Waiter): void {
    waiter.hasLostShell = true;
    this.waiting.unshift(waiter);
  }

  private async usableShell(): Promise<WorkerShell> {
    if (this.shell?.isUsable) return this.shell;
    return this.options.logon.attempt(() => this.openShell());
  }

  private async openShell(): Promise<WorkerShell> {
    const { program, limits, target } = this.options;
    const context = { attempted: "Opening a session", target, changes: false };
    if (this.closed) throw sessionClosed(context, false);
    let shell: WorkerShell | undefined;
    try {
      shell = new WorkerShell(program, limits);
      this.shell = shell;
      await shell.ready;
      this.opened = (await askShell(shell, this.options.open, context)) as OpenAnswer;
      return shell;
    } catch (error) {
      if (shell) this.retire(shell);
      if (this.closed) throw sessionClosed(context, false);
      throw error instanceof ShellFailure ? shellError(error, context, false) : error;
    }
  }

  private retire(shell: WorkerShell): void {
    const ending = shell.end().finally(() => this.ending.delete(ending));
    this.ending.add(ending);
  }
}

/** Tells whether a request only reads, and has lost its shell for the first time. */
function isLostRead(error: unknown, { context, hasLostShell }: Waiter): boolean {
  const { cause } = error as { readonly cause?: unknown };
  return !context.changes && !hasLostShell && cause instanceof ShellFailure && cause.description.isLoss === true;
}
