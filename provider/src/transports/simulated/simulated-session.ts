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

/** The shortest way to a simulated host: calls in this process. Values cross as copies; nothing is shared. */
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
    return this.request({ verb: "get", className: path.className }, options, () => this.host.get(path));
  }

  async query(wql: string, options?: CimRequestOptions): Promise<readonly CimInstance[]> {
    return this.request({ verb: "query", className: classInQuery(wql) }, options, () => this.host.query(wql));
  }

  async associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    const request = { verb: "associators", className: path.className } as const;
    return this.request(request, options, () => this.host.associators(path, options));
  }

  async references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]> {
    const request = { verb: "references", className: path.className } as const;
    return this.request(request, options, () => this.host.references(path, options));
  }

  async invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options?: CimRequestOptions,
  ): Promise<MethodResult> {
    const invoke = () => this.host.invokeMethod(path, methodName, inParameters);
    return this.request({ verb: "invokeMethod", className: path.className, methodName }, options, invoke);
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
