import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { HyperVError, JobFailedError, JobLostError, NotFoundError, UnknownOutcomeError } from "../errors";
import { waitUntilIdle } from "../hyperv/busy-machines";
import { type FinishedWork, findSnapshotResult, type SnapshotResult } from "../hyperv/find-result";
import type { Trace } from "../hyperv/find-traces";
import { explainJobFailure } from "../hyperv/job-errors";
import { membersBeingSnapshot, membersNow } from "../hyperv/member-condition";
import { describeGained, describeNewSnapshots } from "../hyperv/new-snapshots";
import { explainRefusal } from "../hyperv/refusal";
import { lookIntoEventLog, remedyForCreateSnapshot } from "../hyperv/remedies";
import { servicePath } from "../hyperv/service-path";
import type { MemberSnapshot } from "../hyperv/snapshot-collection";
import { nameSnapshots } from "../hyperv/snapshot-name";
import {
  describeCollection,
  findVirtualSystemCollection,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { lookWithProof } from "../hyperv/visibility";
import { type JobReading, readingTime } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { type Operation, waitShowing } from "../process/operation";
import type { Answer, Pending, Properties } from "../process/resource-call";
import type { Phase, RecoveryRecord } from "../recovery/record";
import type { Others } from "../recovery/recovery";
import { ClassName } from "../schema/names";
import { groupOutputs, jobOutput, pendingOutputs, readInputs, snapshotOutputs } from "./properties";
import { isInTime, NoResult, searchOutcome } from "./search";

/** A snapshot that was requested, and the resource it belongs to, at any step. */
export interface SnapshotOperation {
  /** The resource's id. */
  readonly id: string;
  readonly inputs: Properties;
  readonly group: VirtualSystemCollection;
  readonly pending: Pending;
  /** Whether an earlier run requested it. */
  readonly isResumed: boolean;
  /** Whether a search found its job, since the outcome of the request was unknown: it may be another's. */
  readonly isAdopted?: true;
  /** The outputs of the snapshot, once it has been read: it is complete then, but for its name. */
  readonly read?: Properties;
  /** Machines whose names are known. */
  readonly machines: readonly VirtualMachine[];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** Lists what belongs to other resources: a search ignores it. */
  readonly others?: () => Promise<Others>;
  /** Records the progress of the operation. */
  readonly advanced: (phase: Phase, pending: Pending) => Promise<void>;
}

/**
 * How a snapshot ended.
 *
 * - `answer`: it is there, with its name; or something keeps it from being complete, and the answer keeps it in the state.
 * - `nothing`: there will be no snapshot. `why` says how that is known: the search found no trace, the job failed, or it ended without a result.
 */
export type Finished =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "nothing"; readonly why: "noTrace" }
  | { readonly kind: "nothing"; readonly why: "jobFailed" | "noResult"; readonly error: HyperVError };

/**
 * Advances a snapshot from whichever step it has reached: `requested`, `accepted` (its job), `made` (its path), `named`.
 *
 * `create` calls it for a new snapshot and for a resumed one, `update` for an incomplete one.
 */
export async function finishSnapshot(operation: Operation, begun: SnapshotOperation): Promise<Finished> {
  // what the host's answer named is believed once it was looked at; an earlier run has done so
  let current: SnapshotOperation = {
    ...begun,
    pending: { ...begun.pending, made: begun.isResumed ? begun.pending.made : null },
  };
  try {
    let accepted = begun;
    if (begun.pending.outcomeUnknown) {
      const isFromRequest = (trace: Trace) => !begun.isResumed || isInTime(begun.pending, trace);
      const request = { ...(await workOf(begun)), machines: begun.machines, isInTime: isFromRequest };
      const found = await searchOutcome(operation, request);
      if (!found) return { kind: "nothing", why: "noTrace" };
      // what was found is looked at again before it counts as made
      accepted = await advance(begun, "accepted", found, { isAdopted: true });
      current = begun.isResumed ? accepted : { ...accepted, pending: { ...accepted.pending, made: null } };
    }
    const startedAt = operation.clock.now();
    const end = await waitForJob(operation, accepted, (until) => {
      accepted = { ...accepted, pending: { ...accepted.pending, until } };
      current = { ...current, pending: { ...current.pending, until } };
    });
    const made = current.pending.made ?? (await findResult(operation, accepted, end)).toString();
    current = await advance(current, "made", { made });
    const { session } = operation.host;
    if (readInputs(begun.inputs).snapshotName !== undefined)
      void servicePath(session, ClassName.virtualSystemManagementService); // side by side with the members, for their names
    const { outputs, members } = await lookWithProof(session, {
      look: () => snapshotOutputs(session, CimInstancePath.parse(made), begun.machines),
      isIncomplete: (found) => found.members.length === 0,
      missing: "the snapshots in it",
      known: [begun.group.path],
    });
    const job = begun.read?.["job"] ?? jobOutput(end === "lost" ? null : end, operation.clock.now() - startedAt);
    current = { ...current, read: { ...outputs, job } };
    await nameThem(operation, begun, members);
    await advance(current, "named", {});
    const all = { ...begun.inputs, ...groupOutputs(session, begun.group), ...outputs, job };
    return { kind: "answer", answer: { id: begun.id, outputs: all, pending: null } };
  } catch (error) {
    if (isSnapshotsOwn(error)) return { kind: "nothing", why: "jobFailed", error };
    if (error instanceof NoResult) return { kind: "nothing", why: "noResult", error };
    return { kind: "answer", answer: incompleteAnswer(operation, current, error) };
  }
}

