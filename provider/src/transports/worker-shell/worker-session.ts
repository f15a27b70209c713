import { methodOf } from "../../cim/cim-class";
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
import { HyperVError, NotFoundError, ProtocolError } from "../../errors";
import { ClassName } from "../../schema/names";
import { outcomeOf, type RequestContext } from "./shell-failure";
import { type LaneOptions, ShellLane } from "./shell-lane";
import { readInstance, readValues, type WireAnswer, type WireInstance } from "./wire-answer";
import { wirePath, wireText, wireValue } from "./wire-request";
import type { WorkerRequest, WorkerResult } from "./worker-protocol";

/** What a session over shells needs to know. */
export interface WorkerSessionOptions extends LaneOptions {
  /** `root\virtualization\v2`, or what a cluster has in its place. */
  readonly namespace: string;
  /** The name by which the host is reached, where it has one. */
  readonly host: string | undefined;
}

/**
 * Opens a session to a host through PowerShell's CIM cmdlets.
 *
 * One shell serves all calls, and a second one, started with the first poll, all polls. They live until the session is
 * closed, and end with this process, however it ends.
 *
 * @throws {@link MissingDependencyError} when there is no PowerShell with the module CimCmdlets.
 * @throws {@link AuthenticationError}, {@link AccessDeniedError} or {@link ConnectionError} when the host isn't reached.
 */
export async function openWorkerSession(options: WorkerSessionOptions): Promise<CimSession> {
  const calls = new ShellLane(options);
  const polls = new ShellLane(options);
  try {
    const hostName = await findHostName(calls, options);
    return new WorkerSession({ calls, polls, hostName, namespace: options.namespace });
  } catch (error) {
    await calls.close();
    throw error;
  }
}

/**
 * Finds the host's own name, which stands in its object paths: the service's `SystemName`. An account that sees no service gets
 * the name by which the host was reached.
 */
async function findHostName(calls: ShellLane, { host, namespace, target }: WorkerSessionOptions): Promise<string> {
  const context = { attempted: "Opening a session", target, changes: false };
  const wql = `SELECT * FROM ${ClassName.collectionSnapshotService}`;
  const request: WorkerRequest = { verb: "query", wql: wireText(wql), namespace: wireText(namespace) };
  const [service] = (await calls.ask(request, context)) as readonly WireInstance[];
  const name = service?.properties["SystemName"];
  if (typeof name === "string" && name !== "") return name;
  return host ?? calls.computerName ?? target;
}

interface SessionParts {
  readonly calls: ShellLane;
  readonly polls: ShellLane;
  readonly hostName: string;
  readonly namespace: string;
}

class WorkerSession implements CimSession {
  readonly hostName: string;
  readonly namespace: string;
  private readonly calls: ShellLane;
  private readonly polls: ShellLane;

  constructor({ calls, polls, hostName, namespace }: SessionParts) {
    this.calls = calls;
    this.polls = polls;
    this.hostName = hostName;
    this.namespace = namespace.replaceAll("/", "\\");
  }

  async get(path: CimInstancePath, options?: CimRequestOptions): Promise<CimInstance> {
    const context = this.reading("Reading an instance", path.toString());
    const request = { verb: "get", path: wirePath(path, this.namespace) } as const;
    const [found] = await this.instances(request, context, options);
    if (found) return found;
    throw new NotFoundError({
      ...context,
      answer: "Get-CimInstance answered nothing",
      outcome: "Nothing was changed on the host",
      remedy: "Look for it with a query; it may have been removed",
    });
  }

  query(wql: string, options?: CimRequestOptions): Promise<readonly CimInstance[]> {
    return this.runQuery(wql, this.reading("Running a query", wql), options);
  }

