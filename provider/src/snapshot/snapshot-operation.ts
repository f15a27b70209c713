import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { HyperVError, NotFoundError, UnknownOutcomeError } from "../errors";
import type { FinishedWork } from "../hyperv/find-result";
import {
  describeCollection,
  findVirtualSystemCollection,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import type { Operation } from "../process/operation";
import type { Answer, Pending, Properties } from "../process/resource-call";
import type { Others } from "../recovery/ownership";
import type { Phase, RecoveryRecord } from "../recovery/record";
import { groupOutputs, pendingOutputs } from "./outputs";

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
  /** Lists what belongs to other resources: a search passes it by. */
  readonly others?: () => Promise<Others>;
  /** Records the progress of the operation. */
  readonly advanced: (phase: Phase, pending: Pending) => Promise<void>;
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

/**
 * The group has gained nothing that is proven to be the result, and nothing else will come: the host has forgotten the job, or a search found
 * it or no trace. What a job that ended well has made exists, found or not.
 */
export class NoResult extends UnknownOutcomeError {}

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
  const before = [...pending.before, ...(foreign?.made ?? [])];
  return { jobPath, collection: group, before, jobsOfOthers: foreign?.jobs, named };
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
