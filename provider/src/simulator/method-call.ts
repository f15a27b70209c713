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
  /** Every in-parameter by its declared name; null where none was given. */
  readonly parameters: Readonly<Record<string, CimValue>>;
  /** What is to befall the job that the call may start. */
  readonly jobFault: JobFault | undefined;
  /** CollectionID that is to be named as the result, in place of what the call makes. */
  readonly namesResult: string | undefined;
  /** Makes a GUID for a new object; the same label gives the same one again. */
  newId(label: string): string;
}

/** What a method answers, and what it changes on the host. */
export interface MethodOutcome extends Partial<Pick<MethodResult, "outParameters">> {
  readonly returnValue: number;
  readonly changes?: readonly HostChange[];
}

/** Carries out one method. It changes nothing itself: its changes take effect when their record counts. */
export type MethodProvider = (call: MethodCall) => MethodOutcome;

/** A reference parameter of a call. */
export function referenceParameter(call: MethodCall, name: string): CimInstancePath | null {
  return call.parameters[name] as CimInstancePath | null;
}
