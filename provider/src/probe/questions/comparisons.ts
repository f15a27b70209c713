import { embedInstance } from "../../cim/embedded-instance";
import { snapshotSettingsText } from "../../hyperv/snapshot-settings";
import type { ProbeAnswer } from "../../probe-answer";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { MachineSnapshotType, SnapshotType } from "../../schema/value-maps";
import { tryMachine } from "../machine-trial";
import { accepted } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { wordOfTrial } from "../snapshot-trial";

const embedded = snapshotSettingsText({ consistencyLevel: "ApplicationConsistent" });

/** What the probe gives a snapshot as its name. */
const givenName = "hyperv-snapshots probe";

/** Snapshots of one machine by the per-machine service, to compare with those of the group: which of them the host takes. */
const ofOneMachine = [
  { id: "machineSnapshot", snapshotType: MachineSnapshotType.FullSnapshot, settings: "" },
  { id: "machineSnapshotSettings", snapshotType: MachineSnapshotType.FullSnapshot, settings: embedded },
  { id: "machineRecoverySnapshot", snapshotType: MachineSnapshotType.RecoverySnapshot, settings: "" },
  { id: "machineRecoverySettings", snapshotType: MachineSnapshotType.RecoverySnapshot, settings: embedded },
] as const;

/**
 * The same running machines, asked for in every way: a refusal that the group's snapshot and the machine's have in common isn't
 * about groups. The group's snapshot of type 1 is asked for by `runningMembers` and `settings`, that of type 2 by `recoverySnapshot`.
 */
export const questionsOfComparisons: readonly ProbeQuestion[] = [
  {
    id: "recoverySettings",
    question: "Does CreateSnapshot of type 2 (recovery) accept an embedded Msvm_VirtualSystemSnapshotSettingData?",
    asked: "Calls it on a group of the running members, with settings that ask for application consistency.",
    changesHost: true,
    ask: async (scene) => {
      const parameters = { snapshotType: SnapshotType.RecoverySnapshot, snapshotSettings: embedded };
      return wordOfTrial(scene, await scene.groupOf("running"), parameters);
    },
  },
  ...ofOneMachine.map(
    ({ id, snapshotType, settings }): ProbeQuestion => ({
      id,
      question: `Does the host take a snapshot of one running machine alone (type ${snapshotType}, ${settings === "" ? "no settings" : "embedded settings"})?`,
      asked: "Calls CreateSnapshot of Msvm_VirtualSystemSnapshotService on the first running member.",
      changesHost: true,
      ask: async (scene) => tryMachine(scene, firstRunning(scene), { snapshotType, snapshotSettings: settings }),
    }),
  ),
  {
    id: "machineSnapshotNaming",
    question: "Does an embedded Msvm_VirtualSystemSettingData set the name of a new snapshot of one machine?",
    asked:
      "Calls CreateSnapshot of Msvm_VirtualSystemSnapshotService (type 2) with an ElementName, and reads the name.",
    option: "machineSnapshotNaming",
    changesHost: true,
    ask: askOfNaming,
  },
];

function firstRunning(scene: ProbeScene) {
  const [first] = scene.machinesFor("running");
  if (first === undefined) throw new NoAnswer("no machine of the group is running");
  return first;
}

async function askOfNaming(scene: ProbeScene): Promise<ProbeAnswer> {
  const snapshotSettings = embedInstance(ClassName.virtualSystemSettingData, { ElementName: givenName });
  const names: (string | null)[] = [];
  const parameters = { snapshotType: MachineSnapshotType.FullSnapshot, snapshotSettings };
  const { answer, observed } = await tryMachine(scene, firstRunning(scene), parameters, ({ name }) => names.push(name));
  if (answer !== accepted) return { answer, observed };
  return { answer: names.includes(givenName) ? "named" : "ignored", observed };
}
