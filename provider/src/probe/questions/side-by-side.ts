import { NotFoundError } from "../../errors";
import { cancelJob } from "../../jobs/cancel-job";
import { readConcreteJob } from "../../jobs/concrete-job";
import type { ProbeAnswer } from "../../probe-answer";
import { NoAnswer } from "../../probe-answer";
import { ReturnValue } from "../../schema/value-maps";
import { accepted } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { beginTrial, discard, finishTrial } from "../snapshot-trial";

/** What can be done while a job runs. */
export const questionsOfRunningJobs: readonly ProbeQuestion[] = [
  {
    id: "membersBusy",
    question: "What does CreateSnapshot return while another job works on the machines?",
    asked: "Calls it a second time before the first job has ended.",
    option: "membersBusy",
    changesHost: true,
    ask: askWhileBusy,
  },
  {
    id: "cancelledJob",
    question: "What does a cancelled CreateSnapshot job leave behind?",
    asked: "Calls RequestStateChange (4, Terminate) on a job that has just started, and looks for the snapshot.",
    option: "cancelledJob",
    changesHost: true,
    ask: askOfCancelled,
  },
];

async function askWhileBusy(scene: ProbeScene): Promise<ProbeAnswer> {
  const group = await scene.groupOf("running");
  await scene.untilIdle();
  const first = await beginTrial(scene, group);
  const second = first.jobPath ? await beginTrial(scene, group) : undefined;
  const finished = await finishTrial(scene, first);
  const made = [...finished.made];
  if (second?.word === accepted) made.push(...(await finishTrial(scene, second)).made);
  await discard(scene, made);
  if (first.word !== accepted) throw new NoAnswer(`no snapshot was taken (${first.word})`);
  if (!second) throw new NoAnswer("the host was done at once, without a job");
  return { answer: second.word, observed: { returnValue: second.result?.returnValue ?? null } };
}

async function askOfCancelled(scene: ProbeScene): Promise<ProbeAnswer> {
  await scene.untilIdle();
  const begun = await beginTrial(scene, await scene.groupOf("running"));
  let request: number | undefined;
  let refused: string | undefined;
  if (begun.jobPath) {
    try {
      if (readConcreteJob(await scene.session.get(begun.jobPath)).cancellable) {
        request = await cancelJob(scene.session, begun.jobPath);
      } else refused = "its job says that it can't be cancelled";
    } catch (error) {
      if (!NotFoundError.isInstance(error)) throw error;
      refused = "the account isn't shown the job";
    }
  }
  const { made, word, job } = await finishTrial(scene, begun);
  await discard(scene, made);
  if (begun.word !== accepted) throw new NoAnswer(`no snapshot was taken (${begun.word})`);
  if (!begun.jobPath) throw new NoAnswer("the host was done at once, without a job");
  if (request === undefined) throw new NoAnswer(refused ?? "the job couldn't be asked");
  const observed = { RequestStateChange: request, job: job?.jobState ?? word, snapshotCollections: made.length };
  if (request !== ReturnValue.CompletedWithNoError) return { answer: `refuse${request}`, observed };
  if (job) return { answer: "continues", observed };
  return { answer: made.length > 0 ? "leavesSnapshot" : "leavesNothing", observed };
}
