import { CimInstancePath } from "../../cim/cim-instance-path";
import { JobFailedError } from "../../errors";
import { destroyGroup, removeMember } from "../../hyperv/collection-management-service";
import { readMachineConditions } from "../../hyperv/member-condition";
import { servicePath } from "../../hyperv/service-path";
import { memberSnapshots } from "../../hyperv/snapshot-collection";
import { machinePath } from "../../hyperv/virtual-system-collection";
import { exists } from "../../hyperv/visibility";
import type { ProbeAnswer } from "../../probe-answer";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { OperationalStatus } from "../../schema/value-maps";
import { accepted, refusalWord, returnWord } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { beginTrial, discard, finishTrial, madeBy, takeTrial } from "../snapshot-trial";
import { firstSnapshot, jobTypeOf } from "./first-snapshot";

/** What becomes of snapshots and groups when one of them goes. */
export const questionsOfDestroying: readonly ProbeQuestion[] = [
  {
    id: "dependents",
    question: "Do dependent snapshots stay when the snapshot below them is destroyed?",
    asked: "Takes a second snapshot, destroys the first, and looks for the second.",
    option: "dependents",
    changesHost: true,
    ask: async (scene) => {
      const { second } = await firstDestroyed(scene);
      return { answer: second.members > 0 ? "kept" : "removed", observed: second };
    },
  },
  {
    id: "destroyJobType",
    question: "Which JobType does a DestroySnapshot job have?",
    asked: "Reads the job of that call.",
    option: "destroyJobType",
    changesHost: true,
    ask: async (scene) => {
      const { hasJob, jobType } = await firstDestroyed(scene);
      if (!hasJob) throw new NoAnswer("the host was done at once, without a job");
      if (jobType === null) throw new NoAnswer("the account isn't shown the job");
      return { answer: String(jobType) };
    },
  },
  {
    id: "mergeAfterDestroy",
    question: "Does a DestroySnapshot job end before the disks are merged?",
    asked: "Checks whether a machine is merging (OperationalStatus 32772) when the job has ended.",
    changesHost: true,
    ask: async (scene) => {
      const { isMerging } = await firstDestroyed(scene);
      return { answer: isMerging ? "before" : "afterOrSoSoon" };
    },
  },
  {
    id: "membersMerging",
    question: "What does CreateSnapshot return while a machine merges its disks?",
    asked: "Calls it while a machine merges.",
    option: "membersMerging",
    changesHost: true,
    ask: async (scene) => {
      const { isMerging, whileMerging } = await firstDestroyed(scene);
      if (!isMerging || whileMerging === null) throw new NoAnswer("no machine was seen to merge its disks");
      return { answer: whileMerging };
    },
  },
  {
    id: "emptySnapshotCollection",
    question: "What happens to a snapshot collection when its last snapshot is destroyed separately?",
    asked: "Destroys each machine's snapshot with the per-machine service, and looks for the collection.",
    option: "emptySnapshotCollection",
    changesHost: true,
    ask: askOfEmptyCollection,
  },
  {
    id: "memberLeaves",
    question: "Does a snapshot keep a machine's part when the machine leaves the group?",
    asked: "Takes a machine out of one of the probe's groups that has a snapshot, and counts the snapshot's members.",
    changesHost: true,
    ask: async (scene) => {
      const { membersBefore, membersAfter } = await groupDestroyed(scene);
      const observed = { before: membersBefore, after: membersAfter };
      return { answer: membersAfter === membersBefore ? "kept" : "changed", observed };
    },
  },
  {
    id: "destroyGroupWithSnapshots",
    question: "What does DestroyCollection do with a group that has snapshots?",
    asked: "Destroys that group, looks for its snapshot, and then removes the snapshot.",
    option: "destroyGroupWithSnapshots",
    changesHost: true,
    ask: async (scene) => {
      const { word, snapshotIsThere } = await groupDestroyed(scene);
      if (word === accepted && !snapshotIsThere) return { answer: "snapshotsGoToo" };
      return { answer: word };
    },
  },
];