/** Keeps a snapshot that will never exist in the state, so that the next run replaces it. */
export function failedAnswer(operation: Operation, begun: SnapshotOperation, error: HyperVError): Answer {
  return incompleteAnswer(operation, { ...begun, pending: { ...begun.pending, failed: error.code } }, error);
}

/** The failure of the snapshot's own job, and not, for example, of the job of its naming. */
function isSnapshotsOwn(error: unknown): error is JobFailedError {
  return JobFailedError.isInstance(error) && error.operation === "CreateSnapshot";
}

async function nameThem(
  { host }: Operation,
  { inputs, group }: SnapshotOperation,
  members: readonly MemberSnapshot[],
): Promise<void> {
  const { snapshotName: name } = readInputs(inputs);
  if (name === undefined) return;
  const target = `the snapshots of ${describeCollection(host.session, group.name)}`;
  await nameSnapshots(host, { members, name, target });
}

/** Waits for the job. @returns Null where there is none; `lost` when the host no longer knows it. */
async function waitForJob(
  operation: Operation,
  begun: SnapshotOperation,
  seen: (until: string) => void,
): Promise<JobReading | null | "lost"> {
  const { group, pending, deadlineAt } = begun;
  if (pending.job === null || pending.made !== null) return null;
  const { host, clock } = operation;
  const target = describeCollection(host.session, group.name);
  const timeoutMs = Math.max(0, deadlineAt - clock.now());
  const wait = waitShowing(operation, "snapshot job", { operation: "CreateSnapshot", timeoutMs, target });
  let writing = Promise.resolve();
  let writtenMs = 0;
  const onReading = (reading: JobReading, elapsedMs: number) => {
    wait.onReading?.(reading, elapsedMs);
    const until = judgeJob(reading) === "pending" ? readingTime(reading) : undefined;
    if (until === undefined) return;
    seen(until);
    // rarely: each time that the wait has doubled
    if (elapsedMs < 2 * writtenMs) return;
    writtenMs = elapsedMs;
    writing = writing.then(() => begun.advanced("accepted", { ...pending, until }));
  };
  try {
    return await host.jobs.waitFor(CimInstancePath.parse(pending.job), { ...wait, onReading });
  } catch (error) {
    if (JobLostError.isInstance(error)) {
      const busy = () => membersBeingSnapshot(host.session, group.path);
      await waitUntilIdle(operation, { busy, deadlineAt, error });
      return "lost";
    }
    if (!JobFailedError.isInstance(error)) throw error;
    const explained = await explainJobFailure(host.session, error, remedyForCreateSnapshot);
    const known = await describeNewSnapshots(host.session, await workOf(begun));
    if (explained.code !== "JOB_FAILED") throw explained.with({ outcome: known });
    throw explainRefusal(explained, await membersNow(host.session, group.path), known);
  } finally {
    await writing;
  }
}

/**
 * Searches for the result of a request, and searches again if nothing was visible.
 *
 * @param isProven - Whether the request is known to have had a result: then the only new snapshot is it.
 */
export async function lookForResult(
  { host: { session } }: Operation,
  begun: SnapshotOperation,
  isProven: boolean,
): Promise<SnapshotResult> {
  const work = { ...(await workOf(begun)), ...(!isProven && { madeBy: begun.pending.until ?? null }) };
  return lookWithProof<SnapshotResult>(session, {
    look: () => findSnapshotResult(session, work),
    isIncomplete: (result) => !("path" in result) && result.candidates.length === 0,
    missing: "the snapshot",
    known: [begun.group.path],
  });
}