  async associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    return eachOnce(await this.walk(path, options));
  }

  async references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]> {
    // there is no cmdlet for it
    const wql = walkQuery("REFERENCES", path, { ResultClass: options.associationClass, Role: options.role });
    return eachOnce(await this.runQuery(wql, this.reading("Reading association rows", path.toString()), options));
  }

  async invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options?: CimRequestOptions,
  ): Promise<MethodResult> {
    const context = { attempted: `Invoking ${methodName}`, target: this.onHost(path.toString()), changes: true };
    const declared = Object.entries(methodOf(path.className, methodName)?.parameters ?? {});
    const parameters = Object.entries(inParameters).map(([name, value]) => {
      const type = declared.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1].type;
      return { name: wireText(name), ...wireValue(value, type, this.namespace) };
    });
    const request: WorkerRequest = {
      verb: "invokeMethod",
      path: wirePath(path, this.namespace),
      identity: wireText(path.identity),
      methodName: wireText(methodName),
      parameters,
    };
    const answer = await this.ask(request, context, options);
    const { ReturnValue, ...outParameters } = readValues(answer as Readonly<Record<string, WireAnswer>>, this);
    if (typeof ReturnValue === "number") return { returnValue: ReturnValue, outParameters };
    throw new ProtocolError({
      attempted: context.attempted,
      target: context.target,
      answer: `the host returned ${ReturnValue === undefined ? "nothing" : String(ReturnValue)} instead of a number`,
      outcome: outcomeOf(context).outcome,
      remedy: "Report it with the host's version: the method is documented to return a number",
    });
  }

  /** Asks WMI for the service: an account that may not ask gets null. */
  async managementServiceState(): Promise<string | null> {
    const wql = "SELECT Name, State FROM Win32_Service WHERE Name = 'vmms'";
    const request = { verb: "query", wql: wireText(wql), namespace: wireText("root\\cimv2") } as const;
    try {
      const [service] = await this.instances(request, this.reading("Asking for the service vmms", "Win32_Service"), {});
      return service?.string("State") ?? null;
    } catch (error) {
      if (HyperVError.isInstance(error)) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.calls.close(), this.polls.close()]);
  }

  private walk(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    const context = this.reading("Walking an association", path.toString());
    const { associationClass, resultClass, role, resultRole } = options;
    if (role !== undefined || resultRole !== undefined) {
      // the cmdlet knows no roles
      const clauses = { AssocClass: associationClass, ResultClass: resultClass, Role: role, ResultRole: resultRole };
      return this.runQuery(walkQuery("ASSOCIATORS", path, clauses), context, options);
    }
    return this.instances(
      {
        verb: "associators",
        path: wirePath(path, this.namespace),
        associationClass: wireText(associationClass),
        ...(resultClass !== undefined && { resultClass: wireText(resultClass) }),
      },
      context,
      options,
    );
  }

  private runQuery(
    wql: string,
    context: RequestContext,
    options: CimRequestOptions | undefined,
  ): Promise<readonly CimInstance[]> {
    const request = { verb: "query", wql: wireText(wql), namespace: wireText(this.namespace) } as const;
    return this.instances(request, context, options);
  }

  private async instances(
    request: WorkerRequest,
    context: RequestContext,
    options: CimRequestOptions | undefined,
  ): Promise<readonly CimInstance[]> {
    const answer = (await this.ask(request, context, options)) as readonly WireInstance[];
    return answer.map((instance) => readInstance(instance, this));
  }

  private ask(request: WorkerRequest, context: RequestContext, options: CimRequestOptions = {}): Promise<WorkerResult> {
    return (options.isPoll ? this.polls : this.calls).ask(request, context, options.abortSignal);
  }

  private reading(attempted: string, target: string): RequestContext {
    return { attempted, target: this.onHost(target), changes: false };
  }

  private onHost(target: string): string {
    return `${shortened(target)} on ${this.hostName}`;
  }
}

/** `ASSOCIATORS OF` or `REFERENCES OF`: WQL's own words for what a cmdlet doesn't do. */
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

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)} …` : text;
}
