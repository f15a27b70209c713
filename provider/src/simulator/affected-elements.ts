import type { CimInstancePath } from "../cim/cim-instance-path";
import { ClassName } from "../schema/names";
import type { CimRepository, StoredInstance } from "./cim-repository";
import type { HostOptions } from "./host-options";
import type { HostWork, JobOrder } from "./host-record";
import { linked, links, reversed } from "./links";
import { machinePath } from "./machine-snapshots";

/** Lists the objects that the rows of a job name from its start. */
export function affectedElements(
  repository: CimRepository,
  { serviceClass, machineIds, work }: JobOrder,
  { collectionJobRows }: HostOptions,
): readonly CimInstancePath[] {
  const machines = machineIds.map((id) => machinePath(repository, id));
  // behaviour: jobAffectsMachines
  if (serviceClass !== ClassName.collectionSnapshotService) return machines;
  // behaviour: collectionJobRows
  switch (collectionJobRows) {
    case "machines":
      return machines;
    case "group":
      return groupsWorkedOn(repository, work).map(({ path }) => path);
    case "none":
      return [];
  }
}

function groupsWorkedOn(repository: CimRepository, work: HostWork): readonly StoredInstance[] {
  const find = (className: string, id: string) => {
    const found = repository.find(repository.path(className, { CollectionID: id }));
    return found === undefined ? [] : [found];
  };
  if (work.kind === "takeSnapshots") return find(ClassName.virtualSystemCollection, work.groupId);
  const collections =
    "snapshotCollectionId" in work ? find(ClassName.snapshotCollection, work.snapshotCollectionId) : [];
  return collections.flatMap((collection) => linked(repository, reversed(links.snapshotsOfGroup), collection));
}
