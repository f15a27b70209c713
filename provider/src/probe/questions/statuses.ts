import type { ProbeAnswer } from "../../probe-answer";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { DiskMergeState } from "../../schema/value-maps";
import { accepted, refusalWord } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { beginTrial, discard, finishTrial, madeBy } from "../snapshot-trial";

/** What machines show while the host works on them, and whether their disks merge. */
export const questionsOfStatuses: readonly ProbeQuestion[] = [
  {
    id: "mergeSetting",
    question: "Do the machines' disks merge after a snapshot is destroyed?",
    asked: "Reads EnabledState of their Msvm_DiskMergeSettingData (0 temporarily disabled, 1 enabled).",
    changesHost: false,
    ask: askOfMergeSetting,
  },
  {
    id: "statusWhileTaking",
    question: "Which OperationalStatus do the machines show while a snapshot is taken?",
    asked: "Reads it repeatedly while CreateSnapshot's job runs.",
    changesHost: true,
    ask: async (scene) => activitiesIn((await statuses(scene)).whileTaking),
  },
  {
    id: "statusWhileMerging",
    question: "Which OperationalStatus do the machines show after a snapshot is destroyed, until they are idle?",
    asked: "Reads it repeatedly, from the call of DestroySnapshot until no machine is busy.",
    changesHost: true,
    ask: async (scene) => activitiesIn((await statuses(scene)).whileMerging),
  },
];

/** Names the activities among statuses such as `11,32768`. */
function activitiesIn(seen: readonly string[]): ProbeAnswer {
  const activities = seen.flatMap((status) => status.split(",").slice(1)).sort();
  return {
    answer: activities.length === 0 ? "none" : [...new Set(activities)].join(" "),
    observed: { seen: [...seen] },
  };
}

/** Takes a snapshot and destroys it, and watches the machines meanwhile. */
function statuses(scene: ProbeScene) {
  return scene.once("statuses", async () => {
    await scene.untilIdle();
    const begun = await beginTrial(scene, await scene.groupOf("running"));
    const [trial, whileTaking] = await scene.watchStatuses(() => finishTrial(scene, begun));
    if (trial.word !== accepted) throw new NoAnswer(`no snapshot was taken (${trial.word})`);
    const [, whileMerging] = await scene.watchStatuses(async () => {
      await discard(scene, [madeBy(trial)]);
      await scene.untilIdle();
    });
    return { whileTaking, whileMerging };
  });
}

async function askOfMergeSetting({ session, members }: ProbeScene): Promise<ProbeAnswer> {
  const read = async () => {
    const found = await session.query(`SELECT * FROM ${ClassName.diskMergeSettingData}`);
    return members.map(({ vmId }) => {
      const own = found.find((one) => one.string("InstanceID")?.toUpperCase().includes(vmId.toUpperCase()));
      return own?.number("EnabledState") ?? null;
    });
  };
  try {
    const settings = await read();
    const isOff = settings.includes(DiskMergeState.TemporarilyDisabled);
    const isOn = settings.includes(DiskMergeState.Enabled);
    return { answer: isOff ? "disabled" : isOn ? "enabled" : "missing", observed: { EnabledState: settings } };
  } catch (error) {
    return { answer: refusalWord(error) };
  }
}
