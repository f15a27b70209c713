import type { CimInstancePath } from "../../cim/cim-instance-path";
import { ClassName } from "../../schema/names";
import { EnabledState, JobType, ReturnValue, SnapshotType, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import { readEmbeddedInstance } from "../embedded-settings";
import type { MethodCall, MethodOutcome, MethodProvider } from "../method-call";
import { wbemRefusal } from "../wbem-refusal";
import { referencedInstance } from "./referenced-instance";
import { startWork } from "./start-work";

const resultParameter = "ResultingSnapshotCollection";

/** `Msvm_CollectionSnapshotService.CreateSnapshot`: one snapshot of every machine in a group. */
export const createSnapshot: MethodProvider = (call) => {
  refuseResultPath(call);
  const group = referencedInstance(call, "Collection", ClassName.virtualSystemCollection);
  if ("refusal" in group) return group.refusal;
  const { SnapshotType: snapshotType } = call.parameters;
  // behaviour: snapshotTypesOneAndTwo
  if (snapshotType !== SnapshotType.StandardSnapshot && snapshotType !== SnapshotType.RecoverySnapshot) {
    return { returnValue: ReturnValue.InvalidParameter };
  }
  const members = membersOf(call, group.instance);
  const refusal = refusedSettings(call) ?? refusedMembers(call, members);
  if (refusal !== undefined) return refusal;
  const machineIds = members.map((machine) => String(machine.properties["Name"]));
  const snapshotCollectionId = call.state.collectionId(call.newId("snapshot collection"));
  return startWork(call, {
    method: "CreateSnapshot",
    // behaviour: createJobType
    jobType: JobType.SnapshotCollection,
    text: "Snapshot Collection",
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
  });
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

function membersOf(call: MethodCall, group: StoredInstance): readonly StoredInstance[] {
  const { repository } = call.state;
  return [...repository.rowsAt(group.identity, ClassName.collectedVirtualSystems)].flatMap((row) => {
    const machine = repository.find(row.properties["Member"] as CimInstancePath);
    return machine === undefined ? [] : [machine];
  });
}

function refusedSettings(call: MethodCall): MethodOutcome | undefined {
  const { SnapshotSettings: settings } = call.parameters;
  // behaviour: settingsMayBeEmpty
  if (settings === null || settings === "") return undefined;
  const { schema } = call.state.repository;
  if (readEmbeddedInstance(String(settings), ClassName.virtualSystemSnapshotSettingData, schema)) return undefined;
  // behaviour: badSettings
  const { badSettings } = call.state.options;
  return { returnValue: badSettings === "refuse32768" ? VendorCode.Failed : VendorCode.InvalidParameter };
}

function refusedMembers(call: MethodCall, members: readonly StoredInstance[]): MethodOutcome | undefined {
  const { options, jobs } = call.state;
  const invalidState = { returnValue: VendorCode.InvalidStateForThisOperation };
  const isIn = (...states: readonly number[]) =>
    members.some(({ properties }) => states.includes(Number(properties["EnabledState"])));
  // behaviour: emptyGroup
  if (members.length === 0 && options.emptyGroup === "refuse32775") return invalidState;
  // behaviour: membersOff
  if (isIn(EnabledState.Disabled) && options.membersOff === "refuse32770")
    return { returnValue: VendorCode.NotSupported };
  // behaviour: membersSavedOrPaused
  const refuseSaved = options.membersSavedOrPaused === "refuse32775";
  if (isIn(EnabledState.EnabledButOffline, EnabledState.Quiesce) && refuseSaved) return invalidState;
  // behaviour: membersBusy
  const isBusy = members.some(({ properties }) => jobs.isWorkedOn(String(properties["Name"])));
  return isBusy && options.membersBusy === "refuse32775" ? invalidState : undefined;
}
