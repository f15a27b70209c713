import type { CimInstance } from "./cim-instance";
import type { CimInstancePath } from "./cim-instance-path";
import type { CimValue } from "./cim-value";

/** Options of every request. */
export interface CimRequestOptions {
  /** Ends the waiting for the answer; the request may still take effect. */
  readonly abortSignal?: AbortSignal;
  /** Says that the request is one of many that watch something. A transport may give those a way of their own, on which no slow call holds them up. */
  readonly isPoll?: boolean;
}

/** Options of a walk over an association. The association class is never left out: hosts answer each object several times without it. */
export interface AssociatorsOptions extends CimRequestOptions {
  readonly associationClass: string;
  /** Only objects of this class, or of one below it. */
  readonly resultClass?: string;
  /** The property of the association that names the object one starts from. */
  readonly role?: string;
  /** The property of the association that names the objects one wants. */
  readonly resultRole?: string;
}

/** Options of reading association objects. */
export interface ReferencesOptions extends CimRequestOptions {
  readonly associationClass: string;
  readonly role?: string;
}

/** A method's answer: its return value, and the out parameters by their names. */
export interface MethodResult {
  readonly returnValue: number;
  readonly outParameters: Readonly<Record<string, CimValue>>;
}

/**
 * The port: one namespace of one host, whichever way it is reached. Every transport is a `CimSession`, and one
 * conformance suite tests them all.
 *
 * Every call throws {@link NotFoundError} or {@link AccessDeniedError} where the host says so, {@link CimError} for any
 * other refusal, and a {@link TransportError} when no usable answer came. Class, property and key names are
 * compared without regard to case.
 */
export interface CimSession {
  /** The host's own name, as it stands in object paths. */
  readonly hostName: string;
  /** `root\virtualization\v2`, unless configured otherwise. */
  readonly namespace: string;
  /** The name that the host had before it was renamed, as configured. */
  readonly formerHostName?: string | undefined;

  /** Reads one instance. @throws {@link NotFoundError} when it doesn't exist. */
  get(path: CimInstancePath, options?: CimRequestOptions): Promise<CimInstance>;

  /**
   * Runs a WQL query. An account without the rights gets no rows and no error.
   *
   * A `SELECT` list has to contain the class's keys: not every transport can read an instance's path without them.
   */
  query(wql: string, options?: CimRequestOptions): Promise<readonly CimInstance[]>;

  /** Walks an association from one instance to those at its other end, each once. */
  associators(path: CimInstancePath, options: AssociatorsOptions): Promise<readonly CimInstance[]>;

  /** Reads the association objects that name an instance, each once. */
  references(path: CimInstancePath, options: ReferencesOptions): Promise<readonly CimInstance[]>;

  /**
   * Invokes a method on an instance. Parameters go by name; one that is left out is not sent, null is sent as null.
   *
   * A transport never repeats it: only the caller can find out whether a call without an answer took effect.
   */
  invokeMethod(
    path: CimInstancePath,
    methodName: string,
    inParameters: Readonly<Record<string, CimValue>>,
    options?: CimRequestOptions,
  ): Promise<MethodResult>;

  /**
   * Asks the host's service manager for the state of the virtual machine management service (`vmms`): "Running", "Stopped", "Start Pending".
   *
   * @returns Null where that can't be asked. Never throws: it only explains why nothing is visible.
   */
  managementServiceState?(): Promise<string | null>;

  /** Releases everything that the session holds. Calls that are under way fail. */
  close(): Promise<void>;
}
