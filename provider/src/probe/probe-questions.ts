import type { ProbeQuestion } from "./probe-question";
import { questionsOfComparisons } from "./questions/comparisons";
import { questionsOfDestroying } from "./questions/destroying";
import { questionsOfFirstSnapshot } from "./questions/first-snapshot";
import { questionsOfGroups } from "./questions/groups";
import { questionsOfMembers } from "./questions/members";
import { questionsOfNotes } from "./questions/notes";
import { questionsOfParameters } from "./questions/parameters";
import { questionsOfRunningJobs } from "./questions/side-by-side";
import { questionsOfStatuses } from "./questions/statuses";
import { questionsOfStoppedVmms } from "./questions/stopped-vmms";

/** All questions of a probe, in their order: the one table for the probe, the docs and the tests. */
export const probeQuestions: readonly ProbeQuestion[] = [
  ...questionsOfGroups,
  ...questionsOfMembers,
  ...questionsOfFirstSnapshot,
  ...questionsOfNotes,
  ...questionsOfRunningJobs,
  ...questionsOfDestroying,
  ...questionsOfParameters,
  ...questionsOfComparisons,
  ...questionsOfStatuses,
  ...questionsOfStoppedVmms,
];

/** The options of the simulated host that no question settles, and why. */
export const notAsked: Readonly<Record<string, string>> = {
  collectionJobRows: "No question covers it yet. The client finds the result whichever rows a job has.",
  snapshotCollectionAppears:
    "No question covers it yet. The client waits for the job, whenever the collection appears.",
  snapshotCreationTime:
    "No question covers it yet. If it is the end, the client reports a result that no job names any more, and doesn't use it.",
  applyingStatus: "A machine would have to be restored to a snapshot.",
  merging: "A merge can't be made to fail without breaking the machine's disks.",
  membersThatMoved: "A machine would have to be moved to another node.",
  language: "The client decides nothing by a host's texts, so it doesn't matter.",
  failedMember: "One machine's snapshot can't be made to fail without breaking that machine.",
  jobsAtRestart: "The host's service would have to be restarted while others use it.",
  exportJobType: "An export writes whole disks into a folder of the host.",
};
