import { channelBindings } from "../../ntlm/channel-bindings";
import { NtlmProblem } from "../../ntlm/messages";
import { NtlmClient, readAccount } from "../../ntlm/ntlm-client";
import { isSealed, openBody, sealBody, sealedContentType } from "../../ntlm/sealed-body";
import { type NtlmSealing, SealBroken } from "../../ntlm/sealing";
import { certificateScheme } from "../../schema/wsman-names";
import { type XmlElement, XmlProblem, XmlReader } from "../../soap/read-xml";
import { type Credentials, type Endpoint, endpointText } from "./endpoint";
import { ExchangeFailure } from "./failures";
import { type ExchangeLimits, type HttpAnswer, HttpConnection } from "./http-connection";

/** The largest answer that is taken, in bytes: what we ask the host for, and room for what HTTP and sealing add. */
export const maxEnvelopeSize = 8 * 1024 * 1024;
const maxBody = maxEnvelopeSize + 64 * 1024;

const soapType = "application/soap+xml;charset=UTF-8";
const logOnTimeoutMs = 30_000;

/** An envelope that came, and what HTTP said of it. */
export interface EnvelopeAnswer {
  readonly status: number;
  readonly envelope: XmlElement;
}

/** One connection on which the client is logged on. Carries one envelope after the other, sealed where there is no TLS. */
export class HostConnection {
  private readonly endpoint: Endpoint;
  private readonly http: HttpConnection;
  /** Goes with every request where there is no log-on of the connection's own. */
  private readonly authorization: string | undefined;
  private readonly sealing: NtlmSealing | undefined;

  private constructor(
    endpoint: Endpoint,
    http: HttpConnection,
    as: { authorization?: string; sealing?: NtlmSealing | undefined },
  ) {
    this.endpoint = endpoint;
    this.http = http;
    this.authorization = as.authorization;
    this.sealing = as.sealing;
  }

  /**
   * Connects, and logs on where the method is one that belongs to the connection.
   *
   * @throws {@link ExchangeFailure} when the host isn't reached or refuses the log-on.
   */
  static async open(endpoint: Endpoint, credentials: Credentials, abortSignal?: AbortSignal): Promise<HostConnection> {
    const http = await HttpConnection.open(endpoint, abortSignal);
    try {
      switch (credentials.method) {
        case "basic": {
          const { userName, password } = credentials;
          const authorization = `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`;
          return new HostConnection(endpoint, http, { authorization });
        }
        case "certificate":
          return new HostConnection(endpoint, http, { authorization: certificateScheme });
        case "ntlm": {
          const sealing = await logOn(endpoint, http, credentials, abortSignal);
          // the log-on ends with its connection: without this check, the pool would log on again and again
          if (!http.isUsable) throw closedByLogOn(endpoint);
          return new HostConnection(endpoint, http, { sealing: endpoint.isHttps ? undefined : sealing });
        }
      }
    } catch (error) {
      http.destroy();
      // whatever became of the log-on, the request itself hasn't been sent
      throw error instanceof ExchangeFailure && error.sent ? unsent(error) : error;
    }
  }

  /** Whether another envelope may be sent. */
  get isUsable(): boolean {
    return this.http.isUsable;
  }

  /** Ends the connection, whatever is under way on it. */
  destroy(): void {
    this.http.destroy();
  }

