import { setTimeout as sleep } from "node:timers/promises";
import type { CimInstance } from "../../cim/cim-instance";
import { CimInstancePath } from "../../cim/cim-instance-path";
import type {
  AssociatorsOptions,
  CimRequestOptions,
  CimSession,
  MethodResult,
  ReferencesOptions,
} from "../../cim/cim-session";
import type { CimValue } from "../../cim/cim-value";
import { ConnectionError, HyperVError } from "../../errors";
import type { FaultedRequest } from "../../simulator/fault";
import { classInQuery, SimulatedHost } from "../../simulator/simulated-host";

/** Which simulated host a session talks to. */
export interface SimulatedTransportOptions {
  /** The host's store; made where it doesn't exist yet. */
  readonly storeFile: string;
  /** What the host is made from, where there is no store yet; an empty host without it. */
  readonly seedFile?: string | undefined;
}

/**
 * Opens a session to the simulated host in a store.
 *
 * @throws {@link InvalidArgumentError} when the store is damaged, or the seed breaks its schema.
 */
export function openSimulatedSession({ storeFile, seedFile }: SimulatedTransportOptions): CimSession {
  return simulatedSession(SimulatedHost.open({ storeFile, ...(seedFile !== undefined && { seedFile }) }));
}

/** Waits for an answer that a fault delays. */
type Sleep = (milliseconds: number, abortSignal?: AbortSignal) => Promise<void>;

/**
 * Makes a session to a simulated host that is open already: for tests, which hold the host as well.
 *
 * @param sleepFor - Lets time pass while an answer is slow; a test with a clock of its own brings its own.
 */
export function simulatedSession(
  host: SimulatedHost,
  sleepFor: Sleep = (milliseconds, signal) => sleep(milliseconds, undefined, { ...(signal && { signal }) }),
): CimSession {
  return new SimulatedSession(host, sleepFor);
}

/** The in-process connection to a simulated host. Values are copied; nothing is shared. */
class SimulatedSession implements CimSession {
  readonly hostName: string;
  readonly namespace: string;
  private readonly host: SimulatedHost;
  private readonly sleepFor: Sleep;
  private closed = false;

  constructor(host: SimulatedHost, sleepFor: Sleep) {
    this.host = host;
    this.sleepFor = sleepFor;
    this.hostName = host.hostName;
    this.namespace = host.namespace;
  }

  async get(path: CimInstancePath, options?: CimRequestOptions): Promise<CimInstance> {
    return this.request({ verb: "get", className: path.className }, options, () => this.host.get(withoutHost(path)));
  }

  async query(wql: string, options?: CimRequestOptions): Promise<readonly CimInstance[]> {
    return this.request({ verb: "query", className: classInQuery(wql) }, options, () => this.host.query(wql));
  }

  async associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    const request = { verb: "associators", className: path.className } as const;
    return this.request(request, options, () => this.host.associators(withoutHost(path), options));
  }

  async references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]> {
    const request = { verb: "references", className: path.className } as const;
    return this.request(request, options, () => this.host.references(withoutHost(path), options));
  }

  async invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options?: CimRequestOptions,
  ): Promise<MethodResult> {
    const parameters = Object.entries(inParameters).map(([name, value]) => [name, valueWithoutHost(value)]);
    const invoke = () => this.host.invokeMethod(withoutHost(path), methodName, Object.fromEntries(parameters));
    return this.request({ verb: "invokeMethod", className: path.className, methodName }, options, invoke);
  }

  /** Answers from the simulated service manager. */
  async managementServiceState(): Promise<string | null> {
    return { running: "Running", stopped: "Stopped", starting: "Start Pending" }[this.host.vmms];
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private async request<Answer>(
    request: FaultedRequest,
    options: CimRequestOptions | undefined,
    ask: () => Answer,
  ): Promise<Answer> {
    options?.abortSignal?.throwIfAborted();
    if (this.closed) throw this.closedError(request.methodName ?? request.verb);
    const delayMs = this.host.answerDelayMs(request);
    const answer = request.verb === "invokeMethod" ? ask() : onlyReading(ask);
    if (delayMs > 0) await this.sleepFor(delayMs, options?.abortSignal);
    return answer;
  }

  private closedError(attempted: string): ConnectionError {
    const target = `the simulated host ${this.hostName}`;
    const outcome = "Nothing was asked of the host";
    const remedy = "Open another session";
    return new ConnectionError(
      { attempted, target, answer: "the session is closed", outcome, remedy },
      { effect: "none" },
    );
  }
}

/** Leaves out the host of a path, as every transport does: after a failover the state has the name of another node. */
function withoutHost(path: CimInstancePath): CimInstancePath {
  const { className, keys, namespace, host } = path;
  return host === undefined ? path : new CimInstancePath({ className, keys, namespace });
}

function valueWithoutHost(value: CimValue): CimValue {
  if (value instanceof CimInstancePath) return withoutHost(value);
  return Array.isArray(value) ? (value.map(valueWithoutHost) as unknown as CimValue) : value;
}

/** Runs a request that only reads: whatever fails, it changed nothing. */
function onlyReading<Answer>(ask: () => Answer): Answer {
  try {
    return ask();
  } catch (error) {
    throw HyperVError.isInstance(error) && error.effect !== "none"
      ? error.with({ effect: "none", cause: error.cause })
      : error;
  }
}
