import { setTimeout as sleep } from "node:timers/promises";
import type { CimInstance } from "../../cim/cim-instance";
import type { CimInstancePath } from "../../cim/cim-instance-path";
import type {
  AssociatorsOptions,
  CimRequestOptions,
  CimSession,
  MethodResult,
  ReferencesOptions,
} from "../../cim/cim-session";
import type { CimValue } from "../../cim/cim-value";
import { type AuthenticationError, HyperVError, NotFoundError, ProtocolError } from "../../errors";
import { ClassName } from "../../schema/names";
import { WsmanAction } from "../../schema/wsman-names";
import { bodyOf, childOf, childText, elementAt, type XmlElement, XmlProblem } from "../../soap/read-xml";
import { type Logon, logonOf } from "../refused-logons";
import { ConnectionPool } from "./connection-pool";
import { serviceAddress, type WsmanTransportOptions } from "./endpoint";
import {
  type EnvelopeFrame,
  enumerateRequest,
  getRequest,
  invokeRequest,
  pullRequest,
  releaseRequest,
  type SoapRequest,
  writeEnvelope,
} from "./envelopes";
import {
  ExchangeFailure,
  exchangeError,
  isCut,
  isRefusal,
  mayBeLost,
  outcomeOf,
  type RequestContext,
  sessionClosed,
} from "./failures";
import { faultError, isBusy, readFault } from "./fault";
import { type EnvelopeAnswer, HostConnection } from "./host-connection";
import { readInstance, readOutput } from "./read-instance";

const openingSession = "Opening a session";

/** Where the classes of the computer itself are. */
const computerNamespace = "root\\cimv2";

/** How long a host that is too busy is given before each further attempt, in milliseconds. */
const pausesWhenBusy = [250, 500, 1000, 2000, 4000, 8000, 15_000];

/**
 * Opens a session to a host over WS-Management.
 *
 * @throws {@link AuthenticationError} when the host refuses the log-on; in this process it isn't tried again.
 * @throws {@link ConnectionError}, {@link ProtocolError} or {@link TransportTimeoutError} when no service is reached.
 */
