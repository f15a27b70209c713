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

/** Everything a probe asks, in the order in which it asks. The one table: the probe, the docs and the tests come from it. */
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

/** Options of the simulated host that no question settles, and why none is asked. */
export const notAsked: Readonly<Record<string, string>> = {
  collectionJobRows: "No question asks it yet. The client finds the result whichever rows a job has.",
  snapshotCollectionAppears: "No question asks it yet. The client waits for the job, whenever the collection appears.",
  applyingStatus: "A machine would have to be brought back to a snapshot.",
  merging: "Nothing makes a merge fail without breaking the machine's disks.",
  membersThatMoved: "A machine would have to be moved to another node.",
  language: "Nothing is decided by a host's texts, so it doesn't matter.",
  failedMember: "Nothing makes one machine's snapshot fail without breaking that machine.",
  jobsAtRestart: "The host's service would have to be started anew while others use it.",
  exportJobType: "An export writes whole disks into a folder of the host.",
};