  /**
   * Sends an envelope and reads the one that comes back.
   *
   * @param takes - Gets what the answer enumerates, item by item.
   * @throws {@link ExchangeFailure} when no envelope comes.
   */
  async exchange(envelope: string, limits: ExchangeLimits, takes: (item: XmlElement) => void): Promise<EnvelopeAnswer> {
    const plain = Buffer.from(envelope);
    const { sealing, authorization } = this;
    const body = sealing ? sealBody(sealing, plain) : plain;
    const headers = {
      "Content-Type": sealing ? sealedContentType : soapType,
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    try {
      const answer = await this.http.post(headers, body, limits);
      this.refuseUnlessEnvelope(answer);
      const reader = new XmlReader(takes);
      for await (const text of this.texts(answer)) reader.write(text);
      return { status: answer.status, envelope: reader.end() };
    } catch (error) {
      throw this.readingFailure(error);
    }
  }

  /** What isn't an envelope is refused by its head. */
  private refuseUnlessEnvelope(answer: HttpAnswer): void {
    const { status } = answer;
    const type = answer.header("content-type");
    const isEnvelope = /soap\+xml|text\/xml|application\/xml/i.test(type ?? "") || isSealed(type);
    // over a sealed connection, an answer that isn't sealed may be anyone's: it doesn't prove that the host didn't get the request
    const sent = this.sealing !== undefined;
    if (status === 401) throw notAccepted(answer, { authorization: this.authorization, sent });
    if ([200, 400, 500].includes(status) && isEnvelope) return;
    if (status === 503) {
      const answered = "the host is too busy for another request (HTTP 503)";
      throw new ExchangeFailure("busy", answered, { sent: sent || !isOfHttpSys(answer) });
    }
    const page = type === undefined ? "" : `, ${type.split(";")[0]} and not an envelope`;
    const isProxy = status === 407 || answer.header("via") !== undefined;
    throw new ExchangeFailure("garbage", `${endpointText(this.endpoint)} answered HTTP ${status}${page}`, {
      sent: true,
      ...(status === 404 && {
        remedy: "Nothing serves /wsman there. Check the port: HTTPS is 5986 by default, HTTP 5985",
      }),
      ...(isProxy && {
        remedy: "A proxy answered. Reach the host without it: WinRM's authentication doesn't pass proxies",
      }),
    });
  }

  /** The answer's text, piece by piece. A sealed one has to be there as a whole before any of it can be read. */
  private async *texts(answer: HttpAnswer): AsyncGenerator<string> {
    const type = answer.header("content-type");
    const charset = /charset="?([\w-]+)/i.exec(type ?? "")?.[1]?.toLowerCase() ?? "utf-8";
    if (!["utf-8", "utf-16", "utf-16le"].includes(charset)) throw new XmlProblem(`its charset is ${charset}`);
    const decoder = new TextDecoder(charset === "utf-8" ? "utf-8" : "utf-16le", { fatal: true });
    if (!this.sealing) {
      for await (const piece of limited(answer)) yield decoder.decode(piece, { stream: true });
      yield decoder.decode();
      return;
    }
    if (!isSealed(type)) throw new SealBroken("the answer isn't sealed");
    const plain = openBody(this.sealing, await whole(answer));
    for (let at = 0; at < plain.length; at += 65_536)
      yield decoder.decode(plain.subarray(at, at + 65_536), { stream: true });
    yield decoder.decode();
  }

  private readingFailure(error: unknown): unknown {
    const isGarbage =
      error instanceof XmlProblem ||
      error instanceof SealBroken ||
      error instanceof NtlmProblem ||
      error instanceof TypeError;
    // a cipher that was opened out of step opens nothing more, and half an answer may be left
    if (isGarbage || error instanceof ExchangeFailure) this.destroy();
    if (!isGarbage) return error;
    const what = error instanceof TypeError ? "it isn't UTF-8 or UTF-16" : error.message;
    return new ExchangeFailure("garbage", `the host's answer can't be read: ${what}`, { sent: true, cause: error });
  }
}

async function logOn(
  endpoint: Endpoint,
  http: HttpConnection,
  { userName, password }: { readonly userName: string; readonly password: string },
  abortSignal: AbortSignal | undefined,
): Promise<NtlmSealing> {
  const { certificate } = http;
  const client = new NtlmClient(readAccount(userName, password), {
    targetName: `HTTP/${endpoint.host}`,
    channelBindings: certificate && channelBindings(certificate),
  });
  const ask = async (message: Buffer) => {
    const headers = { Authorization: `Negotiate ${message.toString("base64")}`, "Content-Type": soapType };
    const answer = await http.post(headers, Buffer.alloc(0), { timeoutMs: logOnTimeoutMs, abortSignal });
    await whole(answer);
    return answer;
  };
  const first = await ask(client.negotiate());
  if (first.status !== 401) throw unexpectedLogOn(endpoint, first);
  const challenge = /\bNegotiate ([\w+/]+=*)/.exec(first.header("www-authenticate") ?? "")?.[1];
  if (challenge === undefined) throw notOffered(first, "NTLM", "Negotiate");
  if (!http.isUsable) throw closedByLogOn(endpoint);
  let answered: ReturnType<NtlmClient["authenticate"]>;
  try {
    answered = client.authenticate(Buffer.from(challenge, "base64"));
  } catch (error) {
    if (!(error instanceof NtlmProblem || error instanceof RangeError)) throw error;
    throw new ExchangeFailure("garbage", `the host's answer to the log-on can't be read: ${error.message}`, {
      sent: false,
    });
  }
  const last = await ask(answered.message);
  // an empty envelope is nothing to answer: anything but 401 says that the log-on was accepted
  if (last.status === 401) throw refused();
  if (last.status === 403 || last.status === 503) throw unexpectedLogOn(endpoint, last);
  return answered.sealing;
}

function closedByLogOn(endpoint: Endpoint): ExchangeFailure {
  return new ExchangeFailure("lost", `${endpointText(endpoint)} closed the connection during the log-on`, {
    sent: false,
    remedy: "If a proxy or gateway is between, reach the host without it: NTLM needs one connection that stays open",
  });
}

function unexpectedLogOn(endpoint: Endpoint, { status, header }: HttpAnswer): ExchangeFailure {
  const text = endpointText(endpoint);
  if (status === 503)
    return new ExchangeFailure("busy", "the host is too busy for another connection (HTTP 503)", { sent: false });
  const type = header("content-type")?.split(";")[0];
  const answer = `${text} answered HTTP ${status}${type === undefined ? "" : ` (${type})`} to the log-on; WinRM would have asked for credentials`;
  return new ExchangeFailure("garbage", answer, { sent: false });
}

function refused(): ExchangeFailure {
  return new ExchangeFailure(
    "refused",
    "the host refused the log-on: user name or password is wrong, or the account may not log on (HTTP 401)",
    {
      sent: false,
    },
  );
}

/** Whether Windows' own HTTP server gave an answer, before WinRM got the request. A gateway may answer after it has passed the request on. */
function isOfHttpSys({ header }: HttpAnswer): boolean {
  return /^Microsoft-HTTPAPI\//.test(header("server") ?? "") && header("via") === undefined;
}

/** What a 401 means for a method that goes with every request, or for a log-on that the host has forgotten. */
function notAccepted(
  answer: HttpAnswer,
  { authorization, sent }: { readonly authorization: string | undefined; readonly sent: boolean },
): ExchangeFailure {
  if (authorization === undefined)
    return new ExchangeFailure("lost", "the host has forgotten the log-on (HTTP 401)", { sent });
  if (authorization === certificateScheme) {
    return new ExchangeFailure("refused", "the host refused the client's certificate (HTTP 401)", {
      sent: false,
      remedy:
        "On the host, set Certificate=true (winrm set winrm/config/service/auth), trust the authority, and map the certificate to a local account (New-Item WSMan:\\localhost\\ClientCertificate)",
    });
  }
  return /\bBasic\b/i.test(answer.header("www-authenticate") ?? "") ? refused() : notOffered(answer, "Basic", "Basic");
}

function notOffered({ header }: HttpAnswer, method: string, setting: string): ExchangeFailure {
  const offered = (header("www-authenticate") ?? "").split(",").map((one) => one.trim().split(/[\s=]/)[0]);
  const names = [...new Set(offered.filter((name) => /^[A-Z]\w+$/.test(name ?? "")))].join(", ") || "nothing";
  return new ExchangeFailure("notOffered", `the host's listener doesn't offer ${method}; it offers ${names}`, {
    sent: false,
    remedy: `On the host, run: winrm set winrm/config/service/auth @{${setting}="true"}. Or set hyperv-snapshots:authentication to a method that it offers`,
  });
}

function unsent(error: ExchangeFailure): ExchangeFailure {
  return new ExchangeFailure(error.kind, error.message, {
    sent: false,
    cause: error.cause,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  });
}

const tooLong = () =>
  new ExchangeFailure(
    "garbage",
    `the answer is longer than ${maxEnvelopeSize / 1024 / 1024} MiB, the most that is taken`,
    { sent: true },
  );

async function* limited(answer: HttpAnswer): AsyncGenerator<Buffer> {
  if (Number(answer.header("content-length") ?? 0) > maxBody) throw tooLong();
  let length = 0;
  for await (const piece of answer.body()) {
    length += piece.length;
    if (length > maxBody) throw tooLong();
    yield piece;
  }
}

/** The whole body in one buffer, which is made at once where its length is known. */
async function whole(answer: HttpAnswer): Promise<Buffer> {
  const known = Number(answer.header("content-length") ?? 0);
  if (known > maxBody) throw tooLong();
  const room = Buffer.allocUnsafe(known);
  const rest: Buffer[] = [];
  let length = 0;
  for await (const piece of limited(answer)) {
    if (length + piece.length <= room.length) piece.copy(room, length);
    else rest.push(piece);
    length += piece.length;
  }
  return rest.length === 0 ? room.subarray(0, length) : Buffer.concat([room.subarray(0, length), ...rest]);
}
