import { Agent, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { type Endpoint, endpointText } from "./endpoint";
import { ExchangeFailure } from "./failures";
import { hostCertificate, openSocket } from "./socket";

/** What one request may take. */
export interface ExchangeLimits {
  /** How long the answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly abortSignal?: AbortSignal | undefined;
}

/** An answer of which the body is still to be read. */
export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Brings the body piece by piece. @throws {@link ExchangeFailure} when it is cut short, or comes too slowly. */
  readonly body: () => AsyncIterable<Buffer>;
}

/** One TCP connection that carries one request after the other. What is agreed on over it (a log-on, a cipher) ends with it. */
export class HttpConnection {
  private readonly endpoint: Endpoint;
  private readonly socket: Socket;
  private readonly agent: Agent;
  private isBroken = false;
  private hasAnswered = false;
  private idleSince = performance.now();

  private constructor(endpoint: Endpoint, socket: Socket) {
    this.endpoint = endpoint;
    this.socket = socket;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.agent = Object.assign(agent, { createConnection: () => socket });
    const broken = () => {
      this.isBroken = true;
    };
    socket.on("close", broken).on("end", broken).on("error", broken);
  }

  /** @throws {@link ExchangeFailure} when the endpoint isn't reached. */
  static async open(endpoint: Endpoint, abortSignal?: AbortSignal): Promise<HttpConnection> {
    return new HttpConnection(endpoint, await openSocket(endpoint, abortSignal));
  }

  /** Whether a request may be sent. A device in between may have dropped a connection that was idle for a minute, without a sign. */
  get isUsable(): boolean {
    return this.isOpen && performance.now() - this.idleSince < 60_000;
  }

  /** A socket that has bytes to read although nothing was asked would give them to the next request as its answer. */
  private get isOpen(): boolean {
    return !this.isBroken && !this.socket.destroyed && this.socket.readableLength === 0;
  }

  /** The host's certificate in DER; without TLS there is none. */
  get certificate(): Buffer | undefined {
    return hostCertificate(this.socket);
  }

  /** Ends the connection, whatever is under way on it. */
  destroy(): void {
    this.isBroken = true;
    this.agent.destroy();
    this.socket.destroy();
  }

  /** Sends a request and waits for the head of its answer. @throws {@link ExchangeFailure} when none comes. */
  async post(headers: Readonly<Record<string, string>>, body: Buffer, limits: ExchangeLimits): Promise<HttpAnswer> {
    if (!this.isOpen) throw new ExchangeFailure("lost", "the connection is closed", { sent: false });
    limits.abortSignal?.throwIfAborted();
    const deadline = this.deadline(limits);
    try {
      const message = await this.send(headers, body);
      this.hasAnswered = true;
      return {
        status: message.statusCode ?? 0,
        header: (name) => message.headers[name]?.toString(),
        body: () => this.bodyOf(message, limits),
      };
    } catch (error) {
      throw deadline.reason ?? this.sendingFailure(error as NodeJS.ErrnoException);
    } finally {
      deadline.clear();
    }
  }

  private send(headers: Readonly<Record<string, string>>, body: Buffer): Promise<IncomingMessage> {
    const { host, port } = this.endpoint;
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.agent,
        host,
        port,
        method: "POST",
        path: "/wsman",
        headers: { "Content-Length": String(body.length), "Accept-Encoding": "identity", ...headers },
      });
      // a request that waits in the agent isn't attached to the socket, so it doesn't fail with it
      const closed = () => reject(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
      this.socket.once("close", closed);
      sent.on("error", reject).on("response", (message) => {
        this.socket.removeListener("close", closed);
        if (!sent.shouldKeepAlive) this.isBroken = true;
        resolve(message);
      });
      sent.end(body);
    });
  }

  private async *bodyOf(message: IncomingMessage, limits: ExchangeLimits): AsyncGenerator<Buffer> {
    const deadline = this.deadline(limits);
    try {
      for await (const piece of message) yield piece as Buffer;
      this.idleSince = performance.now();
    } catch (error) {
      throw deadline.reason ?? this.lost(error as NodeJS.ErrnoException);
    } finally {
      deadline.clear();
      // half an answer can't be followed by another request
      if (!message.complete) this.destroy();
    }
  }

  /** Ends the connection when time is over or the caller gives up; afterwards it says why. */
  private deadline({ timeoutMs, abortSignal }: ExchangeLimits): { reason: unknown; clear: () => void } {
    const state: { reason: unknown; clear: () => void } = { reason: undefined, clear: () => {} };
    const end = (reason: unknown) => {
      state.reason ??= reason;
      this.destroy();
    };
    const aborted = () => end(abortSignal?.reason);
    const silent = () =>
      end(new ExchangeFailure("silent", `no answer came within ${Math.round(timeoutMs / 1000)} s`, { sent: true }));
    const timer = setTimeout(silent, timeoutMs);
    abortSignal?.addEventListener("abort", aborted);
    state.clear = () => {
      clearTimeout(timer);
      abortSignal?.removeEventListener("abort", aborted);
    };
    return state;
  }

  private sendingFailure(error: NodeJS.ErrnoException): ExchangeFailure {
    this.destroy();
    const text = endpointText(this.endpoint);
    if (error.code?.startsWith("HPE_")) {
      return new ExchangeFailure("garbage", `${text} answered something that isn't HTTP (${error.code})`, {
        sent: true,
        cause: error,
      });
    }
    if (!this.endpoint.isHttps && !this.hasAnswered && error.code === "ECONNRESET") {
      const answer = `${text} closed the connection without an answer; it may be the port for HTTPS`;
      return new ExchangeFailure("wrongProtocol", answer, { sent: true, cause: error });
    }
    return this.lost(error);
  }

  private lost(error: NodeJS.ErrnoException): ExchangeFailure {
    this.destroy();
    const code = error.code === undefined ? "" : ` (${error.code})`;
    const answer = `the connection to ${endpointText(this.endpoint)} was lost before the answer was complete${code}`;
    return new ExchangeFailure("lost", answer, { sent: true, cause: error });
  }
}
