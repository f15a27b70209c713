import { NoAnswer } from "../../probe-answer";
import { accepted } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { TrialGroup } from "../probe-scene";
import { wordOfTrial } from "../snapshot-trial";

const trialOf =
  (which: TrialGroup): ProbeQuestion["ask"] =>
  async (scene) =>
    wordOfTrial(scene, await scene.groupOf(which));

/** What the state of members means for a snapshot. */
export const questionsOfMembers: readonly ProbeQuestion[] = [
  {
    id: "membersOff",
    question: "Does the host take a snapshot of a group whose machines are off?",
    asked: "Calls CreateSnapshot on a group of the members that are off.",
    option: "membersOff",
    changesHost: true,
    ask: trialOf("off"),
  },
  {
    id: "membersSavedOrPaused",
    question: "Does the host take a snapshot of a group whose machines are saved or paused?",
    asked: "Calls CreateSnapshot on a group of the members that are saved or paused.",
    option: "membersSavedOrPaused",
    changesHost: true,
    ask: trialOf("savedOrPaused"),
  },
  {
    id: "mixedMembers",
    question: "Does the host take a snapshot of a group whose machines are in different states?",
    asked: "Calls CreateSnapshot on a group of all members, if their states differ.",
    changesHost: true,
    ask: async (scene) => {
      const states = new Set(scene.machinesFor("all").map(({ enabledState }) => enabledState));
      if (states.size < 2) throw new NoAnswer("all machines of the group are in the same state");
      return wordOfTrial(scene, await scene.groupOf("all"));
    },
  },
  {
    id: "checkpointsDisabled",
    question:
      "Does the host take a snapshot of a group with a machine whose checkpoints are disabled (UserSnapshotType 2)?",
    asked: "Calls CreateSnapshot on a group of the running members whose checkpoints are disabled.",
    option: "checkpointsDisabled",
    changesHost: true,
    ask: async (scene) => {
      const { answer, observed } = await wordOfTrial(scene, await scene.groupOf("disabled"));
      return { answer: answer === accepted ? "groupsAccept" : answer, observed };
    },
  },
  {
    id: "checkpointLimitRefusal",
    question: "How does the host refuse a call that would exceed the limit of 50 checkpoints?",
    asked: "Calls CreateSnapshot on a group of the running members that have 50.",
    option: "checkpointLimitRefusal",
    changesHost: true,
    ask: trialOf("atLimit"),
  },
];
