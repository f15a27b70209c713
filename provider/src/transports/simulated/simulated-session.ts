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
import { ConnectionError } from "../../errors";
import { SimulatedHost } from "../../simulator/simulated-host";

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

/** Makes a session to a simulated host that is open already: for tests, which hold the host as well. */
export function simulatedSession(host: SimulatedHost): CimSession {
  return new SimulatedSession(host);
}

/** The shortest way to a simulated host: calls in this process. Values cross as copies; nothing is shared. */
class SimulatedSession implements CimSession {
  readonly hostName: string;
  readonly namespace: string;
  private readonly host: SimulatedHost;
  private closed = false;

  constructor(host: SimulatedHost) {
    this.host = host;
    this.hostName = host.hostName;
    this.namespace = host.namespace;
  }

  async get(path: CimInstancePath, options?: CimRequestOptions): Promise<CimInstance> {
    return this.request("Reading an instance", options, () => this.host.get(path));
  }

  async query(wql: string, options?: CimRequestOptions): Promise<readonly CimInstance[]> {
    return this.request("Running a query", options, () => this.host.query(wql));
  }

  async associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    return this.request("Walking an association", options, () => this.host.associators(path, options));
  }

  async references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]> {
    return this.request("Reading association rows", options, () => this.host.references(path, options));
  }

  async invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options?: CimRequestOptions,
  ): Promise<MethodResult> {
    return this.request(`Invoking ${methodName}`, options, () =>
      this.host.invokeMethod(path, methodName, inParameters),
    );
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private async request<Answer>(
    attempted: string,
    options: CimRequestOptions | undefined,
    ask: () => Answer,
  ): Promise<Answer> {
    options?.abortSignal?.throwIfAborted();
    if (!this.closed) return ask();
    throw new ConnectionError({
      attempted,
      target: `the simulated host ${this.hostName}`,
      answer: "the session is closed",
      outcome: "Nothing was asked of the host",
      remedy: "Open another session",
    });
  }
}
