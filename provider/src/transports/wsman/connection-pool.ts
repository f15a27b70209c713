import { AuthenticationError } from "../../errors";
import { type ExchangeFailure, isLoss, isRefusal } from "./failures";
import type { HostConnection } from "./host-connection";

/** A request that waits for a connection. */
interface Waiter {
  readonly resolve: (connection: HostConnection) => void;
  readonly reject: (reason: unknown) => void;
}

/** The most connections to one host: more make no host quicker. */
const mostConnections = 8;

/**
 * Connections to one host, each used by one request at a time and kept for the next.
 *
 * One log-on is under way at a time, and after one that was refused there are no more: repeating a wrong password locks accounts.
 */
export class ConnectionPool {
  private readonly open: (abortSignal: AbortSignal) => Promise<HostConnection>;
  private readonly refusalOf: (failure: ExchangeFailure) => AuthenticationError;
  private readonly idle: HostConnection[] = [];
  private readonly busy = new Set<HostConnection>();
  private readonly waiting: Waiter[] = [];
  private isOpening = false;
  /** Ends a log-on that is under way when the pool is closed: it would keep the process alive. */
  private readonly ending = new AbortController();
  private end: unknown;

  /**
   * @param open - Makes a connection on which the client is logged on.
   * @param refusalOf - Makes the error of a log-on that a request showed to be refused: with Basic and with certificates, the first one does.
   */
  constructor(
    open: (abortSignal: AbortSignal) => Promise<HostConnection>,
    refusalOf: (failure: ExchangeFailure) => AuthenticationError,
  ) {
    this.open = open;
    this.refusalOf = refusalOf;
  }

  /** Runs `work` with a connection that no other request uses meanwhile. */
  async use<Result>(
    work: (connection: HostConnection) => Promise<Result>,
    abortSignal: AbortSignal | undefined,
  ): Promise<Result> {
    const connection = await this.take(abortSignal);
    try {
      return await work(connection);
    } catch (error) {
      if (isLoss(error)) this.destroyIdle(); // the host has closed or forgotten them, too
      if (!isRefusal(error)) throw error;
      const refusal = this.refusalOf(error);
      this.close(refusal);
      throw refusal;
    } finally {
      this.busy.delete(connection);
      if (this.end === undefined && connection.isUsable) this.idle.push(connection);
      else connection.destroy();
      this.serve();
    }
  }

  /** Ends all connections. Waiting and later requests fail with the reason. */
  close(reason: unknown): void {
    this.end ??= reason;
    this.ending.abort(this.end);
    this.destroyIdle();
    for (const connection of this.busy) connection.destroy();
    for (const waiter of this.waiting.splice(0)) waiter.reject(this.end);
  }

  private destroyIdle(): void {
    for (const connection of this.idle.splice(0)) connection.destroy();
  }

  private take(abortSignal: AbortSignal | undefined): Promise<HostConnection> {
    return new Promise((resolve, reject) => {
      if (abortSignal?.aborted) return reject(abortSignal.reason);
      if (this.end !== undefined) return reject(this.end);
      const settle =
        <Value>(then: (value: Value) => void) =>
        (value: Value) => {
          abortSignal?.removeEventListener("abort", aborted);
          then(value);
        };
      const waiter: Waiter = { resolve: settle(resolve), reject: settle(reject) };
      const aborted = () => {
        const at = this.waiting.indexOf(waiter);
        if (at >= 0) this.waiting.splice(at, 1);
        waiter.reject(abortSignal?.reason);
      };
      abortSignal?.addEventListener("abort", aborted);
      this.waiting.push(waiter);
      this.serve();
      this.keepSpare();
    });
  }

  private serve(): void {
    while (this.waiting.length > 0) {
      const connection = this.idle.pop();
      if (!connection) break;
      if (connection.isUsable) {
        this.busy.add(connection);
        this.waiting.shift()?.resolve(connection);
      } else connection.destroy();
    }
    if (this.waiting.length > 0) void this.openAnother();
  }

  /** @param isSpare - No request waits for it: if it fails, those that come meanwhile get another. */
  private async openAnother(isSpare = false): Promise<void> {
    if (this.isOpening || this.busy.size + this.idle.length >= mostConnections) return;
    this.isOpening = true;
    let isOpen = false;
    try {
      const connection = await this.open(this.ending.signal);
      isOpen = true;
      if (this.end === undefined) this.idle.push(connection);
      else connection.destroy();
    } catch (error) {
      if (AuthenticationError.isInstance(error)) this.close(error);
      // the next waiting request tries it again
      else if (!isSpare) this.waiting.shift()?.reject(error);
    }
    this.isOpening = false;
    this.serve();
    if (isOpen) this.keepSpare();
  }

  /** Opens a connection before it is needed: requests go side by side, and a log-on takes several round trips. */
  private keepSpare(): void {
    if (this.end === undefined && this.busy.size > 0 && this.idle.length === 0) void this.openAnother(true);
  }
}
