import { CimInstancePath } from "../cim/cim-instance-path";
import { HyperVError, JobFailedError, JobLostError, NotFoundError, UnknownOutcomeError } from "../errors";
import { waitUntilIdle } from "../hyperv/busy-machines";
import { normalizeGuid } from "../hyperv/collection-designator";
import { findTraces } from "../hyperv/find-traces";
import { membersBeingSnapshot } from "../hyperv/member-condition";
import { describeGained } from "../hyperv/new-snapshots";
import { memberSnapshots } from "../hyperv/snapshot-collection";
import { collectionOfSnapshot, describeCollection, membersOf } from "../hyperv/virtual-system-collection";
import { cancelJob } from "../jobs/cancel-job";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { type Operation, waitShowing } from "../process/operation";
import type { Pending, Properties } from "../process/resource-call";
import type { Held } from "../recovery/policy";
import type { RecoveryRecord } from "../recovery/record";
import type { ResourceRecovery } from "../recovery/recovery";
import { ClassName } from "../schema/names";
import { type Deletion, deleteSnapshot } from "./delete";
import { groupOfRequested, lookForResult, type SnapshotOperation, unanswered, workOf } from "./finish";
import { isInTime } from "./search";

/** What discarding works with. */
export interface Discarding {
  readonly recovery: ResourceRecovery;
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** The resource that the state holds: its snapshot is never discarded. */
  readonly held?: Held | undefined;
}

/**
 * Destroys what an earlier run requested and no state will ever hold. Keeps and reports what isn't proven to be the result, or may not be
 * destroyed.
 */
export async function discardRecord(
  operation: Operation,
  record: RecoveryRecord,
  { recovery, deadlineAt, held }: Discarding,
): Promise<void> {
  const { progress } = operation;
  const { journal } = recovery;
  progress.step(`cleaning up what an earlier run requested at ${record.beganAt}`);
  // if this is interrupted, the next run must still know that the outcome is unknown
  const isUnanswered = record.phase === "requested";
  const pending: Pending = { ...record.pending, ...(isUnanswered && unanswered(record)) };
  const discarded = await journal.advance(record, "discarded", pending);
  const { subject, machines, id } = discarded;
  const outputs: Properties = {
    collectionId: subject.key,
    collectionPath: subject.path,
    collectionName: subject.key,
    members: machines,
  };
  const deletion: Deletion = {
    outputs,
    deadlineAt,
    others: () => recovery.others(id),
    confirmLock: () => recovery.confirmLock(),
  };
  try {
    const path = await endRequested(operation, pending, deletion);
    const doubt = path && (await doubtAbout(operation, discarded, path, { recovery, held }));
    if (doubt) {
      if (doubt !== "held") progress.warn(`${described(record, path)} ${doubt}: it stays on the host`);
    } else if (path) {
      // if this is interrupted, the next run must not search again: it could find another request's snapshot
      if (pending.made === null) await journal.advance(discarded, "discarded", { ...pending, made: path.toString() });
      await remove(operation, record, path, deletion, recovery);
    }
  } catch (error) {
    if (!HyperVError.isInstance(error) || !isFinal(error)) throw error;
    progress.warn(
      `What an earlier run requested at ${record.beganAt} for this resource stays on the host, remove it there if it isn't needed: ${error.parts.answer}`,
    );
  }
  await journal.unmark(id);
  await journal.remove(discarded);
}

/**
 * Checks, against the host, that a snapshot is what a record's request made: records are data, and a file can be forged.
 *
 * @returns Why it may not be destroyed; `held` when the state holds it.
 */
async function doubtAbout(
  { host: { session } }: Operation,
  { id, subject, machines }: RecoveryRecord,
  path: CimInstancePath,
  { recovery, held }: Pick<Discarding, "recovery" | "held">,
): Promise<string | undefined> {
  const same = (one: string, other: string) => normalizeGuid(one) === normalizeGuid(other);
  if (path.className.toLowerCase() !== ClassName.snapshotCollection.toLowerCase()) return "isn't a snapshot collection";
  const snapshotId = String(path.key("CollectionID"));
  if (held?.snapshotCollectionId && same(held.snapshotCollectionId, snapshotId)) return "held";
  const { made } = await recovery.others(id);
  if (made.some((other) => same(other, snapshotId))) return "belongs to another resource";
  const group = await collectionOfSnapshot(session, path);
  if (group && !same(group.collectionId, subject.key)) return `belongs to the VM group ${JSON.stringify(group.name)}`;
  const members = await memberSnapshots(session, path);
  const foreign = members.filter(({ vmId }) => !machines.some((machine) => same(machine.vmId, vmId)));
  if (foreign.length > 0) return "holds machines that weren't in the group";
  return undefined;
}

async function remove(
  operation: Operation,
  record: RecoveryRecord,
  path: CimInstancePath,
  deletion: Deletion,
  { journal }: ResourceRecovery,
): Promise<void> {
  await deleteSnapshot(operation, path, deletion);
  const snapshotCollectionId = String(path.key("CollectionID"));
  await journal.unmarkSnapshot(snapshotCollectionId);
  operation.progress.info(
    `Removed the snapshot collection ${snapshotCollectionId}, which an earlier run requested at ${record.beganAt} and no state holds`,
  );
}

/** Tells whether another try would change nothing: a guard's refusal, an unknown outcome, a group that is deleted. */
function isFinal({ code }: HyperVError): boolean {
  return ["DEPENDENTS_UNKNOWN", "DEPENDENTS_COLLECTED", "OUTCOME_UNKNOWN", "JOB_LOST", "CIM_NOT_FOUND"].includes(code);
}

/** Names, for a warning, a snapshot that stays because the state may have had it. */
export function describeRetained({ beganAt, pending }: RecoveryRecord): string {
  const what = pending.made ?? `the result of ${pending.job ?? "its request"}`;
  return `An earlier run took a snapshot for this resource at ${beganAt} (${what}). We can't tell whether the state ever had it, and it may be kept on purpose, so it stays on the host as it is: remove it there if it isn't needed`;
}

const described = ({ beganAt }: RecoveryRecord, path: CimInstancePath): string =>
  `The recovery record of ${beganAt} names the snapshot collection ${path.key("CollectionID")}, which`;

/**
 * Ends a snapshot that isn't complete: cancels its job where the host allows it, else waits for it.
 *
 * @returns What it made anyway; undefined if nothing.
 * @throws {@link UnknownOutcomeError} when the group has gained snapshots of which none is proven to be the result.
 */
export async function endRequested(
  operation: Operation,
  pending: Pending,
  { outputs, deadlineAt, others, confirmLock }: Deletion,
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
  const end = job === null ? "none" : await endJob(operation, job, { target, deadlineAt, confirmLock });
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
  const machineIds = (await membersOf(session, requested.group.path)).map(({ vmId }) => vmId);
  const traces = await findTraces(session, { ...(await workOf(requested)), machineIds });
  const [trace, another] = traces.filter((one) => isInTime(requested.pending, one));
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
  { target, deadlineAt, confirmLock }: { readonly target: string } & Pick<Deletion, "deadlineAt" | "confirmLock">,
): Promise<"succeeded" | "failed" | "unseen"> {
  const { host, progress, clock } = operation;
  try {
    const reading = readConcreteJob(await host.session.get(job));
    if (judgeJob(reading) === "pending" && reading.cancellable) {
      progress.step("cancelling the snapshot job");
      await confirmLock();
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
