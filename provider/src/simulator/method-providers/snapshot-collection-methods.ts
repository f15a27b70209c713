import { ClassName } from "../../schema/names";
import { JobType, ReturnValue, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import { areRecoverySnapshots } from "../collection-work";
import { readEmbeddedInstance } from "../embedded-settings";
import { linked, links, reversed } from "../links";
import type { MethodCall, MethodOutcome, MethodProvider } from "../method-call";
import { referencedInstance } from "./referenced-instance";
import { refusedWhileBusy } from "./refused-members";
import { startWork } from "./start-work";

/** A snapshot collection that a call names, with the machines whose snapshots it holds. */
interface NamedCollection {
  readonly instance: StoredInstance;
  readonly id: string;
  readonly machineIds: readonly string[];
}

/** Finds the collection that a parameter names, and answers the call with it unless the host refuses. */
function onCollection(
  parameter: string,
  answer: (call: MethodCall, collection: NamedCollection) => MethodOutcome,
): MethodProvider {
  return (call) => {
    const found = referencedInstance(call, parameter, ClassName.snapshotCollection);
    if ("refusal" in found) return found.refusal;
    const { instance } = found;
    const members = linked(call.state.repository, links.membersOfSnapshotCollection, instance);
    const machineIds = [...new Set(members.map(({ properties }) => String(properties["VirtualSystemIdentifier"])))];
    const id = String(instance.properties["CollectionID"]);
    return refusedWhileBusy(call, machineIds) ?? answer(call, { instance, id, machineIds });
  };
}

/** `Msvm_CollectionSnapshotService.DestroySnapshot`: removes the snapshots of a collection, and the collection. */
export const destroySnapshot = onCollection("AffectedSnapshotCollection", (call, { id, machineIds }) => {
  const { options } = call.state;
  return startWork(call, {
    method: "DestroySnapshot",
    completion: call.state.options.completion,
    // behaviour: destroyJobType
    jobType: Number(options.destroyJobType),
    machineIds,
    work: { kind: "destroySnapshots", snapshotCollectionId: id, dependents: options.dependents },
  });
});

/** `Msvm_CollectionSnapshotService.ApplySnapshot`: brings the machines back to their snapshots. */
export const applySnapshot = onCollection("SnapshotCollection", (call, { id, machineIds }) =>
  startWork(call, {
    method: "ApplySnapshot",
    completion: call.state.options.completion,
    // behaviour: applyJobType
    jobType: JobType.ApplyVirtualMachineSnapshot,
    machineIds,
    work: { kind: "applySnapshots", snapshotCollectionId: id },
  }),
);

/** `Msvm_CollectionSnapshotService.ConvertToReferencePoint`: makes reference points of recovery snapshots. */
export const convertToReferencePoint = onCollection("AffectedSnapshotCollection", (call, collection) => {
  const { repository } = call.state;
  // behaviour: convertRecoveryOnly
  if (!areRecoverySnapshots({ repository }, collection.instance)) return { returnValue: ReturnValue.InvalidType };
  const referencePointCollectionId = call.state.collectionId(call.newId("reference point collection"));
  const [group] = linked(repository, reversed(links.snapshotsOfGroup), collection.instance);
  return startWork(call, {
    method: "ConvertToReferencePoint",
    completion: call.state.options.completion,
    // behaviour: convertJobType
    jobType: JobType.ConvertSnapshotToReferencePoint,
    machineIds: collection.machineIds,
    work: { kind: "convertSnapshots", snapshotCollectionId: collection.id, referencePointCollectionId },
    result: {
      parameter: "ResultingReferencePointCollection",
      path: repository.path("Msvm_ReferencePointCollection", {
        CollectionID: referencePointCollectionId,
        VirtualSystemCollectionId: String(group?.properties["CollectionID"] ?? ""),
      }),
    },
  });
});

/** `Msvm_CollectionSnapshotService.ExportSnapshot`: writes the snapshots into a directory of the host. */
export const exportSnapshot = onCollection("SnapshotCollection", (call, { id, machineIds }) => {
  const { ExportDirectory: directory, ExportSettingData: settings } = call.parameters;
  const { schema } = call.state.repository;
  const settingsClass = "Msvm_CollectionSnapshotExportSettingData";
  // behaviour: exportParameters
  const isGood = settings === null || settings === "" || readEmbeddedInstance(String(settings), settingsClass, schema);
  if (!directory || !isGood) return { returnValue: VendorCode.InvalidParameter };
  return startWork(call, {
    method: "ExportSnapshot",
    completion: call.state.options.completion,
    // behaviour: exportJobType
    jobType: Number(call.state.options.exportJobType),
    machineIds,
    work: { kind: "exportSnapshots", snapshotCollectionId: id, directory: String(directory) },
  });
});