async function findResult(
  operation: Operation,
  begun: SnapshotOperation,
  end: JobReading | null | "lost",
): Promise<CimInstancePath> {
  // in the run that sent the request, the job was watched without a gap
  const isProven = end !== "lost" || !begun.isResumed;
  const result = await lookForResult(operation, begun, isProven);
  if ("path" in result) return result.path;
  const { candidates, foreign } = result;
  const { group, pending } = begun;
  const call = { attempted: "CreateSnapshot", target: describeCollection(operation.host.session, group.name) };
  const work = pending.job === null ? "the request" : CimInstancePath.parse(pending.job).relativePath;
  const unnamed =
    foreign.length === 0
      ? `the host names no result of ${work}`
      : `the host names as the result of ${work} ${foreign.join(", and ")}`;
  if (candidates.length > 0 && !isProven) {
    const outcome = describeGained(candidates);
    throw new NoResult({ ...call, answer: unnamed, outcome, remedy: lookIntoEventLog });
  }
  if (candidates.length > 0) {
    throw new UnknownOutcomeError({
      ...call,
      answer: `${unnamed}, and the group has gained ${candidates.length} snapshot collections: ${candidates.join(", ")}`,
      outcome: "One of them is the snapshot",
      remedy: "Remove on the host those that aren't needed",
    });
  }
  const answer = `${unnamed}, and the group has no snapshot collection that it didn't have before`;
  // of a result that belongs to another resource, since it was imported meanwhile, nothing is left for this one
  const isTaken = begun.isResumed && foreign.length > 0;
  const isCertain = isTaken || end === "lost" || begun.isAdopted === true || (end === null && begun.isResumed);
  const outcome = isCertain
    ? "No snapshot was taken, as far as this account can see"
    : "A snapshot was made, and can't be found";
  const parts = { ...call, answer, outcome, remedy: lookIntoEventLog };
  throw isCertain ? new NoResult(parts) : new UnknownOutcomeError(parts);
}

/** Advances a snapshot, and records that. */
export async function advance(
  begun: SnapshotOperation,
  phase: Phase,
  changes: Partial<Pending>,
  more: Pick<SnapshotOperation, "isAdopted"> = {},
): Promise<SnapshotOperation> {
  const { outcomeUnknown, until, ...known } = begun.pending;
  // once the outcome is known, only what is seen of the job counts
  const pending = { ...known, ...(until !== undefined && !outcomeUnknown && { until }), ...changes };
  await begun.advanced(phase, pending);
  return { ...begun, ...more, pending };
}

/** The latest time at which a request may have reached the host. The host's clock may differ: domains tolerate 5 minutes, time services some seconds. */
export const reachedBy = (moment: Date): string => new Date(moment.getTime() + 2 * 60_000).toISOString();

/** What is known of a request that an earlier run was about to send, or had sent. */
export const unanswered = ({ beganAt }: RecoveryRecord): Pick<Pending, "outcomeUnknown" | "until"> => ({
  outcomeUnknown: true,
  until: reachedBy(new Date(beganAt)),
});

/** Says what is looked for in the group. */
export async function workOf({ group, pending, others }: SnapshotOperation): Promise<FinishedWork> {
  const jobPath = pending.job === null ? null : CimInstancePath.parse(pending.job);
  const named = pending.made === null ? null : CimInstancePath.parse(pending.made);
  const foreign = await others?.();
  const { before } = pending;
  return { jobPath, collection: group, before, madeForOthers: foreign?.made, jobsOfOthers: foreign?.jobs, named };
}

/**
 * Makes the answer that keeps an incomplete snapshot in the state: the next run resumes it.
 *
 * @param cause - What keeps it from being complete.
 */
export function incompleteAnswer(
  { host: { session }, call }: Operation,
  begun: SnapshotOperation,
  cause: unknown,
): Answer {
  const { apply, destroy } = call.words;
  const next = begun.read
    ? `The next ${apply} tries again`
    : `The resource is kept in the state: the next ${apply} resumes this snapshot and takes no second one, ${destroy} ends the job and removes what it made`;
  const error = HyperVError.isInstance(cause) ? cause : unexpected(session, begun, cause);
  const remedy = begun.pending.failed
    ? `The next ${apply} takes a new snapshot in its place`
    : `${error.parts.remedy}. ${next}`;
  const outputs = {
    ...begun.inputs,
    ...groupOutputs(session, begun.group),
    ...pendingOutputs(begun.pending),
    ...begun.read,
  };
  return {
    id: begun.id,
    outputs,
    pending: begun.pending,
    incomplete: error.with({ remedy, effect: "partial", cause }),
  };
}

function unexpected(session: CimSession, { group }: SnapshotOperation, cause: unknown): HyperVError {
  return new UnknownOutcomeError({
    attempted: "CreateSnapshot",
    target: describeCollection(session, group.name),
    answer: cause instanceof Error ? cause.message : String(cause),
    outcome: "The snapshot may exist",
    remedy: "Look at the group's snapshots on the host",
  });
}

/**
 * Finds the group of a snapshot that was requested.
 *
 * @param outputs - What the state holds.
 * @throws {@link NotFoundError} that says what to do when the group is deleted.
 */
export async function groupOfRequested(
  { host: { session }, call: { words } }: Operation,
  outputs: Properties,
): Promise<VirtualSystemCollection> {
  try {
    return await findVirtualSystemCollection(session, String(outputs["collectionId"]));
  } catch (error) {
    if (!NotFoundError.isInstance(error)) throw error;
    throw error.with({
      attempted: "Finding the result of an interrupted snapshot",
      target: describeCollection(session, String(outputs["collectionName"])),
      answer: "the group no longer exists, and without it the result of its job can't be found",
      outcome: "Nothing was changed, and the resource stays in the state",
      remedy: `Look at the machines' snapshots on the host and remove those that aren't needed, then take the resource out of the state with ${words.forget}`,
      effect: "none",
    });
  }
}
