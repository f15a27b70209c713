import { X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { channelBindings } from "../../ntlm/channel-bindings";
import { NtlmProblem } from "../../ntlm/messages";
import { NtlmServer } from "../../ntlm/ntlm-server";
import { isSealed, openBody, sealBody, sealedContentType } from "../../ntlm/sealed-body";
import { type NtlmSealing, SealBroken } from "../../ntlm/sealing";
import { certificateScheme } from "../../schema/wsman-names";
import { SoapService, type SoapServiceOptions } from "./soap-service";

/** An authentication method for clients. */
export type ServedAuthentication = "basic" | "negotiate" | "certificate";

/** Options of a server for a simulated host. */
export interface WsmanServerOptions extends SoapServiceOptions {
  readonly address: string;
  /** The port; 0 means any free one. */
  readonly port: number;
  /** Serves HTTPS with this certificate and key, in PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientAuthority?: string };
  /** Passwords by the names of accounts; domains don't count. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly authentications: readonly ServedAuthentication[];
  /** Whether bodies may be plain without TLS. */
  readonly allowUnencrypted?: boolean;
  /** Whether NTLM over TLS has to name the connection's end point. */
  readonly requiresBinding?: boolean;
  /** Lets time pass while an answer is slow. */
  readonly delay?: (milliseconds: number) => Promise<unknown>;
}

/** The authentication state of a connection. */
interface ConnectionState {
  ntlm?: NtlmServer;
  sealing?: NtlmSealing;
  isLoggedOn: boolean;
}

const soapType = "application/soap+xml;charset=UTF-8";

/** Serves a simulated host over WS-Management, as WinRM serves a real one. */
export class WsmanServer {
  private readonly options: WsmanServerOptions;
  private readonly service: SoapService;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private states = new WeakMap<Socket, ConnectionState>();
  private readonly bindings: Buffer | undefined;
  /** The largest number of concurrent connections so far. */
  mostSockets = 0;
  /** The number of NTLM log-on attempts so far. */
  logOns = 0;
  /** The number of HTTP requests so far. */
  requests = 0;
  /** Runs before each HTTP request is served; for tests. */
  onRequest: () => void = () => {};
  /** Whether responses to sealed requests are sealed; tests disable it to check the client. */
  sealsAnswers = true;
  /** Whether every request is refused with HTTP 503, as Windows' HTTP server does without room in its queue; for tests. */
  isTooBusy = false;

  private constructor(options: WsmanServerOptions) {
    this.options = options;
    this.service = new SoapService(options);
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      // a client may disconnect during its request
      this.serve(request, response).catch(() => request.socket.destroy());
    };
    const { tls } = options;
    this.server = tls
      ? createSecureServer(
          {
            cert: tls.certificate,
            key: tls.key,
            requestCert: options.authentications.includes("certificate"),
            rejectUnauthorized: false,
            ...(tls.clientAuthority !== undefined && { ca: tls.clientAuthority }),
          },
          serve,
        )
      : createServer(serve);
    this.bindings = tls && channelBindings(new X509Certificate(tls.certificate).raw);
    this.server.keepAliveTimeout = 120_000;
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      this.mostSockets = Math.max(this.mostSockets, this.sockets.size);
      socket.on("close", () => this.sockets.delete(socket)).on("error", () => {});
    });
  }

  /** Starts a server. */
  static async start(options: WsmanServerOptions): Promise<WsmanServer> {
    const server = new WsmanServer(options);
    await new Promise<void>((resolve, reject) => {
      server.server.once("error", reject).listen(options.port, options.address, resolve);
    });
    return server;
  }

  /** Returns the port of the server. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Counts the open enumerations. */
  get openEnumerations(): number {
    return this.service.openEnumerations;
  }

  /** Ends every log-on but no connection, as a restart of the host behind a proxy does. */
  forgetLogOns(): void {
    this.states = new WeakMap();
  }

  /** Ends every connection, and serves no more. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    this.onRequest();
    const state = this.states.get(request.socket) ?? { isLoggedOn: false };
    this.states.set(request.socket, state);
    const body = await bodyOf(request, (this.options.maxEnvelopeBytes ?? 500 * 1024) + 64 * 1024);
    response.setHeader("Server", "Microsoft-HTTPAPI/2.0");
    if (this.isTooBusy) return end(response, 503);
    if (request.method !== "POST" || !/^\/wsman\b/.test(request.url ?? "")) return end(response, 404);
    const isAnonymous = /^\/wsman-anon\/identify$/.test(request.url ?? "");
    const challenge = isAnonymous ? undefined : this.authenticate(request, state);
    if (challenge !== undefined) {
      response.setHeader("WWW-Authenticate", challenge);
      return end(response, 401);
    }
    // the log-on itself comes without an envelope
    if (body.length === 0) return end(response, 200);
    const isPlain = !isSealed(request.headers["content-type"]);
    if (isPlain && !this.options.tls && !this.options.allowUnencrypted && !isAnonymous) return end(response, 400);
    const plain = isPlain ? body : this.open(state, body);
    if (!plain) return end(response, 400);
    const delay = async (milliseconds: number) => {
      await (this.options.delay ?? sleep)(milliseconds);
    };
    const answer = await this.service.answer(plain.toString("utf8"), delay);
    if (answer === "connection lost") return void request.socket.destroy();
    const text = Buffer.from(answer.text);
    const sealed = isPlain || !state.sealing || !this.sealsAnswers ? undefined : sealBody(state.sealing, text);
    response.setHeader("Content-Type", sealed ? sealedContentType : soapType);
    end(response, answer.status, sealed ?? text);
  }

  private open({ sealing }: ConnectionState, body: Buffer): Buffer | undefined {
    try {
      return sealing && openBody(sealing, body);
    } catch (error) {
      if (error instanceof NtlmProblem || error instanceof SealBroken) return undefined;
      throw error;
    }
  }

  /** Authenticates a request. @returns The challenges for the client; nothing if it is authenticated. */
  private authenticate(request: IncomingMessage, state: ConnectionState): string[] | undefined {
    const { authentications } = this.options;
    const [scheme = "", token = ""] = (request.headers.authorization ?? "").split(" ");
    const offers = (name: ServedAuthentication) => authentications.includes(name);
    if (scheme.toLowerCase() === "basic" && offers("basic") && this.isBasic(token)) return undefined;
    if (scheme === certificateScheme && offers("certificate") && (request.socket as TLSSocket).authorized)
      return undefined;
    const isNegotiate = scheme.toLowerCase() === "negotiate" && offers("negotiate");
    if (isNegotiate) return this.negotiate(Buffer.from(token, "base64"), state) ?? undefined;
    return state.isLoggedOn && scheme === "" ? undefined : this.offered();
  }

  private offered(): string[] {
    const names = { negotiate: "Negotiate", basic: 'Basic realm="WSMAN"', certificate: undefined };
    return this.options.authentications.flatMap((name) => names[name] ?? []);
  }

  private isBasic(token: string): boolean {
    const [, name = "", password = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(token, "base64").toString("utf8")) ?? [];
    return this.passwordOf(name) === password;
  }

  private negotiate(message: Buffer, state: ConnectionState): string[] | null {
    try {
      if (message[8] === 1) {
        this.logOns += 1;
        state.isLoggedOn = false;
        state.ntlm = new NtlmServer({
          computerName: this.options.host().hostName,
          passwordOf: (userName) => this.passwordOf(userName),
          channelBindings: this.bindings,
          ...(this.options.requiresBinding !== undefined && { requiresBinding: this.options.requiresBinding }),
        });
        return [`Negotiate ${state.ntlm.challengeFor(message).toString("base64")}`];
      }
      const verdict = state.ntlm?.accept(message);
      if (!verdict?.isAccepted) return this.offered();
      state.isLoggedOn = true;
      state.sealing = verdict.sealing;
      return null;
    } catch (error) {
      if (error instanceof NtlmProblem || error instanceof RangeError) return this.offered();
      throw error;
    }
  }

  private passwordOf(name: string): string | undefined {
    const account = name.replace(/^.*\\/, "").replace(/@.*$/, "").toLowerCase();
    return Object.entries(this.options.accounts).find(([known]) => known.toLowerCase() === account)?.[1];
  }
}

async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    // input far over the limit is read and thrown away; the service then refuses the rest
    if (length <= limit) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function end(response: ServerResponse, status: number, body: Buffer = Buffer.alloc(0)): void {
  response.writeHead(status, { "Content-Length": body.length });
  response.end(body);
}