/** Takes a second snapshot on top of the first, and destroys the first. */
function firstDestroyed(scene: ProbeScene) {
  return scene.once("first destroyed", async () => {
    const first = madeBy((await firstSnapshot(scene)).trial);
    const group = await scene.groupOf("running");
    const second = madeBy(await takeTrial(scene, group));
    await scene.untilIdle();
    const { word, job } = await destroy(scene, first);
    if (word !== accepted) throw new NoAnswer(`the snapshot wasn't destroyed (${word})`);
    const isMerging = await anyMerging(scene);
    const trial = isMerging ? await beginTrial(scene, group) : null;
    const collectionIsThere = await exists(scene.session, second);
    // what counts is the machines' snapshots: an empty collection may outlive them
    const members = collectionIsThere ? (await memberSnapshots(scene.session, second)).length : 0;
    const jobType = job && (await jobTypeOf(scene, job));
    if (trial) await discard(scene, (await finishTrial(scene, trial)).made);
    await discard(scene, [second]);
    return {
      isMerging,
      whileMerging: trial?.word ?? null,
      second: { collectionIsThere, members },
      hasJob: job !== null,
      jobType,
    };
  });
}

async function destroy(scene: ProbeScene, path: CimInstancePath) {
  const { session } = scene;
  const service = await servicePath(session, ClassName.collectionSnapshotService);
  const { returnValue, outParameters } = await session.invokeMethod(service, "DestroySnapshot", {
    AffectedSnapshotCollection: path,
  });
  const job = outParameters["Job"];
  const jobPath = job instanceof CimInstancePath ? job : null;
  try {
    if (jobPath) await scene.waitForJob(jobPath, "DestroySnapshot");
  } catch (error) {
    if (!JobFailedError.isInstance(error)) throw error;
    return { word: refusalWord(error), job: jobPath };
  }
  return { word: returnWord(returnValue), job: jobPath };
}

async function anyMerging({ session, members }: ProbeScene): Promise<boolean> {
  const now = await readMachineConditions(
    session,
    members.map(({ vmId }) => vmId),
  );
  return now.some(({ operationalStatus: [, doing] }) => doing === OperationalStatus.MergingDisks);
}

async function askOfEmptyCollection(scene: ProbeScene): Promise<ProbeAnswer> {
  const { session } = scene;
  const collection = madeBy(await takeTrial(scene, await scene.groupOf("running")));
  const service = await servicePath(session, ClassName.virtualSystemSnapshotService);
  for (const { path } of await memberSnapshots(session, collection)) {
    await scene.untilIdle();
    const { returnValue, outParameters } = await session.invokeMethod(service, "DestroySnapshot", {
      AffectedSnapshot: path,
    });
    const word = returnWord(returnValue);
    if (word !== accepted) throw new NoAnswer(`a machine's snapshot wasn't destroyed (${word})`);
    const job = outParameters["Job"];
    if (job instanceof CimInstancePath) await scene.waitForJob(job, "DestroySnapshot");
  }
  const stays = await exists(session, collection);
  await discard(scene, [collection]);
  return { answer: stays ? "stays" : "goes" };
}

/** Takes a machine out of a group that has a snapshot, then destroys the group. */
function groupDestroyed(scene: ProbeScene) {
  return scene.once("group destroyed", async () => {
    const machines = scene.machinesFor("running");
    const group = await scene.makeGroup(machines);
    const snapshot = madeBy(await takeTrial(scene, group));
    const count = async () => (await memberSnapshots(scene.session, snapshot)).length;
    const membersBefore = await count();
    await removeMember(scene.host, group, machinePath(machines[0]?.vmId ?? ""));
    const membersAfter = await count();
    const word = await destroyGroup(scene.host, group).then(() => accepted, refusalWord);
    const snapshotIsThere = await exists(scene.session, snapshot);
    await discard(scene, [snapshot]);
    return { membersBefore, membersAfter, word, snapshotIsThere };
  });
}
