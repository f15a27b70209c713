import { ClassName } from "../../schema/names";
import { JobState, JobType, ReturnValue, SnapshotType, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import { readEmbeddedInstance } from "../embedded-settings";
import { linked, links } from "../links";
import { snapshotsOfMachine } from "../machine-snapshots";
import type { MethodCall, MethodOutcome, MethodProvider } from "../method-call";
import { wbemRefusal } from "../wbem-refusal";
import { referencedInstance } from "./referenced-instance";
import { disabledFault, refusedDisabled } from "./refused-disabled";
import { refusedMembers } from "./refused-members";
import { startWork } from "./start-work";

const resultParameter = "ResultingSnapshotCollection";

/** A machine has no more checkpoints than this, whatever their kinds. */
const checkpointLimit = 50;
const limitFault = { endState: JobState.Exception, errorCode: VendorCode.Failed, atPercent: 10 } as const;

/** `Msvm_CollectionSnapshotService.CreateSnapshot`: one snapshot of every machine in a group. */
export const createSnapshot: MethodProvider = (call) => {
  refuseResultPath(call);
  const group = referencedInstance(call, "Collection", ClassName.virtualSystemCollection);
  if ("refusal" in group) return group.refusal;
  const snapshotType = Number(call.parameters["SnapshotType"]);
  if (!isKnownType(call, snapshotType)) return { returnValue: ReturnValue.InvalidParameter };
  const members = linked(call.state.repository, links.machinesOfGroup, group.instance);
  const refusal =
    refusedSettings(call) ??
    refusedMembers(call, members) ??
    refusedDisabled(call, members, "group") ??
    refusedAtLimit(call, members);
  if (refusal !== undefined) return refusal;
  const { checkpointLimitRefusal } = call.state.options;
  const failsAtLimit = isAtLimit(call, members) && checkpointLimitRefusal === "jobError32768";
  const jobFault = failsAtLimit ? (call.jobFault ?? limitFault) : disabledFault(call, members);
  const machineIds = members.map((machine) => String(machine.properties["Name"]));
  const snapshotCollectionId = call.state.collectionId(call.newId("snapshot collection"));
  return startWork(
    { ...call, jobFault },
    {
      method: "CreateSnapshot",
      // behaviour: completion
      completion: call.state.options.completion,
      // behaviour: createJobType
      jobType: JobType.SnapshotCollection,
      machineIds,
      work: {
        kind: "takeSnapshots",
        groupId: String(group.instance.properties["CollectionID"]),
        snapshotCollectionId,
        snapshotType,
        members: machineIds.map((machineId) => ({ machineId, snapshotId: call.newId(`snapshot of ${machineId}`) })),
      },
      result: {
        parameter: resultParameter,
        path: call.state.repository.path(ClassName.snapshotCollection, { CollectionID: snapshotCollectionId }),
      },
    },
  );
};

function refuseResultPath(call: MethodCall): void {
  // behaviour: resultPathRefused
  if (call.parameters[resultParameter] === null) return;
  throw wbemRefusal("WBEM_E_INVALID_METHOD_PARAMETERS", {
    attempted: "Invoking CreateSnapshot",
    target: call.instance.path.toString(),
    because: `${resultParameter} was given a path`,
    remedy: `Leave ${resultParameter} out, or send null`,
  });
}

function isKnownType({ state }: MethodCall, snapshotType: number): boolean {
  // behaviour: snapshotTypes
  const vendorToo = state.options.snapshotTypes === "vendorToo";
  const { StandardSnapshot, RecoverySnapshot } = SnapshotType;
  return snapshotType === StandardSnapshot || snapshotType === RecoverySnapshot || (vendorToo && snapshotType >= 32768);
}

function refusedSettings(call: MethodCall): MethodOutcome | undefined {
  const { SnapshotSettings: settings } = call.parameters;
  // behaviour: settingsMayBeEmpty
  if (settings === null || settings === "") return undefined;
  const { schema } = call.state.repository;
  const { badSettings, settings: goodSettings } = call.state.options;
  if (readEmbeddedInstance(String(settings), ClassName.virtualSystemSnapshotSettingData, schema)) {
    // behaviour: settings
    return goodSettings === "accept" ? undefined : { returnValue: VendorCode.InvalidParameter };
  }
  // behaviour: badSettings
  return { returnValue: badSettings === "refuse32768" ? VendorCode.Failed : VendorCode.InvalidParameter };
}

function isAtLimit({ state }: MethodCall, members: readonly StoredInstance[]): boolean {
  // behaviour: checkpointLimit
  return members.some((machine) => snapshotsOfMachine(state.repository, machine).length >= checkpointLimit);
}

function refusedAtLimit(call: MethodCall, members: readonly StoredInstance[]): MethodOutcome | undefined {
  // behaviour: checkpointLimitRefusal
  const { checkpointLimitRefusal } = call.state.options;
  if (checkpointLimitRefusal === "jobError32768" || !isAtLimit(call, members)) return undefined;
  return { returnValue: checkpointLimitRefusal === "refuse32770" ? VendorCode.NotSupported : VendorCode.Failed };
}
