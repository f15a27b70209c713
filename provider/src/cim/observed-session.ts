import { performance } from "node:perf_hooks";
import { CimError, HyperVError } from "../errors";
import type { CimInstance } from "./cim-instance";
import type { CimInstancePath } from "./cim-instance-path";
import type { AssociatorsOptions, CimRequestOptions, CimSession, MethodResult, ReferencesOptions } from "./cim-session";
import type { CimValue } from "./cim-value";

/** Takes one line about a host request. */
export type RequestObserver = (line: string) => void;

/** Facts of a session that its transport doesn't know. */
export interface SessionFacts {
  /** The name that the host had before it was renamed, as configured. */
  readonly formerHostName?: string | undefined;
  /** Gets one redacted line for each request, with its duration. */
  readonly observe?: RequestObserver | undefined;
  /** Milliseconds since some fixed moment. */
  readonly now?: () => number;
}

/**
 * Makes a session that behaves as another one and reports each request in one line, whatever the transport is.
 *
 * A line has class names, ids, names of parameters, numbers and durations. It has no other value: any of them may be a secret.
 */
export function observedSession(session: CimSession, facts: SessionFacts): CimSession {
  return new ObservedSession(session, facts);
}

class ObservedSession implements CimSession {
  readonly hostName: string;
  readonly namespace: string;
  readonly formerHostName: string | undefined;
  private readonly session: CimSession;
  private readonly observe: RequestObserver | undefined;
  private readonly now: () => number;

  constructor(session: CimSession, { formerHostName, observe, now = () => performance.now() }: SessionFacts) {
    this.session = session;
    this.hostName = session.hostName;
    this.namespace = session.namespace;
    this.formerHostName = formerHostName;
    this.observe = observe;
    this.now = now;
  }

  get(path: CimInstancePath, options?: CimRequestOptions): Promise<CimInstance> {
    return this.timed(
      () => `get ${path.relativePath}`,
      this.session.get(path, options),
      () => "found",
    );
  }

  query(wql: string, options?: CimRequestOptions): Promise<readonly CimInstance[]> {
    return this.timed(() => `query ${wql}`, this.session.query(wql, options), countOf);
  }

  associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]> {
    const { associationClass, resultClass = "any class" } = options;
    return this.timed(
      () => `associators of ${path.relativePath} by ${associationClass} (${resultClass})`,
      this.session.associators(path, options),
      countOf,
    );
  }

  references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]> {
    return this.timed(
      () => `references of ${path.relativePath} by ${options.associationClass}`,
      this.session.references(path, options),
      countOf,
    );
  }

  invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options?: CimRequestOptions,
  ): Promise<MethodResult> {
    return this.timed(
      () => `invoke ${methodName}(${Object.keys(inParameters).join(", ")}) on ${path.className}`,
      this.session.invokeMethod(path, methodName, inParameters, options),
      ({ returnValue }) => `returned ${returnValue}`,
    );
  }

  async managementServiceState(): Promise<string | null> {
    const asked = this.session.managementServiceState?.() ?? Promise.resolve(null);
    return this.timed(
      () => "state of the service vmms",
      asked,
      (state) => state ?? "not known",
    );
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private async timed<Answer>(
    request: () => string,
    answer: Promise<Answer>,
    describe: (answer: Answer) => string,
  ): Promise<Answer> {
    const { observe } = this;
    if (!observe) return answer;
    const startedAt = this.now();
    const report = (end: string) =>
      observe(`${this.hostName}: ${redacted(request())}: ${end}, ${Math.round(this.now() - startedAt)} ms`);
    try {
      const found = await answer;
      report(describe(found));
      return found;
    } catch (error) {
      report(failureText(error));
      throw error;
    }
  }
}

const countOf = ({ length }: readonly CimInstance[]) => `${length} ${length === 1 ? "instance" : "instances"}`;

/** An error by its code and number; its text may be the host's. */
function failureText(error: unknown): string {
  if (!HyperVError.isInstance(error)) return "failed";
  const number = CimError.isInstance(error) && error.hresult !== null ? ` 0x${error.hresult.toString(16)}` : "";
  return `${error.code}${number}`;
}

const quotedValue = /(["'])((?:\\.|(?!\1).)*)\1/gs;

/** Values of the schema that say nothing about a host: ids, and names of classes. */
const harmless = /^(\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?|Microsoft:[0-9a-f-]{36}|Msvm_\w+)$/i;

/** Replaces each value in a request that isn't an id or the name of a class. */
function redacted(request: string): string {
  return request.replaceAll(quotedValue, (text, quote: string, value: string) =>
    harmless.test(value) ? text : `${quote}…${quote}`,
  );
}
