import { CimInstancePath } from "../cim/cim-instance-path";
import type { Configuration } from "../config";
import { InvalidArgumentError, JobFailedError, JobLostError, NotFoundError } from "../errors";
import { destroySnapshot, findMadeSnapshot } from "../hyperv/collection-snapshot-service";
import { isThere, requireSight } from "../hyperv/sight";
import { type Descendant, descendantsOf, memberSnapshots } from "../hyperv/snapshot-collection";
import { describeCollection, findVirtualSystemCollection, machinePath } from "../hyperv/virtual-system-collection";
import { cancelJob } from "../jobs/cancel-job";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import type { Properties } from "./dynamic-provider";
import type { Pending } from "./hidden-inputs";
import { type Operation, waitShowing } from "./operation";

/** What is to be deleted, and how. */
export interface Deletion {
  readonly outputs: Properties;
  readonly dependents: Configuration["dependents"];
  readonly timeoutMs: number;
}

/** What must be visible on the host before anything counts as gone: the group, and the machines the state knows. */
export function knownThings(outputs: Properties): readonly CimInstancePath[] {
  const group = typeof outputs["collectionPath"] === "string" ? [CimInstancePath.parse(outputs["collectionPath"])] : [];
  const members = Array.isArray(outputs["members"]) ? outputs["members"] : [];
  return [...group, ...members.map((member) => machinePath(String(member.vmId)))];
}

/**
 * Destroys a snapshot collection; gone already is success, where that can be seen.
 *
 * @throws {@link InvalidArgumentError} when others descend from it and what the host does with those isn't known.
 */
export async function deleteSnapshot(operation: Operation, path: CimInstancePath, deletion: Deletion): Promise<void> {
  const { host, progress } = operation;
  const target = `the snapshot collection ${path.key("CollectionID")} of VM group ${JSON.stringify(deletion.outputs["collectionName"] ?? "?")} on ${host.session.hostName}`;
  if (!(await isThere(host.session, path))) {
    await requireSight(host.session, target, knownThings(deletion.outputs));
    progress.step("the snapshot is gone already");
    return;
  }
  await guardDescendants(operation, path, target, deletion.dependents);
  const wait = waitShowing(operation, "destroying", { timeoutMs: deletion.timeoutMs, target });
  try {
    await destroySnapshot(host, path, wait);
  } catch (error) {
    const gone = NotFoundError.isInstance(error) || JobLostError.isInstance(error);
    if (!gone || (await isThere(host.session, path))) throw error;
    await requireSight(host.session, target, knownThings(deletion.outputs));
  }
}

async function guardDescendants(
  { host, progress }: Operation,
  path: CimInstancePath,
  target: string,
  dependents: Configuration["dependents"],
): Promise<void> {
  if (dependents === "kept") return;
  const descendants = await descendantsOf(host.session, await memberSnapshots(host.session, path));
  if (descendants.length === 0) return;
  const names = describeDescendants(descendants);
  if (dependents === "removed")
    return progress.warn(`Destroying ${target} also removes what descends from it: ${names}`);
  throw new InvalidArgumentError(
    {
      attempted: "DestroySnapshot",
      target,
      answer: `it was not sent: ${descendants.length} later checkpoints descend from this snapshot (${names}), and whether the host keeps or removes those is not known`,
      outcome: "The snapshot is still there, and stays in the state",
      remedy:
        "Remove the later ones first; or, if you know what your host does, set hyperv-snapshots:dependents to kept or removed",
    },
    { code: "DEPENDENTS_UNKNOWN" },
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
  const { outputs, timeoutMs } = deletion;
  const collectionId = String(outputs["collectionId"]);
  const target = describeCollection(session, String(outputs["collectionName"] ?? collectionId));
  const jobPath = pending.job === null ? null : CimInstancePath.parse(pending.job);
  if (jobPath) await endJob(operation, jobPath, { target, timeoutMs });
  const collection = await findVirtualSystemCollection(session, collectionId);
  const result = await findMadeSnapshot(session, { jobPath, collection, before: pending.before });
  if ("path" in result) return result.path;
  if (result.candidates.length === 0) return null;
  throw new JobLostError(
    {
      attempted: "Finding what is to be removed",
      target,
      answer: `the host names no result of ${pending.job ?? "the request"}, and the group has gained ${result.candidates.length} snapshot collections: ${result.candidates.join(", ")}`,
      outcome: "Nothing was removed, and the resource stays in the state",
      remedy: "Remove the right one on the host, then run `pulumi destroy` again",
    },
    { jobPath: pending.job ?? "" },
  );
}

/** Cancels a job where it lets itself be cancelled, and waits for its end either way; how it ended doesn't matter here. */
async function endJob(
  operation: Operation,
  jobPath: CimInstancePath,
  wait: { readonly target: string; readonly timeoutMs: number },
): Promise<void> {
  const { session, jobs } = operation.host;
  try {
    const reading = readConcreteJob(await session.get(jobPath));
    if (judgeJob(reading) === "pending" && reading.cancellable) {
      operation.progress.step("cancelling the snapshot job");
      await cancelJob(session, jobPath);
    }
    await jobs.waitFor(jobPath, waitShowing(operation, "waiting for the snapshot job", wait));
  } catch (error) {
    const ended = JobFailedError.isInstance(error) || JobLostError.isInstance(error) || NotFoundError.isInstance(error);
    if (!ended) throw error;
  }
}
