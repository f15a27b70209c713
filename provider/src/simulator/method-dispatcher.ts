import { CimInstancePath } from "../cim/cim-instance-path";
import type { MethodResult } from "../cim/cim-session";
import type { CimValue } from "../cim/cim-value";
import { ClassName } from "../schema/names";
import { CimReader } from "./cim-reader";
import type { ResolvedFault } from "./fault";
import { guidFrom } from "./guid";
import type { HostChange } from "./host-record";
import type { HostState } from "./host-state";
import type { MethodOutcome, MethodProvider } from "./method-call";
import { createSnapshot } from "./method-providers/create-snapshot";
import * as group from "./method-providers/group-methods";
import * as job from "./method-providers/job-methods";
import * as machine from "./method-providers/machine-snapshot-methods";
import * as management from "./method-providers/management-methods";
import * as collection from "./method-providers/snapshot-collection-methods";
import { fitsType } from "./value-type";
import { type WbemStatusName, wbemRefusal } from "./wbem-refusal";

const providers: Readonly<Record<string, Readonly<Record<string, MethodProvider>>>> = {
  [ClassName.collectionSnapshotService]: {
    CreateSnapshot: createSnapshot,
    DestroySnapshot: collection.destroySnapshot,
    ApplySnapshot: collection.applySnapshot,
    ConvertToReferencePoint: collection.convertToReferencePoint,
    ExportSnapshot: collection.exportSnapshot,
  },
  [ClassName.collectionManagementService]: {
    DefineCollection: group.defineCollection,
    DestroyCollection: group.destroyCollection,
    RenameCollection: group.renameCollection,
    AddMember: group.addMember,
    RemoveMember: group.removeMember,
    RemoveMemberById: group.removeMemberById,
  },
  [ClassName.virtualSystemManagementService]: {
    ModifySystemSettings: management.modifySystemSettings,
    GetSummaryInformation: management.getSummaryInformation,
  },
  [ClassName.virtualSystemSnapshotService]: {
    CreateSnapshot: machine.createMachineSnapshot,
    DestroySnapshot: machine.destroyMachineSnapshot,
    ApplySnapshot: machine.applyMachineSnapshot,
  },
  [ClassName.concreteJob]: {
    RequestStateChange: job.requestJobStateChange,
    GetError: job.getError,
    GetErrorEx: job.getErrorEx,
  },
};

/** The names of the methods that the host carries out, by their class. */
export const knownMethods: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(providers).map(([className, methods]) => [className, Object.keys(methods)]),
);

/** A client's call of a method. */
interface MethodRequest {
  readonly path: CimInstancePath;
  readonly methodName: string;
  readonly parameters: Readonly<Record<string, CimValue>>;
}

/** The result of a method, and all its changes to the host. */
interface DispatchedMethod {
  readonly result: MethodResult;
  readonly changes: readonly HostChange[];
}

/**
 * Checks a call against the method's declaration, lets a fault have its way, and hands it to the method's provider.
 *
 * @throws {@link CimError} for a call that WMI itself refuses: no such instance, method or parameter, or a value of
 * another type. Such a call isn't counted: no method ran.
 */
export function dispatchMethod(state: HostState, request: MethodRequest, now: number): DispatchedMethod {
  const target = `${request.path}`;
  const reader = new CimReader(state.repository, now, state.rights);
  const instance = reader.require(request.path, `Invoking ${request.methodName}`);
  const { schema } = state.repository;
  const refuse = (status: WbemStatusName, because: string, remedy: string): never => {
    throw wbemRefusal(status, { attempted: `Invoking ${request.methodName}`, target, because, remedy });
  };
  const declaration =
    schema.method(instance.className, request.methodName) ??
    refuse(
      "WBEM_E_INVALID_METHOD",
      `${instance.className} has no such method on build ${schema.build}`,
      "Use a method of the class",
    );
  const sameMethod = ([name]: readonly [string, unknown]) => name.toLowerCase() === request.methodName.toLowerCase();
  const [methodName, provider] =
    Object.entries(providers[instance.className] ?? {}).find(sameMethod) ??
    refuse(
      "WBEM_E_PROVIDER_NOT_CAPABLE",
      "the simulated host doesn't carry out this method",
      "Use a method that it does",
    );

  const taken = Object.entries(declaration.parameters).filter(([, { direction }]) => direction !== "out");
  const parameters: Record<string, CimValue> = Object.fromEntries(taken.map(([name]) => [name, null]));
  for (const [given, value] of Object.entries(request.parameters)) {
    const [name, declared] =
      taken.find(([known]) => known.toLowerCase() === given.toLowerCase()) ??
      refuse(
        "WBEM_E_INVALID_PARAMETER",
        `${request.methodName} takes no ${given}`,
        `It takes ${taken.map(([known]) => known).join(", ")}`,
      );
    if (!fitsType(value, declared.type)) {
      refuse(
        "WBEM_E_INVALID_PARAMETER",
        `${name} is ${declared.type}, and was given ${shown(value)}`,
        `Send a value of type ${declared.type}`,
      );
    }
    parameters[name] = value;
  }

  const fault = state.faultFor({ verb: "invokeMethod", className: instance.className, methodName });
  const carriedOut = () =>
    provider({
      state,
      now,
      instance,
      parameters,
      jobFault: fault?.fault.job,
      namesResult: fault?.fault.namesResult,
      newId: (label) => guidFrom(state.origin, state.nextSequence, label),
    });
  const outcome = fault?.fault.returnValue === undefined ? carriedOut() : refusedBy(fault.fault, carriedOut);
  const startsJob = outcome.changes?.some(({ kind }) => kind === "jobStarted") ?? false;
  const answered = Object.entries(declaration.parameters).filter(([, { direction }]) => direction !== "in");
  const nothing = Object.fromEntries(answered.map(([name]) => [name, null]));
  const isDone = (outcome.changes?.length ?? 0) > 0;
  const { returnValue, job: jobFault, namesResult } = fault?.fault ?? {};
  const isMet = returnValue !== undefined || (jobFault && startsJob) || (namesResult !== undefined && isDone);
  const used = fault !== undefined && isMet;
  return {
    result: { returnValue: outcome.returnValue, outParameters: { ...nothing, ...outcome.outParameters } },
    changes: [
      { kind: "method", className: instance.className, method: methodName, returnValue: outcome.returnValue },
      ...(used ? [{ kind: "faultUsed", faultId: fault.faultId } as const] : []),
      ...(outcome.changes ?? []),
    ],
  };
}

/** Makes the outcome of a method that a fault refuses: without an effect, or with its whole effect. */
function refusedBy({ returnValue = 0, takesEffect }: ResolvedFault, carryOut: () => MethodOutcome): MethodOutcome {
  return takesEffect ? { returnValue, changes: carryOut().changes ?? [] } : { returnValue };
}

function shown(value: CimValue): string {
  if (value instanceof CimInstancePath) return "a reference";
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : `${String(value)} (${typeof value})`;
}
