import { ClassName, VirtualSystemType } from "../../schema/names";
import { JobType, MachineSnapshotType, ReturnValue, VendorCode } from "../../schema/value-maps";
import { readEmbeddedInstance } from "../embedded-settings";
import { snapshotPath } from "../machine-snapshots";
import type { MethodCall, MethodOutcome, MethodProvider } from "../method-call";
import { referencedInstance } from "./referenced-instance";
import { disabledFault, refusedDisabled } from "./refused-disabled";
import { refusedWhileBusy } from "./refused-members";
import { startWork } from "./start-work";

/** `Msvm_VirtualSystemSnapshotService.CreateSnapshot`: a checkpoint of one machine, as people take it. */
export const createMachineSnapshot: MethodProvider = (call) => {
  const machine = referencedInstance(call, "AffectedSystem", ClassName.computerSystem);
  if ("refusal" in machine) return machine.refusal;
  const { SnapshotType: snapshotType } = call.parameters;
  // behaviour: machineSnapshotTypes
  if (!Object.values<unknown>(MachineSnapshotType).includes(snapshotType)) {
    return { returnValue: ReturnValue.InvalidParameter };
  }
  const asked = readSettings(call);
  if ("returnValue" in asked) return asked;
  const machineId = String(machine.instance.properties["Name"]);
  const snapshotId = call.newId(`snapshot of ${machineId}`);
  const isRecovery = snapshotType === MachineSnapshotType.RecoverySnapshot;
  return (
    refusedWhileBusy(call, [machineId]) ??
    refusedDisabled(call, [machine.instance], "machine") ??
    startWork(
      { ...call, jobFault: disabledFault(call, [machine.instance]) },
      {
        method: "CreateSnapshot",
        completion: call.state.options.completion,
        jobType: JobType.SnapshotVirtualMachine,
        machineIds: [machineId],
        work: {
          kind: "takeMachineSnapshot",
          machineId,
          snapshotId,
          snapshotKind: isRecovery ? "recovery" : "standard",
          ...asked,
        },
        result: { parameter: "ResultingSnapshot", path: snapshotPath(call.state.repository, snapshotId) },
      },
    )
  );
};

/** Reads the settings of a checkpoint: none, how it is taken, or, as an option, its name. */
function readSettings(call: MethodCall): { readonly name?: string } | MethodOutcome {
  const { schema } = call.state.repository;
  const text = String(call.parameters["SnapshotSettings"] ?? "");
  if (text === "" || readEmbeddedInstance(text, ClassName.virtualSystemSnapshotSettingData, schema)) return {};
  const machineSettings = readEmbeddedInstance(text, ClassName.virtualSystemSettingData, schema);
  // behaviour: machineBadSettings
  if (machineSettings === undefined) return { returnValue: VendorCode.Failed };
  // behaviour: machineSnapshotNaming
  const { machineSnapshotNaming } = call.state.options;
  if (machineSnapshotNaming === "refuse32773") return { returnValue: VendorCode.InvalidParameter };
  const name = machineSettings.values["ElementName"];
  return machineSnapshotNaming === "named" && typeof name === "string" ? { name } : {};
}

/** Finds the snapshot that a parameter names, and answers the call with it unless the host refuses. */
function onSnapshot(
  parameter: string,
  answer: (call: MethodCall, snapshotId: string, machineId: string) => MethodOutcome,
): MethodProvider {
  return (call) => {
    const snapshot = referencedInstance(call, parameter, ClassName.virtualSystemSettingData);
    if ("refusal" in snapshot) return snapshot.refusal;
    const { InstanceID, VirtualSystemIdentifier, VirtualSystemType: type } = snapshot.instance.properties;
    if (type === VirtualSystemType.realized) return { returnValue: ReturnValue.InvalidParameter };
    const machineId = String(VirtualSystemIdentifier);
    const snapshotId = String(InstanceID).replace(/^Microsoft:/, "");
    return refusedWhileBusy(call, [machineId]) ?? answer(call, snapshotId, machineId);
  };
}

/** `Msvm_VirtualSystemSnapshotService.DestroySnapshot`: removes one machine's checkpoint; later ones stay. */
export const destroyMachineSnapshot = onSnapshot("AffectedSnapshot", (call, snapshotId, machineId) =>
  // behaviour: machineDestroyKeepsDependents
  startWork(call, {
    method: "DestroySnapshot",
    completion: call.state.options.completion,
    jobType: JobType.DeleteVirtualMachineSnapshot,
    machineIds: [machineId],
    work: { kind: "destroyMachineSnapshot", snapshotId },
  }),
);

/** `Msvm_VirtualSystemSnapshotService.ApplySnapshot`: brings one machine back to its checkpoint. */
export const applyMachineSnapshot = onSnapshot("Snapshot", (call, snapshotId, machineId) =>
  startWork(call, {
    method: "ApplySnapshot",
    completion: call.state.options.completion,
    jobType: JobType.ApplyVirtualMachineSnapshot,
    machineIds: [machineId],
    work: { kind: "applyMachineSnapshot", snapshotId },
  }),
);
