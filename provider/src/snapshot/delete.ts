import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import type { Configuration } from "../config";
import type { Pending } from "../dynamic/hidden-inputs";
import type { Properties } from "../dynamic/protocol";
import {
  GuardError,
  HyperVError,
  JobFailedError,
  JobLostError,
  MethodFailedError,
  NotFoundError,
  UnknownOutcomeError,
} from "../errors";
import { destroySnapshot } from "../hyperv/collection-snapshot-service";
import { findSnapshotResult } from "../hyperv/find-result";
import { findTraces } from "../hyperv/find-traces";
import { membersBeingSnapshot } from "../hyperv/member-condition";
import { describeGained } from "../hyperv/new-snapshots";
import {
  anyCollected,
  type DependentSnapshot,
  dependentsOf,
  type MemberSnapshot,
  memberSnapshots,
} from "../hyperv/snapshot-collection";
import {
  anyBusy,
  describeCollection,
  machinePath,
  machinesDoing,
  membersOf,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { isDeleted, requireVisibility } from "../hyperv/visibility";
import { cancelJob } from "../jobs/cancel-job";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { type Operation, waitShowing } from "../process/operation";
import { OperationalStatus } from "../schema/value-maps";
import { groupOfBegun, type Others } from "./begun-snapshot";
import { retryWhileBusy } from "./busy-retry";
import { untilIdle } from "./until-idle";
import { waitForMerge } from "./wait-for-merge";

/** What is to be deleted, and how. */
export interface Deletion {
  readonly outputs: Properties;
  readonly dependents: Configuration["dependents"];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** Jobs and snapshot collections that are known to be others'. */
  readonly others?: () => Promise<Others>;
}

/** What must be visible on the host before anything counts as gone: the group, and the machines the state knows. */
export function knownThings(outputs: Properties): readonly CimInstancePath[] {
  const group = typeof outputs["collectionPath"] === "string" ? [CimInstancePath.parse(outputs["collectionPath"])] : [];
  return [...group, ...knownMachineIds(outputs).map(machinePath)];
}

function knownMachineIds(outputs: Properties): readonly string[] {
  const members = Array.isArray(outputs["members"]) ? outputs["members"] : [];
  return members.map((member) => String(member.vmId));
}

/**
 * Destroys a snapshot collection; gone already is success, where that can be seen.
 *
 * @throws {@link GuardError} when others descend from it and what the host does with those isn't known.
 */
export async function deleteSnapshot(operation: Operation, path: CimInstancePath, deletion: Deletion): Promise<void> {
  const { host, progress } = operation;
  const { outputs, deadlineAt } = deletion;
  const target = `the snapshot collection ${path.key("CollectionID")} of VM group ${JSON.stringify(outputs["collectionName"] ?? "?")} on ${host.session.hostName}`;
  if (await isDeleted(host.session, path, target, knownThings(outputs))) progress.step("the snapshot is gone already");
  else await destroy(operation, path, target, deletion);
  const vmIds = knownMachineIds(outputs);
  if (outputs["waitForMerge"] === true) return waitForMerge(operation, { vmIds, target, deadlineAt });
  const merging = await machinesDoing(host.session, vmIds, OperationalStatus.MergingDisks);
  if (merging.length > 0)
    progress.tell(`Destroyed; disks still merge: ${merging.map(({ vmName }) => vmName).join(", ")}`);
}

async function destroy(operation: Operation, path: CimInstancePath, target: string, deletion: Deletion): Promise<void> {
  const { host, clock } = operation;
  const { outputs, deadlineAt } = deletion;
  const members = await memberSnapshots(host.session, path);
  if (members.length === 0) await requireVisibility(host.session, `the members of ${target}`, knownThings(outputs));
  await guardDescendants(operation, members, target, deletion);
  const vmIds = members.map(({ vmId }) => vmId);
  const isBusy = () => anyBusy(host.session, vmIds);
  try {
    await retryWhileBusy(operation, { deadlineAt, isBusy }, () => {
      const timeoutMs = Math.max(0, deadlineAt - clock.now());
      return destroySnapshot(host, path, waitShowing(operation, "destroying", { timeoutMs, target }));
    });
  } catch (error) {
    if (!leavesOpen(error)) throw error;
    // a job that can't be seen, an answer that was lost, a snapshot that an earlier destroy is removing
    const busy = () => machinesDoing(host.session, vmIds, OperationalStatus.DeletingSnapshot);
    await untilIdle(operation, { busy, deadlineAt, error });
    if (!(await isDeleted(host.session, path, target, knownThings(outputs)))) throw stillThere(error);
  }
}

/** Whether a snapshot may be gone although destroying it failed. */
function leavesOpen(error: unknown): boolean {
  if (NotFoundError.isInstance(error) || MethodFailedError.isInstance(error)) return true;
  return HyperVError.isInstance(error) && error.effect === "unknown" && !JobFailedError.isInstance(error);
}

function stillThere(error: unknown): unknown {
  if (!HyperVError.isInstance(error) || error.effect !== "unknown") return error;
  const outcome = "The snapshot is still there, and stays in the state";
  const remedy = JobLostError.isInstance(error) ? { remedy: "Run `pulumi destroy` or `pulumi up` again" } : {};
  return error.with({ outcome, ...remedy, effect: "none" });
}

async function guardDescendants(
  operation: Operation,
  members: readonly MemberSnapshot[],
  target: string,
  { dependents, deadlineAt }: Deletion,
): Promise<void> {
  if (dependents === "kept") return;
  const { host, progress } = operation;
  // what is being taken now will descend from it, and nothing shows it before it is there
  const vmIds = members.map(({ vmId }) => vmId);
  const busy = () => machinesDoing(host.session, vmIds, OperationalStatus.CreatingSnapshot);
  const why = "a snapshot is being taken that will descend from it";
  await untilIdle(operation, { busy, why, deadlineAt, error: refusedForDescendants(target, why, dependents) });
  const descendants = await dependentsOf(host.session, members);
  if (descendants.length === 0) return;
  const names = describeDescendants(descendants);
  // one that belongs to a collection may be somebody's resource, such as the replacement that was just taken
  if (dependents === "removed" && !(await anyCollected(host.session, descendants))) {
    return progress.warn(`Destroying ${target} also removes what descends from it: ${names}`);
  }
  const count = descendants.length;
  const found = {
    unknown: `${count} later ${count === 1 ? "checkpoint descends" : "checkpoints descend"} from this snapshot (${names}), and whether the host keeps or removes those is not known`,
    removed: `later snapshots of a whole group descend from it (${names}), and this host would remove them too`,
  }[dependents];
  throw refusedForDescendants(target, found, dependents);
}

function refusedForDescendants(target: string, why: string, dependents: "unknown" | "removed"): GuardError {
  const remedy = {
    unknown:
      "Remove the later ones first; or, if you know what your host does, set hyperv-snapshots:dependents to kept or removed",
    removed:
      "Destroy the later ones first: `pulumi destroy` does so by itself where one stack has them all. After --replace both are in the state; a replacement through a changed trigger destroys the old one before it takes the new one",
  }[dependents];
  return new GuardError(
    {
      attempted: "DestroySnapshot",
      target,
      answer: why,
      outcome: "The snapshot is still there, and stays in the state",
      remedy,
    },
    { code: dependents === "unknown" ? "DEPENDENTS_UNKNOWN" : "DEPENDENTS_COLLECTED" },
  );
}

/** Names at most five, so that a message stays one. */
function describeDescendants(descendants: readonly DependentSnapshot[]): string {
  const shown = descendants.slice(0, 5).map(({ name }) => JSON.stringify(name));
  const more = descendants.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/**
 * Ends a snapshot that is still being made: cancels its job where the host lets it, else waits for it.
 *
 * @returns What it made all the same, or null.
 */
export async function endPendingSnapshot(
  operation: Operation,
  pending: Pending,
  deletion: Deletion,
): Promise<CimInstancePath | null> {
  if (pending.made !== null) return CimInstancePath.parse(pending.made);
  if (pending.failed !== undefined) return null;
  const { session } = operation.host;
  const { outputs, deadlineAt } = deletion;
  const others = await deletion.others?.();
  const collection = await groupOfBegun(session, outputs);
  const target = describeCollection(session, collection.name);
  const before = [...pending.before, ...(others?.made ?? [])];
  const jobPath =
    pending.job === null ? await lostJob(session, pending, collection, others) : CimInstancePath.parse(pending.job);
  const hasFailed = jobPath !== null && (await endJob(operation, jobPath, { target, deadlineAt })) === "failed";
  const unseen = lostTrack(target, "a member of the group is having a snapshot taken by a job that can't be seen");
  const busy = () => membersBeingSnapshot(session, collection.path);
  await untilIdle(operation, { busy, deadlineAt, error: unseen });
  const look = () => findSnapshotResult(session, { jobPath, collection, before, jobsOfOthers: others?.jobs });
  let result = await look();
  if ("candidates" in result && result.candidates.length === 0) {
    await requireVisibility(session, "what was begun", [collection.path]);
    result = await look(); // sight may have come only between the two
  }
  if ("path" in result && (result.isNamed || !hasFailed)) return result.path;
  const candidates = "path" in result ? [String(result.path.key("CollectionID"))] : result.candidates;
  if (candidates.length === 0) return null;
  if (hasFailed) {
    // such a job names what it has left, if anything: what else is new needn't be its own
    operation.progress.warn(
      `The job that was to make a snapshot of ${target} ended without one. ${describeGained(candidates)}`,
    );
    return null;
  }
  const gained = `the group has gained ${candidates.length} snapshot collections: ${candidates.join(", ")}`;
  throw lostTrack(target, `the host names no result of ${pending.job ?? "the request"}, and ${gained}`);
}

/** The job of a request whose answer was lost, where exactly one can be it. */
async function lostJob(
  session: CimSession,
  pending: Pending,
  collection: VirtualSystemCollection,
  others: Others | undefined,
): Promise<CimInstancePath | null> {
  if (!pending.answerLost) return null;
  const machineIds = (await membersOf(session, collection.path)).map(({ vmId }) => vmId);
  const [trace, another] = await findTraces(session, {
    collection,
    before: pending.before,
    machineIds,
    jobsOfOthers: others?.jobs,
  });
  return trace?.kind === "job" && !another ? trace.path : null;
}

function lostTrack(target: string, answer: string): UnknownOutcomeError {
  return new UnknownOutcomeError({
    attempted: "Finding what is to be removed",
    target,
    answer,
    outcome: "Nothing was removed, and the resource stays in the state",
    remedy: "Remove on the host what nobody needs, then run `pulumi destroy` again",
  });
}

/** Cancels a job where it lets itself be cancelled, and waits for its end either way. */
async function endJob(
  operation: Operation,
  jobPath: CimInstancePath,
  { target, deadlineAt }: { readonly target: string; readonly deadlineAt: number },
): Promise<"succeeded" | "failed" | "unseen"> {
  const { host, progress, clock } = operation;
  try {
    const reading = readConcreteJob(await host.session.get(jobPath));
    if (judgeJob(reading) === "pending" && reading.cancellable) {
      progress.step("cancelling the snapshot job");
      const answer = await cancelJob(host.session, jobPath);
      if (answer !== 0) progress.step(`the host didn't cancel it (${answer}): waiting for its end`);
    }
    const timeoutMs = Math.max(0, deadlineAt - clock.now());
    const wait = { operation: "CreateSnapshot", attempted: "Ending the snapshot that was begun", timeoutMs, target };
    await host.jobs.waitFor(jobPath, waitShowing(operation, "waiting for the snapshot job", wait));
    return "succeeded";
  } catch (error) {
    if (JobFailedError.isInstance(error)) return "failed";
    if (JobLostError.isInstance(error) || NotFoundError.isInstance(error)) return "unseen";
    throw error;
  }
}