export async function openWsmanSession(options: WsmanTransportOptions): Promise<CimSession> {
  const session = new WsmanSession(options);
  try {
    await session.findHostName();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Finds the log-ons of the account. */
export function logonTo({ endpoint, credentials }: WsmanTransportOptions): Logon {
  const certificate = endpoint.clientCertificate?.certificate;
  return logonOf({ host: serviceAddress(endpoint), ...credentials, certificate });
}

/** Reads an answer item by item. */
interface ItemReader {
  readonly takes: (item: XmlElement) => void;
  /** Discards what was read of an answer that was lost; what earlier answers brought stays. */
  readonly startsOver: () => void;
}

const noItems: ItemReader = { takes: () => {}, startsOver: () => {} };

class WsmanSession implements CimSession {
  hostName: string;
  readonly namespace: string;
  private readonly pool: ConnectionPool;
  private readonly frame: EnvelopeFrame;
  private readonly timeoutMs: number;
  private readonly pause: NonNullable<WsmanTransportOptions["pause"]>;
  private isClosed = false;

  constructor(options: WsmanTransportOptions) {
    const { endpoint, credentials, namespace, operationTimeoutSeconds = 60, networkMarginMs = 10_000 } = options;
    this.hostName = endpoint.host;
    this.namespace = namespace.replaceAll("/", "\\");
    this.frame = { address: serviceAddress(endpoint), operationTimeoutSeconds };
    this.timeoutMs = operationTimeoutSeconds * 1000 + networkMarginMs;
    this.pause =
      options.pause ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { ...(signal && { signal }) }));
    const logon = logonTo(options);
    const refusalOf = (failure: ExchangeFailure): AuthenticationError => {
      const refusal = exchangeError(failure, { attempted: openingSession, target: this.frame.address, changes: false });
      logon.note(refusal);
      return refusal;
    };
    this.pool = new ConnectionPool(
      (abortSignal) =>
        logon.attempt(async () => {
          try {
            return await HostConnection.open(endpoint, credentials, abortSignal);
          } catch (error) {
            throw isRefusal(error) ? refusalOf(error) : error;
          }
        }),
      refusalOf,
    );
  }

  /** Asks for the host's own name, which stands in its object paths. An account that sees no service keeps the name by which the host was reached. */
  async findHostName(): Promise<void> {
    const context = { attempted: openingSession, target: this.frame.address, changes: false };
    const [service] = await this.enumerate(`SELECT * FROM ${ClassName.collectionSnapshotService}`, context, {});
    this.hostName = service?.string("SystemName") || this.hostName;
  }

  async get(path: CimInstancePath, options: CimRequestOptions = {}): Promise<CimInstance> {
    const context = this.reading("Reading an instance", path.toString());
    const body = await this.ask(getRequest(path, this.namespace), context, options);
    const [found] = body.children;
    if (found) return readable(context, () => readInstance(found, undefined, this));
    throw new NotFoundError(
      {
        ...context,
        answer: "the host's answer is empty",
        outcome: "Nothing was changed on the host",
        remedy: "Look for it with a query; it may have been removed",
      },
      { effect: "none" },
    );
  }

  query(wql: string, options: CimRequestOptions = {}): Promise<readonly CimInstance[]> {
    return this.enumerate(wql, this.reading("Running a query", wql), options);
  }

  async associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    const { associationClass, resultClass, role, resultRole } = options;
    const wql = walkQuery("ASSOCIATORS", path, {
      AssocClass: associationClass,
      ResultClass: resultClass,
      Role: role,
      ResultRole: resultRole,
    });
    return eachOnce(await this.enumerate(wql, this.reading("Walking an association", path.toString()), options));
  }

  async references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]> {
    const wql = walkQuery("REFERENCES", path, { ResultClass: options.associationClass, Role: options.role });
    return eachOnce(await this.enumerate(wql, this.reading("Reading association rows", path.toString()), options));
  }

  async invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options: CimRequestOptions = {},
  ): Promise<MethodResult> {
    const context = { attempted: `Invoking ${methodName}`, target: this.onHost(path.toString()), changes: true };
    const request = invokeRequest(path, methodName, inParameters, this.namespace);
    const body = await this.ask(request, context, options);
    return readable(context, () => {
      const [output] = body.children;
      const values = output ? readOutput(output, path.className, methodName, this) : {};
      const { ReturnValue, ...outParameters } = values;
      if (typeof ReturnValue === "number") return { returnValue: ReturnValue, outParameters };
      throw new XmlProblem("it has no return value");
    });
  }

  async managementServiceState(): Promise<string | null> {
    const wql = "SELECT Name, State FROM Win32_Service WHERE Name = 'vmms'";
    try {
      const [service] = await this.enumerate(
        wql,
        this.reading("Reading a service's state", "vmms"),
        {},
        computerNamespace,
      );
      return service?.string("State") ?? null;
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.pool.close(new ExchangeFailure("lost", "the session is closed", { sent: false }));
  }

  /** Runs a query and pulls its whole result. An enumeration that can't be finished is released on the host. */
  private async enumerate(
    wql: string,
    context: RequestContext,
    options: CimRequestOptions,
    namespace = this.namespace,
  ): Promise<readonly CimInstance[]> {
    const fragmentClass = /^\s*SELECT\b.*?\bFROM\s+(\w+)/is.exec(wql)?.[1];
    for (let hasLost = false; ; hasLost = true) {
      const found: CimInstance[] = [];
      const takes = (item: XmlElement) => {
        found.push(readInstance(item, fragmentClass, this));
      };
      const batch = (request: SoapRequest) => {
        const before = found.length;
        return this.ask(request, context, options, { takes, startsOver: () => found.splice(before) });
      };
      let open: string | undefined;
      try {
        open = nextContext(await batch(enumerateRequest(wql, namespace)));
        while (open !== undefined) open = nextContext(await batch(pullRequest(open, namespace)));
        return found;
      } catch (error) {
        if (open !== undefined && !this.isClosed) {
          const released = { attempted: "Releasing an enumeration", target: context.target, changes: false };
          // the host forgets it by itself, too
          void this.ask(releaseRequest(open, namespace), released, {}).catch(() => {});
        }
        // the host may have moved past a batch whose answer was lost: only a new enumeration has it
        const isLostPull = open !== undefined && mayBeLost((error as Error).cause);
        if (!isLostPull || hasLost) throw error;
      }
    }
  }

  /**
   * Asks the host.
   *
   * A host that is too busy is asked again after a pause. A read whose answer was lost is repeated once; a request that may change the host,
   * or that moves an enumeration on, only when it was not sent.
   */
  private async ask(
    request: SoapRequest,
    context: RequestContext,
    { abortSignal }: CimRequestOptions,
    { takes, startsOver }: ItemReader = noItems,
  ): Promise<XmlElement> {
    const isRepeatable = !context.changes && request.action !== WsmanAction.pull;
    let hasLost = false;
    for (let busy = 0; ; ) {
      abortSignal?.throwIfAborted();
      if (this.isClosed) throw sessionClosed(context, false);
      try {
        const body = await this.exchange(request, context, abortSignal, takes);
        const fault = childOf(body, "Fault");
        if (!fault) return body;
        const answered = readFault(fault);
        if (!isBusy(answered) || busy === pausesWhenBusy.length) throw faultError(answered, context);
      } catch (error) {
        startsOver();
        if (!(error instanceof ExchangeFailure)) throw error;
        if (this.isClosed) throw sessionClosed(context, error.sent);
        if (error.sent && !isRepeatable) throw exchangeError(error, context);
        if (error.kind !== "busy" || busy === pausesWhenBusy.length) {
          if (!isCut(error) || hasLost) throw exchangeError(error, context);
          hasLost = true;
          continue;
        }
      }
      await this.pause(pausesWhenBusy[busy] ?? 0, abortSignal);
      busy += 1;
    }
  }

  /** Sends one envelope. @returns The body of the one that answers it. */
  private async exchange(
    request: SoapRequest,
    context: RequestContext,
    abortSignal: AbortSignal | undefined,
    takes: (item: XmlElement) => void,
  ): Promise<XmlElement> {
    const { id, text } = writeEnvelope(request, this.frame);
    const limits = { timeoutMs: this.timeoutMs, abortSignal };
    return this.pool.use(async (connection) => {
      const answer = await connection.exchange(text, limits, takes);
      try {
        return readable(context, () => this.bodyOfAnswer(answer, id));
      } catch (error) {
        connection.destroy(); // if an answer belongs to another request, so do all later ones
        throw error;
      }
    }, abortSignal);
  }

  private bodyOfAnswer({ envelope, status }: EnvelopeAnswer, id: string): XmlElement {
    const body = bodyOf(envelope);
    const relatesTo = elementAt(envelope, "Header", "RelatesTo")?.text.trim();
    const fault = childOf(body, "Fault");
    // a fault of a request that the host couldn't read may not know what it answers
    if (relatesTo !== id && !(fault && relatesTo === undefined)) {
      throw new XmlProblem(`it answers another message (${relatesTo ?? "none"} instead of ${id})`);
    }
    if (status !== 200 && !fault) throw new XmlProblem(`it came with HTTP ${status}, and has no fault`);
    return body;
  }

  private reading(attempted: string, target: string): RequestContext {
    return { attempted, target: this.onHost(target), changes: false };
  }

  private onHost(target: string): string {
    return `${target.length > 200 ? `${target.slice(0, 200)} …` : target} on ${this.hostName}`;
  }
}

