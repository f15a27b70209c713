import { CimInstancePath } from "../cim/cim-instance-path";
import { JobFailedError, JobLostError, NotFoundError, UnknownOutcomeError } from "../errors";
import { findTraces } from "../hyperv/find-traces";
import { membersBeingSnapshot } from "../hyperv/member-condition";
import { describeGained } from "../hyperv/new-snapshots";
import { describeCollection, membersOf } from "../hyperv/virtual-system-collection";
import { cancelJob } from "../jobs/cancel-job";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { type Operation, waitShowing } from "../process/operation";
import type { Pending } from "../process/resource-call";
import type { Deletion } from "./delete";
import { lookForResult } from "./finish";
import { isInTime } from "./search";
import { groupOfRequested, type SnapshotOperation, workOf } from "./snapshot-operation";
import { waitUntilIdle } from "./waits";

/**
 * Ends a snapshot that isn't complete: cancels its job where the host allows it, else waits for it.
 *
 * @returns What it made anyway; undefined if nothing.
 * @throws {@link UnknownOutcomeError} when the group has gained snapshots of which none is proven to be the result.
 */
export async function endRequested(
  operation: Operation,
  pending: Pending,
  { outputs, deadlineAt, others }: Deletion,
): Promise<CimInstancePath | undefined> {
  if (pending.made !== null) return CimInstancePath.parse(pending.made);
  if (pending.failed !== undefined) return undefined;
  const { session } = operation.host;
  const group = await groupOfRequested(operation, outputs);
  const target = describeCollection(session, group.name);
  const requested: SnapshotOperation = {
    id: "",
    inputs: {},
    group,
    machines: [],
    pending,
    deadlineAt,
    isResumed: true,
    ...(others && { others }),
    advanced: async () => {},
  };
  const job = pending.job === null ? await searchJob(operation, requested) : CimInstancePath.parse(pending.job);
  const end = job === null ? "none" : await endJob(operation, job, { target, deadlineAt });
  const error = undecided(
    operation,
    target,
    "a job that the account can't see is taking a snapshot of a member of the group",
    `Wait until it is done, then run ${operation.call.words.destroy} again`,
  );
  await waitUntilIdle(operation, { busy: () => membersBeingSnapshot(session, group.path), deadlineAt, error });
  const ended = { ...requested, pending: { ...pending, job: job?.toString() ?? null } };
  const hasFailed = end === "failed";
  const isProven = end === "none" ? !pending.outcomeUnknown : end !== "unseen";
  const result = await lookForResult(operation, ended, isProven);
  if ("path" in result && (result.isNamed || !hasFailed)) return result.path;
  const candidates = "path" in result ? [String(result.path.key("CollectionID"))] : result.candidates;
  if (candidates.length === 0) return undefined;
  if (hasFailed) {
    // a failed job names what it made; other new snapshots may belong to another request
    operation.progress.warn(`The job for a snapshot of ${target} ended without one. ${describeGained(candidates)}`);
    return undefined;
  }
  const gained = `what the group has gained may be another's: ${candidates.join(", ")}`;
  throw undecided(operation, target, `the host names no result of ${pending.job ?? "the request"}, and ${gained}`);
}

/** Searches for the job of a request with an unknown outcome; null unless exactly one job can be it, by the time when it began. */
async function searchJob(
  { host: { session } }: Operation,
  requested: SnapshotOperation,
): Promise<CimInstancePath | null> {
  if (!requested.pending.outcomeUnknown) return null;
  const { group: collection } = requested;
  const machineIds = (await membersOf(session, collection.path)).map(({ vmId }) => vmId);
  const { before, jobsOfOthers } = await workOf(requested);
  const traces = await findTraces(session, { collection, before, machineIds, jobsOfOthers });
  const [trace, another] = traces.filter((one) => isInTime(requested, one));
  return trace?.kind === "job" && !another ? trace.path : null;
}

const lookAtIt = ({ call: { words } }: Operation) =>
  `Look at it (\`hyperv-snapshots show\`). If it isn't needed, remove it (\`hyperv-snapshots destroy\`), then run ${words.destroy} again; if it is another's, take the resource out of the state with ${words.forget}`;

function undecided(operation: Operation, target: string, answer: string, remedy = lookAtIt(operation)) {
  return new UnknownOutcomeError({
    attempted: "Finding what is to be removed",
    target,
    answer,
    outcome: "Nothing was removed, and the resource stays in the state",
    remedy,
  });
}

/** Cancels a job where the host allows it, and waits for its end either way. */
async function endJob(
  operation: Operation,
  job: CimInstancePath,
  { target, deadlineAt }: { readonly target: string; readonly deadlineAt: number },
): Promise<"succeeded" | "failed" | "unseen"> {
  const { host, progress, clock } = operation;
  try {
    const reading = readConcreteJob(await host.session.get(job));
    if (judgeJob(reading) === "pending" && reading.cancellable) {
      progress.step("cancelling the snapshot job");
      const answer = await cancelJob(host.session, job);
      if (answer !== 0) progress.step(`the host didn't cancel it (${answer}): waiting for its end`);
    }
    const timeoutMs = Math.max(0, deadlineAt - clock.now());
    const attempted = "Ending an interrupted snapshot";
    const wait = { operation: "CreateSnapshot", attempted, timeoutMs, target };
    await host.jobs.waitFor(job, waitShowing(operation, "waiting for the snapshot job", wait));
    return "succeeded";
  } catch (error) {
    if (JobFailedError.isInstance(error)) return "failed";
    if (JobLostError.isInstance(error) || NotFoundError.isInstance(error)) return "unseen";
    throw error;
  }
}
