import type { CimInstancePath } from "../../cim/cim-instance-path";
import { ClassName } from "../../schema/names";
import type { StoredInstance } from "../cim-repository";
import type { MethodCall, MethodProvider } from "../method-call";
import { referencedInstance } from "./referenced-instance";
import { startWork } from "./start-work";

/** `Msvm_CollectionSnapshotService.DestroySnapshot`: removes the snapshots of a collection, and the collection. */
export const destroySnapshot: MethodProvider = (call) => {
  const collection = referencedInstance(call, "AffectedSnapshotCollection", ClassName.snapshotCollection);
  if ("refusal" in collection) return collection.refusal;
  const { options } = call.state;
  return startWork(call, {
    method: "DestroySnapshot",
    // behaviour: destroyJobType
    jobType: Number(options.destroyJobType),
    text: "Delete Snapshot Collection",
    machineIds: machinesOf(call, collection.instance),
    work: {
      kind: "destroySnapshots",
      snapshotCollectionId: String(collection.instance.properties["CollectionID"]),
      dependents: options.dependents,
    },
  });
};

function machinesOf(call: MethodCall, collection: StoredInstance): readonly string[] {
  const { repository } = call.state;
  const ids = [...repository.rowsAt(collection.identity, ClassName.collectedSnapshots)].map((row) => {
    const snapshot = repository.find(row.properties["Member"] as CimInstancePath);
    return String(snapshot?.properties["VirtualSystemIdentifier"]);
  });
  return [...new Set(ids)];
}
