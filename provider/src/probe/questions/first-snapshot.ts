import type { CimInstance } from "../../cim/cim-instance";
import { CimInstancePath } from "../../cim/cim-instance-path";
import { NotFoundError } from "../../errors";
import { memberSnapshots } from "../../hyperv/snapshot-collection";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { ElementEffects, UserSnapshotType } from "../../schema/value-maps";
import { accepted } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { madeBy, observedOf, type Trial, takeTrial } from "../snapshot-trial";

/** The first snapshot of the running machines, with the rows of its job; it stays until another question destroys it. */
export function firstSnapshot(scene: ProbeScene): Promise<FirstSnapshot> {
  return scene.once("first snapshot", async () => {
    const trial = await takeTrial(scene, await scene.groupOf("running"));
    const rows = trial.job ? await rowsOfJob(scene, trial.job.path) : null;
    return { trial, rows };
  });
}

interface FirstSnapshot {
  readonly trial: Trial;
  /** Null where there was no job, or the host doesn't show it. */
  readonly rows: readonly CimInstance[] | null;
}

/** The affected elements of a job; none where the host doesn't show the job. */
export async function rowsOfJob({ session }: ProbeScene, job: CimInstancePath): Promise<readonly CimInstance[]> {
  try {
    const association = { associationClass: ClassName.affectedJobElement, role: "AffectingElement" };
    return await session.references(job, association);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return [];
    throw error;
  }
}

/** The first snapshot, where it was taken. */
async function taken(scene: ProbeScene): Promise<FirstSnapshot> {
  const first = await firstSnapshot(scene);
  if (first.trial.word !== accepted) throw new NoAnswer(`no snapshot was taken (${first.trial.word})`);
  return first;
}

/** The questions that a snapshot of running machines answers for every other snapshot. */
export const questionsOfFirstSnapshot: readonly ProbeQuestion[] = [
  {
    id: "runningMembers",
    question:
      "Does the host take a snapshot of a group of running machines (type 1, no settings), and if not, how does it refuse?",
    asked: "Calls CreateSnapshot on a group of the running members.",
    changesHost: true,
    ask: async (scene) => {
      const { trial } = await firstSnapshot(scene);
      return { answer: trial.word, observed: observedOf(trial) };
    },
  },
  {
    id: "completion",
    question: "Does CreateSnapshot start a job, or is it done at once?",
    asked: "Checks whether that call returned 4096 or 0.",
    option: "completion",
    changesHost: true,
    ask: async (scene) => {
      const { trial } = await taken(scene);
      return { answer: trial.jobPath ? "job" : "atOnce" };
    },
  },
  {
    id: "resultReferenceOnJob",
    question: "Is ResultingSnapshotCollection null if the call returns 4096?",
    asked: "Looks at the out parameters of that call.",
    option: "resultReferenceOnJob",
    changesHost: true,
    ask: async (scene) => {
      const { trial } = await taken(scene);
      if (!trial.jobPath) throw new NoAnswer("the host was done at once, without a job");
      return resultReference(scene, trial);
    },
  },
  {
    id: "resultReferenceAtOnce",
    question: "Does ResultingSnapshotCollection name the snapshot if the call returns 0?",
    asked: "Looks at the out parameters of that call.",
    option: "resultReferenceAtOnce",
    changesHost: true,
    ask: async (scene) => {
      const { trial } = await taken(scene);
      if (trial.jobPath) throw new NoAnswer("the host started a job");
      return resultReference(scene, trial);
    },
  },
  {
    id: "jobResultRow",
    question: "Which affected elements does a finished CreateSnapshot job have, and which of them has the effect 5?",
    asked: "Reads the Msvm_AffectedJobElement rows of its job.",
    option: "jobResultRow",
    changesHost: true,
    ask: askOfRows,
  },
  {
    id: "jobsShown",
    question: "Does this account see the jobs that it starts?",
    asked: "Reads the job of that call.",
    option: "rights",
    changesHost: true,
    ask: async (scene) => {
      const { trial } = await taken(scene);
      if (!trial.jobPath) throw new NoAnswer("the host was done at once, without a job");
      const observed = { jobType: trial.job && (await jobTypeOf(scene, trial.jobPath)) };
      return { answer: trial.job ? "full" : "jobsHidden", observed };
    },
  },
  {
    id: "snapshotCollectionName",
    question: "Which ElementName does a new snapshot collection have?",
    asked: "Reads the name of the new collection.",
    option: "snapshotCollectionName",
    changesHost: true,
    ask: async (scene) => {
      const { trial } = await taken(scene);
      const name = (await scene.session.get(madeBy(trial))).string("ElementName");
      if (name === trial.group.name) return { answer: "group" };
      return { answer: name === null ? "null" : "another", observed: { ElementName: scene.redactor.value(name) } };
    },
  },
  {
    id: "savedState",
    question: "Which snapshots of running machines hold a saved state?",
    asked: "Reads IsSaved of the snapshots of machines whose checkpoint type is standard (5, Test).",
    option: "savedState",
    changesHost: true,
    ask: askOfSavedState,
  },
];

/** `JobType` of a job that has ended; null where it can't be read. */
export async function jobTypeOf({ session }: ProbeScene, job: CimInstancePath): Promise<number | null> {
  try {
    return (await session.get(job)).number("JobType");
  } catch (error) {
    if (NotFoundError.isInstance(error)) return null;
    throw error;
  }
}

function resultReference({ redactor }: ProbeScene, { result }: Trial) {
  const reference = result?.outParameters["ResultingSnapshotCollection"] ?? null;
  return {
    answer: reference instanceof CimInstancePath ? "given" : "null",
    observed: { ResultingSnapshotCollection: redactor.value(reference) },
  };
}

async function askOfRows(scene: ProbeScene) {
  const { trial, rows } = await taken(scene);
  if (!trial.jobPath) throw new NoAnswer("the host was done at once, without a job");
  if (rows === null) throw new NoAnswer("the account isn't shown the job");
  const read = rows.map((row) => ({
    element: row.reference("AffectedElement"),
    effects: row.numbers("ElementEffects"),
  }));
  const created = read.filter(({ effects }) => effects.includes(ElementEffects.Create));
  const isOf = (className: string) =>
    created.some(({ element }) => element?.className.toLowerCase() === className.toLowerCase());
  const snapshots = isOf(ClassName.virtualSystemSettingData) ? "memberSnapshots" : "none";
  return {
    answer: isOf(ClassName.snapshotCollection) ? "collection" : snapshots,
    observed: {
      rows: read.map(({ element, effects }) => ({ element: scene.redactor.value(element), effects: [...effects] })),
    },
  };
}

async function askOfSavedState(scene: ProbeScene) {
  const { trial } = await taken(scene);
  const snapshots = await memberSnapshots(scene.session, madeBy(trial));
  const observed = snapshots.map(({ vmId, hasSavedState }) => ({
    checkpointType: scene.members.find((member) => member.vmId === vmId)?.userSnapshotType ?? null,
    IsSaved: hasSavedState,
  }));
  const standard = observed.filter(({ checkpointType }) => checkpointType === UserSnapshotType.Test);
  if (standard.length === 0) throw new NoAnswer("no running machine of the group makes standard checkpoints");
  const all = standard.every(({ IsSaved }) => IsSaved);
  const none = observed.every(({ IsSaved }) => !IsSaved);
  return { answer: none ? "never" : all ? "standardCheckpoints" : "some", observed: { snapshots: observed } };
}
