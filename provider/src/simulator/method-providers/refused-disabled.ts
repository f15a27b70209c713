import { JobState, UserSnapshotType, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import type { JobFault } from "../fault";
import { activeSettings } from "../machine-snapshots";
import type { MethodCall, MethodOutcome } from "../method-call";

const disabledJob = { endState: JobState.Exception, errorCode: VendorCode.Failed, atPercent: 10 } as const;

function haveDisabled({ state }: MethodCall, machines: readonly StoredInstance[]): boolean {
  const { Disable } = UserSnapshotType;
  return machines.some(
    (machine) => activeSettings(state.repository, machine).properties["UserSnapshotType"] === Disable,
  );
}

/** Answers a call that wants a checkpoint of a machine whose checkpoints are disabled; `undefined` when it is taken. */
export function refusedDisabled(
  call: MethodCall,
  machines: readonly StoredInstance[],
  asked: "group" | "machine",
): MethodOutcome | undefined {
  // behaviour: checkpointsDisabled
  const { checkpointsDisabled } = call.state.options;
  const isRefused =
    checkpointsDisabled === "refuse32775" || (checkpointsDisabled === "groupsAccept" && asked === "machine");
  if (!isRefused || !haveDisabled(call, machines)) return undefined;
  return { returnValue: VendorCode.InvalidStateForThisOperation };
}

/** Returns the fault of a call's job if checkpoints of a machine are disabled, else the injected fault. */
export function disabledFault(call: MethodCall, machines: readonly StoredInstance[]): JobFault | undefined {
  const fails = call.state.options.checkpointsDisabled === "jobError32768" && haveDisabled(call, machines);
  return fails ? (call.jobFault ?? disabledJob) : call.jobFault;
}
