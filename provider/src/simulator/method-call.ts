import type { CimInstancePath } from "../cim/cim-instance-path";
import type { MethodResult } from "../cim/cim-session";
import type { CimValue } from "../cim/cim-value";
import type { StoredInstance } from "./cim-repository";
import type { JobFault } from "./fault";
import type { HostChange } from "./host-record";
import type { HostState } from "./host-state";

/** A call of a method, checked against its declaration. */
export interface MethodCall {
  readonly state: HostState;
  readonly now: number;
  readonly instance: StoredInstance;
  /** Every in-parameter by its declared name; null if it wasn't sent. */
  readonly parameters: Readonly<Record<string, CimValue>>;
  /** The fault of the job that the call may start. */
  readonly jobFault: JobFault | undefined;
  /** The CollectionID to return as the result, in place of the new one. */
  readonly namesResult: string | undefined;
  /** Makes a GUID for a new object; the same label gives the same one again. */
  newId(label: string): string;
}

/** The return value of a method, and its changes to the host. */
export interface MethodOutcome extends Partial<Pick<MethodResult, "outParameters">> {
  readonly returnValue: number;
  readonly changes?: readonly HostChange[];
}

/** Carries out one method. It changes nothing itself: its changes take effect when their record is valid. */
export type MethodProvider = (call: MethodCall) => MethodOutcome;

/** Returns a reference parameter of a call. */
export function referenceParameter(call: MethodCall, name: string): CimInstancePath | null {
  return call.parameters[name] as CimInstancePath | null;
}
