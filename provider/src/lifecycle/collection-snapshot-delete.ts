import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import type { Configuration } from "../config";
import { InvalidArgumentError, JobFailedError, JobLostError, NotFoundError } from "../errors";
import { destroySnapshot, findMadeSnapshot } from "../hyperv/collection-snapshot-service";
import { membersBeingSnapshot } from "../hyperv/member-condition";
import { isThere, requireSight } from "../hyperv/sight";
import { type Descendant, descendantsOf, type MemberSnapshot, memberSnapshots } from "../hyperv/snapshot-collection";
import {
  anyBusy,
  describeCollection,
  findVirtualSystemCollection,
  machinePath,
  machinesDoing,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { cancelJob } from "../jobs/cancel-job";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { OperationalStatus } from "../schema/value-maps";
import { retryWhileBusy } from "./busy-retry";
import type { Properties } from "./dynamic-provider";
import type { Pending } from "./hidden-inputs";
import { type Operation, waitShowing } from "./operation";
import { untilIdle } from "./until-idle";
import { waitForMerge } from "./wait-for-merge";

/** What is to be deleted, and how. */
export interface Deletion {
  readonly outputs: Properties;
  readonly dependents: Configuration["dependents"];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** Whether a snapshot of one machine (`InstanceID` of its settings) was taken by this very run. */
  readonly isNew: (snapshotId: string) => boolean;
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
 * @throws {@link InvalidArgumentError} when others descend from it and what the host does with those isn't known.
 */
export async function deleteSnapshot(operation: Operation, path: CimInstancePath, deletion: Deletion): Promise<void> {
  const { host, progress } = operation;
  const { outputs, deadlineAt } = deletion;
  const target = `the snapshot collection ${path.key("CollectionID")} of VM group ${JSON.stringify(outputs["collectionName"] ?? "?")} on ${host.session.hostName}`;
  if (await isThere(host.session, path)) await destroy(operation, path, target, deletion);
  else {
    await requireSight(host.session, target, knownThings(outputs));
    progress.step("the snapshot is gone already");
  }
  const vmIds = knownMachineIds(outputs);
  if (outputs["waitForMerge"] === true) return waitForMerge(operation, { vmIds, target, deadlineAt });
  const merging = await machinesDoing(host.session, vmIds, OperationalStatus.MergingDisks);
  if (merging.length > 0)
    progress.step(`destroyed; disks still merge: ${merging.map(({ vmName }) => vmName).join(", ")}`);
}

async function destroy(operation: Operation, path: CimInstancePath, target: string, deletion: Deletion): Promise<void> {
  const { host, clock } = operation;
  const { outputs, deadlineAt } = deletion;
  const members = await memberSnapshots(host.session, path);
  await guardDescendants(operation, members, target, deletion);
  const vmIds = members.map(({ vmId }) => vmId);
  const isBusy = () => anyBusy(host.session, vmIds);
  try {
    await retryWhileBusy(operation, { deadlineAt, isBusy }, () => {
      const timeoutMs = Math.max(0, deadlineAt - clock.now());
      return destroySnapshot(host, path, waitShowing(operation, "destroying", { timeoutMs, target }));
    });
  } catch (error) {
    if (!NotFoundError.isInstance(error) && !JobLostError.isInstance(error)) throw error;
    const busy = () => machinesDoing(host.session, vmIds, OperationalStatus.DeletingSnapshot);
    await untilIdle(operation, { busy, deadlineAt, error });
    if (await isThere(host.session, path)) throw error;
    await requireSight(host.session, target, knownThings(outputs));
  }
}

async function guardDescendants(
  { host, progress }: Operation,
  members: readonly MemberSnapshot[],
  target: string,
  { dependents, isNew }: Deletion,
): Promise<void> {
  if (dependents === "kept") return;
  const descendants = await descendantsOf(host.session, members);
  if (descendants.length === 0) return;
  const names = describeDescendants(descendants);
  if (dependents === "removed" && !descendants.some(({ snapshotId }) => isNew(snapshotId))) {
    return progress.warn(`Destroying ${target} also removes what descends from it: ${names}`);
  }
  throw refusedForDescendants(target, descendants.length, names, dependents);
}

function refusedForDescendants(
  target: string,
  count: number,
  names: string,
  dependents: "unknown" | "removed",
): InvalidArgumentError {
  const why = {
    unknown: `${count} later checkpoints descend from this snapshot (${names}), and whether the host keeps or removes those is not known`,
    removed: `the snapshot that this run has just taken descends from it (${names}), and this host removes what descends`,
  }[dependents];
  const remedy = {
    unknown:
      "Remove the later ones first; or, if you know what your host does, set hyperv-snapshots:dependents to kept or removed",
    removed:
      "Both snapshots are on the host, and the state holds both: `pulumi destroy` removes the newer one first and then this one. A replacement through a changed trigger, not --replace, destroys the old one before it takes the new one",
  }[dependents];
  return new InvalidArgumentError(
    {
      attempted: "DestroySnapshot",
      target,
      answer: `it was not sent: ${why}`,
      outcome: "The snapshot is still there, and stays in the state",
      remedy,
    },
    { code: dependents === "unknown" ? "DEPENDENTS_UNKNOWN" : "DEPENDENTS_NEW" },
  );
}

/** Names at most five, so that a message stays one. */
function describeDescendants(descendants: readonly Descendant[]): string {
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
  const collection = await groupOf(session, outputs);
  const target = describeCollection(session, collection.name);
  const jobPath = pending.job === null ? null : CimInstancePath.parse(pending.job);
  if (jobPath) await endJob(operation, jobPath, { target, deadlineAt });
  const unseen = lostTrack(target, "a member of the group is having a snapshot taken by a job that can't be seen");
  const busy = () => membersBeingSnapshot(session, collection.path);
  await untilIdle(operation, { busy, deadlineAt, error: unseen });
  const result = await findMadeSnapshot(session, { jobPath, collection, before: pending.before });
  if ("path" in result) return result.path;
  if (result.candidates.length === 0) return null;
  const gained = `the group has gained ${result.candidates.length} snapshot collections: ${result.candidates.join(", ")}`;
  throw lostTrack(target, `the host names no result of ${pending.job ?? "the request"}, and ${gained}`);
}

function lostTrack(target: string, answer: string): JobLostError {
  return new JobLostError(
    {
      attempted: "Finding what is to be removed",
      target,
      answer,
      outcome: "Nothing was removed, and the resource stays in the state",
      remedy: "Remove on the host what nobody needs, then run `pulumi destroy` again",
    },
    { jobPath: "" },
  );
}

/** The group in which a snapshot was begun. @throws {@link NotFoundError} that says what to do when it is gone. */
async function groupOf(session: CimSession, outputs: Properties): Promise<VirtualSystemCollection> {
  try {
    return await findVirtualSystemCollection(session, String(outputs["collectionId"]));
  } catch (error) {
    if (!NotFoundError.isInstance(error)) throw error;
    throw new NotFoundError(
      {
        attempted: "Ending the snapshot that was begun",
        target: describeCollection(session, String(outputs["collectionName"])),
        answer: "the group is no longer there, and without it what its job made can't be told",
        outcome: "Nothing was changed, and the resource stays in the state",
        remedy:
          "Look at the machines' snapshots on the host and remove those that nobody needs, then take the resource out with `pulumi state delete`",
      },
      { cause: error },
    );
  }
}

/** Cancels a job where it lets itself be cancelled, and waits for its end either way; how it ended doesn't matter here. */
async function endJob(
  operation: Operation,
  jobPath: CimInstancePath,
  { target, deadlineAt }: { readonly target: string; readonly deadlineAt: number },
): Promise<void> {
  const { host, progress, clock } = operation;
  try {
    const reading = readConcreteJob(await host.session.get(jobPath));
    if (judgeJob(reading) === "pending" && reading.cancellable) {
      progress.step("cancelling the snapshot job");
      const answer = await cancelJob(host.session, jobPath);
      if (answer !== 0) progress.step(`the host didn't cancel it (${answer}): waiting for its end`);
    }
    const timeoutMs = Math.max(0, deadlineAt - clock.now());
    const wait = { attempted: "Ending the snapshot that was begun", timeoutMs, target };
    await host.jobs.waitFor(jobPath, waitShowing(operation, "waiting for the snapshot job", wait));
  } catch (error) {
    const ended = JobFailedError.isInstance(error) || JobLostError.isInstance(error) || NotFoundError.isInstance(error);
    if (!ended) throw error;
  }
}
