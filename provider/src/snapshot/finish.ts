import { CimInstancePath } from "../cim/cim-instance-path";
import type { Properties } from "../dynamic/protocol";
import { HyperVError, JobFailedError, JobLostError, UnknownOutcomeError } from "../errors";
import { type FinishedWork, findSnapshotResult } from "../hyperv/find-result";
import { explainJobFailure } from "../hyperv/job-errors";
import { type MemberCondition, membersBeingSnapshot, readMemberConditions } from "../hyperv/member-condition";
import { describeNewSnapshots } from "../hyperv/new-snapshots";
import { withReasons } from "../hyperv/refusal";
import { lookIntoEventLog, remedyForCreateSnapshot } from "../hyperv/remedies";
import type { MemberSnapshot } from "../hyperv/snapshot-collection";
import { nameSnapshots } from "../hyperv/snapshot-name";
import { describeCollection } from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import type { JobReading } from "../jobs/concrete-job";
import { type Operation, waitShowing } from "../process/operation";
import type { BegunSnapshot } from "./begun-snapshot";
import { readInputs } from "./inputs";
import { echoOutputs, groupOutputs, jobOutput, snapshotOutputs } from "./outputs";
import { partialCreate } from "./partial-create";
import { recoverLostAnswer } from "./search";
import { untilIdle } from "./until-idle";

/**
 * Goes on with a snapshot that was begun: waits for its job, finds what it made, reads it.
 *
 * @throws {@link JobFailedError} when the job ended and made nothing.
 * @throws {@link PartialCreateError} for everything else that keeps it from being complete: a snapshot may exist then.
 */
export async function completeSnapshot(operation: Operation, begun: BegunSnapshot): Promise<Properties> {
  // what the host's answer named is believed once it was looked at; an earlier run has done so
  const known = begun.isResumed ? begun.pending.made : null;
  let current: BegunSnapshot = { ...begun, pending: { ...begun.pending, made: known } };
  try {
    const startedAt = operation.clock.now();
    const end = await waitForJob(operation, begun);
    const made = known ?? (await findResult(operation, begun, end)).toString();
    current = { ...begun, pending: { ...begun.pending, made } };
    await begun.onMade?.(made);
    const path = CimInstancePath.parse(made);
    const { outputs, members } = await snapshotOutputs(operation.host.session, path, begun.machines);
    if (members.length === 0)
      await requireVisibility(operation.host.session, "the snapshots in it", [begun.group.path]);
    const job = begun.read?.["job"] ?? jobOutput(end === "lost" ? null : end, operation.clock.now() - startedAt);
    current = { ...current, read: { ...outputs, job } };
    await nameThem(operation, begun, members);
    return {
      ...echoOutputs(begun),
      ...groupOutputs(operation.host.session, begun.group),
      ...outputs,
      job,
    };
  } catch (error) {
    if (hasFailed(error)) throw error;
    const failed = error instanceof NothingMade ? { failed: error.message } : {};
    throw partialCreate(operation, { ...current, pending: { ...current.pending, ...failed } }, error);
  }
}

/** Whether the snapshot's own job failed, and not, for example, the job of its naming. */
function hasFailed(error: unknown): error is JobFailedError {
  return JobFailedError.isInstance(error) && error.operation === "CreateSnapshot";
}

/**
 * It is as certain as can be that nothing was made: the group is seen, and has no new snapshot, after the host has forgotten
 * the job, or, where there was none, in a later `pulumi up`. A job that ended well has made something, found or not, unless it
 * was only a search that took it for the one.
 */
class NothingMade extends UnknownOutcomeError {}

/**
 * Goes on, on behalf of a later `pulumi up`, with a snapshot that an earlier one had begun.
 *
 * @throws {@link PartialCreateError} that says that nothing was made, where that has become certain.
 */
export async function resumeSnapshot(operation: Operation, begun: BegunSnapshot): Promise<Properties> {
  const found = begun.pending.answerLost ? await recoverLostAnswer(operation, begun, undefined) : begun;
  try {
    if (!found) throw nothingCameOfIt(operation, begun);
    return await completeSnapshot(operation, found);
  } catch (error) {
    if (!hasFailed(error) && !(error instanceof NothingMade)) throw error;
    throw partialCreate(operation, { ...begun, pending: { ...begun.pending, failed: error.message } }, error);
  }
}

