import { NoAnswer } from "../no-answer";
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
    question: "Can a group whose machines are off be snapshot?",
    asked: "Calls CreateSnapshot on a group of those members that are off.",
    option: "membersOff",
    changesHost: true,
    ask: trialOf("off"),
  },
  {
    id: "membersSavedOrPaused",
    question: "Can a group whose machines are saved or paused be snapshot?",
    asked: "Calls CreateSnapshot on a group of those members that are.",
    option: "membersSavedOrPaused",
    changesHost: true,
    ask: trialOf("savedOrPaused"),
  },
  {
    id: "mixedMembers",
    question: "Can a group whose machines are in different states be snapshot?",
    asked: "Calls CreateSnapshot on a group of all members, where they are.",
    changesHost: true,
    ask: async (scene) => {
      const states = new Set(scene.machinesFor("all").map(({ enabledState }) => enabledState));
      if (states.size < 2) throw new NoAnswer("all machines of the group are in the same state");
      return wordOfTrial(scene, await scene.groupOf("all"));
    },
  },
  {
    id: "checkpointsDisabled",
    question: "Can a group be snapshot with a machine whose checkpoints are disabled (UserSnapshotType 2)?",
    asked: "Calls CreateSnapshot on a group of those running members whose checkpoints are.",
    option: "checkpointsDisabled",
    changesHost: true,
    ask: async (scene) => {
      const { answer, observed } = await wordOfTrial(scene, await scene.groupOf("disabled"));
      return { answer: answer === accepted ? "groupsAccept" : answer, observed };
    },
  },
  {
    id: "checkpointLimitRefusal",
    question: "How is a call refused that would exceed the limit of 50 checkpoints?",
    asked: "Calls CreateSnapshot on a group of those running members that have 50.",
    option: "checkpointLimitRefusal",
    changesHost: true,
    ask: trialOf("atLimit"),
  },
];
