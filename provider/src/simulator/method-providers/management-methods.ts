import type { CimInstancePath } from "../../cim/cim-instance-path";
import { ClassName, VirtualSystemType } from "../../schema/names";
import { JobType, ReturnValue, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import { readEmbeddedInstance } from "../embedded-settings";
import { embeddedText } from "../embedded-text";
import { linked, links, reversed } from "../links";
import type { MethodCall, MethodProvider } from "../method-call";
import { refusedName } from "./refused-name";
import { startWork } from "./start-work";

const settingsClass = ClassName.virtualSystemSettingData;
const summaryClass = "Msvm_SummaryInformation";

/** `Msvm_VirtualSystemManagementService.ModifySystemSettings`: writes settings of a machine or of a snapshot. */
export const modifySystemSettings: MethodProvider = (call) => {
  const { repository, options } = call.state;
  const text = String(call.parameters["SystemSettings"] ?? "");
  const embedded = readEmbeddedInstance(text, settingsClass, repository.schema);
  const { InstanceID: instanceId, ...values } = embedded?.values ?? {};
  const settings = instanceId && repository.find(repository.path(settingsClass, { InstanceID: String(instanceId) }));
  if (!settings) return { returnValue: VendorCode.InvalidParameter };
  // behaviour: notesWithMarkup
  if ([values["Notes"] ?? []].flat().some((note) => /[&<]/.test(String(note))))
    return { returnValue: VendorCode.Failed };
  const isRecovery = settings.properties["VirtualSystemType"] === VirtualSystemType.recoverySnapshot;
  // behaviour: recoverySnapshotSettings
  if (isRecovery && options.recoverySnapshotSettings === "refuse32775") {
    return { returnValue: VendorCode.InvalidStateForThisOperation };
  }
  return (
    refusedName(call, String(values["ElementName"] ?? "")) ??
    startWork(call, {
      method: "ModifySystemSettings",
      // behaviour: settingsCompletion
      completion: options.settingsCompletion,
      jobType: JobType.ModifyVirtualMachine,
      machineIds: [],
      work: { kind: "modifySettings", instanceId: String(instanceId), values: values as Record<string, string> },
    })
  );
};

/** `Msvm_VirtualSystemManagementService.GetSummaryInformation`: one summary for each machine or snapshot asked for. */
export const getSummaryInformation: MethodProvider = (call) => {
  const asked = call.parameters["SettingData"];
  const settings =
    asked === null
      ? machinesSettings(call)
      : (asked as readonly CimInstancePath[]).map((path) => call.state.repository.find(path));
  if (settings.some((one) => one === undefined)) return { returnValue: VendorCode.InvalidParameter };
  // behaviour: summaryInformation
  const summaries = (settings as readonly StoredInstance[]).map((one) => summaryOf(call, one));
  return { returnValue: ReturnValue.CompletedWithNoError, outParameters: { SummaryInformation: summaries } };
};

function machinesSettings({ state: { repository } }: MethodCall): readonly StoredInstance[] {
  return [...repository.instancesOf(settingsClass)].filter(
    ({ properties }) => properties["VirtualSystemType"] === VirtualSystemType.realized,
  );
}

function summaryOf(call: MethodCall, settings: StoredInstance): string {
  const { repository } = call.state;
  const machineOf =
    settings.properties["VirtualSystemType"] === VirtualSystemType.realized
      ? links.settingsOfMachine
      : links.snapshotsOfMachine;
  const [machine] = linked(repository, reversed(machineOf), settings);
  const notes = settings.properties["Notes"];
  return embeddedText(repository.schema, summaryClass, {
    Name: String(settings.properties["InstanceID"]).replace(/^Microsoft:/, ""),
    ElementName: settings.properties["ElementName"] ?? null,
    CreationTime: settings.properties["CreationTime"] ?? null,
    Notes: Array.isArray(notes) ? (notes[0] ?? null) : null,
    EnabledState: machine?.properties["EnabledState"] ?? null,
    OperationalStatus: machine?.properties["OperationalStatus"] ?? null,
    HealthState: machine?.properties["HealthState"] ?? null,
  });
}
