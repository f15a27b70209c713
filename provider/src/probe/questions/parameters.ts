import { memberSnapshots } from "../../hyperv/snapshot-collection";
import { snapshotSettingsText } from "../../hyperv/snapshot-settings";
import type { ProbeAnswer } from "../../probe-answer";
import { NoAnswer } from "../../probe-answer";
import { SnapshotType } from "../../schema/value-maps";
import { accepted } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { discard, madeBy, observedOf, type TrialParameters, takeTrial, wordOfTrial } from "../snapshot-trial";
import { renameSnapshot } from "./rename-snapshot";

const onRunning =
  (parameters: TrialParameters): ProbeQuestion["ask"] =>
  async (scene) =>
    wordOfTrial(scene, await scene.groupOf("running"), parameters);

/** The first of the types that are the vendor's own. */
const vendorType = 32768;

/** Which parameters CreateSnapshot takes. */
export const questionsOfParameters: readonly ProbeQuestion[] = [
  {
    id: "recoverySnapshot",
    question: "Does the host take a snapshot of type 2 (recovery) of a group of running machines?",
    asked: "Calls CreateSnapshot with type 2, and reads the VirtualSystemType of the snapshots.",
    changesHost: true,
    ask: async (scene) => {
      const { answer, observed } = await recovery(scene);
      return { answer, observed };
    },
  },
  {
    id: "recoverySnapshotSettings",
    question: "Can the settings of a recovery snapshot be written?",
    asked: "Gives a machine's recovery snapshot another name.",
    option: "recoverySnapshotSettings",
    changesHost: true,
    ask: async (scene) => {
      const { renamed, answer } = await recovery(scene);
      if (renamed === null) throw new NoAnswer(`no snapshot was taken (${answer})`);
      return { answer: renamed };
    },
  },
  {
    id: "nullSettings",
    question: "May SnapshotSettings be null?",
    asked: "Calls CreateSnapshot with null instead of the empty text.",
    changesHost: true,
    ask: onRunning({ snapshotSettings: null }),
  },
  {
    id: "settings",
    question: "Does CreateSnapshot accept an embedded Msvm_VirtualSystemSnapshotSettingData?",
    asked: "Calls it with settings that ask for application consistency.",
    option: "settings",
    changesHost: true,
    ask: onRunning({ snapshotSettings: snapshotSettingsText({ consistencyLevel: "ApplicationConsistent" }) }),
  },
  {
    id: "badSettings",
    question: "How does the host refuse settings that aren't an embedded instance?",
    asked: "Calls CreateSnapshot with a text that isn't an embedded instance.",
    option: "badSettings",
    changesHost: true,
    ask: onRunning({ snapshotSettings: "no settings" }),
  },
  {
    id: "snapshotTypes",
    question: "Does CreateSnapshot accept vendor-specific types?",
    asked: `Calls it with the type ${vendorType}.`,
    option: "snapshotTypes",
    changesHost: true,
    ask: async (scene) => {
      const { answer, observed } = await onRunning({ snapshotType: vendorType })(scene);
      const words: Readonly<Record<string, string>> = { [accepted]: "vendorToo", refuse4: "oneAndTwo" };
      return { answer: words[answer] ?? answer, ...(observed && { observed }) };
    },
  },
];

/** Takes a recovery snapshot, writes on it, and removes it. */
function recovery(scene: ProbeScene): Promise<Required<ProbeAnswer> & { readonly renamed: string | null }> {
  return scene.once("recovery snapshot", async () => {
    const snapshotType = SnapshotType.RecoverySnapshot;
    const trial = await takeTrial(scene, await scene.groupOf("running"), { snapshotType });
    const answer = trial.word;
    if (answer !== accepted) return { answer, observed: observedOf(trial), renamed: null };
    const collection = madeBy(trial);
    const [first] = await memberSnapshots(scene.session, collection);
    const kinds = { VirtualSystemType: scene.redactor.value(first?.virtualSystemType ?? null) };
    const renamed = first ? (await renameSnapshot(scene, first.snapshotId, "hyperv-snapshots probe")).word : null;
    await discard(scene, [collection]);
    return { answer, observed: { ...observedOf(trial), ...kinds }, renamed };
  });
}