function nothingCameOfIt(operation: Operation, { group }: BegunSnapshot): NothingMade {
  return new NothingMade({
    attempted: "CreateSnapshot",
    target: describeCollection(operation.host.session, group.name),
    answer: "the host's answer was lost, and a search found no trace of the request",
    outcome: "No snapshot was taken",
    remedy: "Run `pulumi up` again",
  });
}

async function nameThem(
  { host }: Operation,
  { inputs, group }: BegunSnapshot,
  members: readonly MemberSnapshot[],
): Promise<void> {
  const { snapshotName: name } = readInputs(inputs);
  if (name === undefined) return;
  const target = `the snapshots of ${describeCollection(host.session, group.name)}`;
  await nameSnapshots(host, { members, name, target });
}

/** @returns The job's last reading; null where there is none to wait for, "lost" where the host no longer shows it. */
async function waitForJob(operation: Operation, begun: BegunSnapshot): Promise<JobReading | null | "lost"> {
  const { pending, group, deadlineAt } = begun;
  if (pending.job === null || pending.made !== null) return null;
  const { session, jobs } = operation.host;
  const jobPath = CimInstancePath.parse(pending.job);
  const target = describeCollection(session, group.name);
  const timeoutMs = Math.max(0, deadlineAt - operation.clock.now());
  try {
    const wait = { operation: "CreateSnapshot", timeoutMs, target };
    return await jobs.waitFor(jobPath, waitShowing(operation, "snapshot job", wait));
  } catch (error) {
    if (JobLostError.isInstance(error)) {
      // forgotten, or hidden from this account while it runs: what it makes can be found by listing once nobody works
      await untilIdle(operation, { busy: () => membersBeingSnapshot(session, group.path), deadlineAt, error });
      return "lost";
    }
    if (!JobFailedError.isInstance(error)) throw error;
    const explained = await explainJobFailure(session, error, remedyForCreateSnapshot);
    const known = await describeNewSnapshots(session, workOf(begun));
    const outcome = explained.code === "JOB_FAILED" ? withReasons(known, await membersNow(operation, group)) : known;
    throw explained.with({ outcome });
  }
}

/** The members of a group, for a message: none where they can't be read. */
async function membersNow(
  { host: { session } }: Operation,
  { path }: BegunSnapshot["group"],
): Promise<readonly MemberCondition[]> {
  try {
    const members = await readMemberConditions(session, path);
    if (members.length === 0) await requireVisibility(session, "the group's members", [path]);
    return members;
  } catch (error) {
    if (HyperVError.isInstance(error)) return [];
    throw error;
  }
}

async function findResult(
  operation: Operation,
  begun: BegunSnapshot,
  end: JobReading | null | "lost",
): Promise<CimInstancePath> {
  const { session } = operation.host;
  const { group, pending } = begun;
  let result = await findSnapshotResult(session, workOf(begun));
  if ("candidates" in result && result.candidates.length === 0) {
    await requireVisibility(session, "the snapshot", [group.path]);
    result = await findSnapshotResult(session, workOf(begun)); // sight may have come only between the two
  }
  if ("path" in result) return result.path;
  const { candidates, foreign } = result;
  const call = { attempted: "CreateSnapshot", target: describeCollection(session, group.name) };
  const work = pending.job === null ? "the request" : CimInstancePath.parse(pending.job).relativePath;
  const unnamed =
    foreign.length === 0
      ? `the host names no result of ${work}`
      : `the host names as the result of ${work} ${foreign.join(", and ")}`;
  if (candidates.length > 0) {
    throw new UnknownOutcomeError({
      ...call,
      answer: `${unnamed}, and the group has gained ${candidates.length} snapshot collections: ${candidates.join(", ")}`,
      outcome: "One of them is the snapshot",
      remedy: "Remove on the host those that nobody needs",
    });
  }
  const answer = `${unnamed}, and the group has no snapshot collection that it didn't have before`;
  const isCertain = end === "lost" || begun.isAdopted === true || (end === null && begun.isResumed === true);
  const outcome = isCertain
    ? "No snapshot was taken, as far as can be seen"
    : "A snapshot was made, and can't be found";
  const parts = { ...call, answer, outcome, remedy: lookIntoEventLog };
  throw isCertain ? new NothingMade(parts) : new UnknownOutcomeError(parts);
}

function workOf({ group, pending, others }: BegunSnapshot): FinishedWork {
  const jobPath = pending.job === null ? null : CimInstancePath.parse(pending.job);
  const named = pending.made === null ? null : CimInstancePath.parse(pending.made);
  const before = [...pending.before, ...(others?.made ?? [])];
  return { jobPath, collection: group, before, jobsOfOthers: others?.jobs, named };
}
