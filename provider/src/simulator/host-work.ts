import type { StoredInstance } from "./cim-repository";
import { applySnapshots, convertSnapshots, destroyCollected, destroySnapshots, takeSnapshots } from "./collection-work";
import { writeDiskMergeSetting } from "./disk-merging";
import { changeMembership, defineGroup, destroyGroup, renameGroup } from "./group-work";
import type { HostWork, WorkOf } from "./host-record";
import { linked, links, reversed } from "./links";
import {
  applyMachineSnapshot,
  changeMachine,
  machinePath,
  snapshotPath,
  startMachine,
  takeMachineSnapshot,
  type WorkScene,
} from "./machine-snapshots";
import { receiveMachine, sendMachine } from "./moving-machine";
import { modifySettings } from "./settings-work";

/** The result of work: the objects that a job's rows with effect 5 refer to, and the machines whose disks merge now. */
interface WorkResult {
  readonly made?: readonly StoredInstance[];
  readonly merging?: readonly StoredInstance[];
}

type Doers = { readonly [Kind in HostWork["kind"]]: (scene: WorkScene, work: WorkOf<Kind>) => WorkResult };

const doers: Doers = {
  takeSnapshots: (scene, work) => {
    const [collection, ...snapshots] = takeSnapshots(scene, work);
    // behaviour: jobResultRow
    const { jobResultRow } = scene.options;
    if (jobResultRow === "memberSnapshots") return { made: snapshots };
    return { made: collection !== undefined && jobResultRow === "collection" ? [collection] : [] };
  },
  destroySnapshots: (scene, work) => ({ merging: destroySnapshots(scene, work) }),
  applySnapshots: leavingNothing(applySnapshots),
  convertSnapshots: (scene, work) => ({ made: convertSnapshots(scene, work) }),
  exportSnapshots: () => ({}), // what lies in the directory afterwards isn't part of this model
  takeMachineSnapshot: (scene, { machineId, snapshotId, snapshotKind, name }) => {
    const machine = scene.repository.find(machinePath(scene.repository, machineId));
    if (machine === undefined) return {};
    const made = takeMachineSnapshot(scene, machine, snapshotId, snapshotKind);
    return { made: [name === undefined ? made : scene.repository.update(made, { ElementName: name })] };
  },
  destroyMachineSnapshot: (scene, { snapshotId }) => {
    const snapshot = scene.repository.find(snapshotPath(scene.repository, snapshotId));
    if (snapshot === undefined) return {};
    const merging = linked(scene.repository, reversed(links.snapshotsOfMachine), snapshot);
    destroyCollected(scene, snapshot);
    return { merging };
  },
  applyMachineSnapshot: leavingNothing((scene, { snapshotId }: WorkOf<"applyMachineSnapshot">) => {
    const snapshot = scene.repository.find(snapshotPath(scene.repository, snapshotId));
    if (snapshot !== undefined) applyMachineSnapshot(scene, snapshot);
  }),
  upgradeMachine: leavingNothing(({ disks }, { machineId, applicationVersion }: WorkOf<"upgradeMachine">) =>
    disks.write(machineId, applicationVersion),
  ),
  startMachine: leavingNothing(startMachine),
  changeMachine: leavingNothing((scene, work: WorkOf<"changeMachine">) => {
    changeMachine(scene, work);
    const { machineId, mergingEnabled } = work;
    if (mergingEnabled !== undefined) writeDiskMergeSetting(scene.repository, machineId, mergingEnabled);
  }),
  sendMachine: leavingNothing(sendMachine),
  receiveMachine: leavingNothing(receiveMachine),
  defineGroup: (scene, work) => {
    const group = defineGroup(scene, work);
    // behaviour: groupResultRow
    return { made: scene.options.groupResultRow === "group" ? [group] : [] };
  },
  destroyGroup: leavingNothing(destroyGroup),
  renameGroup: leavingNothing(renameGroup),
  changeMembership: leavingNothing(changeMembership),
  modifySettings: leavingNothing(modifySettings),
};

/** Makes work whose result neither a job's rows nor the machines show. */
function leavingNothing<Work>(work: (scene: WorkScene, order: Work) => void) {
  return (scene: WorkScene, order: Work): WorkResult => {
    work(scene, order);
    return {};
  };
}

/** Does work on the host's objects, at the moment at which it takes effect. */
export function doHostWork(scene: WorkScene, work: HostWork): WorkResult {
  const doer = doers[work.kind] as (scene: WorkScene, work: HostWork) => WorkResult;
  return doer(scene, work);
}