/** The context of an enumeration that isn't at its end. */
function nextContext(body: XmlElement): string | undefined {
  const [response] = body.children;
  return childOf(response, "EndOfSequence") ? undefined : childText(response, "EnumerationContext") || undefined;
}

/** Reads an answer; one that can't be read is an error of the protocol. */
function readable<Answer>(context: RequestContext, read: () => Answer): Answer {
  try {
    return read();
  } catch (error) {
    if (HyperVError.isInstance(error) || !(error instanceof XmlProblem)) throw error;
    const { outcome, effect } = outcomeOf(context);
    throw new ProtocolError(
      {
        attempted: context.attempted,
        target: context.target,
        answer: `the host's answer can't be used: ${error.message}`,
        outcome,
        remedy: "Report it with the host's version; if a proxy is between, reach the host without it",
      },
      { effect, cause: error },
    );
  }
}

/** `ASSOCIATORS OF` or `REFERENCES OF`, which hosts take as a query like any other. */
function walkQuery(
  verb: "ASSOCIATORS" | "REFERENCES",
  path: CimInstancePath,
  clauses: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(clauses).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  return `${verb} OF {${path.relativePath}} WHERE ${given.join(" ")}`;
}

/** Hosts may answer an object once for each row that leads to it. */
function eachOnce(instances: readonly CimInstance[]): readonly CimInstance[] {
  return [...new Map(instances.map((instance) => [instance.path.identity, instance])).values()];
}
