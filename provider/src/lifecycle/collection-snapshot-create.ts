import { CimInstancePath } from "../cim/cim-instance-path";
import { type ErrorParts, HyperVError, JobFailedError, JobLostError, PartialCreateError } from "../errors";
import {
  findMadeSnapshot,
  requestSnapshot,
  type SnapshotWork,
  withLeftovers,
} from "../hyperv/collection-snapshot-service";
import { listSnapshotCollections } from "../hyperv/snapshot-collection";
import { snapshotSettingsText } from "../hyperv/snapshot-settings";
import {
  describeCollection,
  membersOf,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import type { JobReading } from "../jobs/concrete-job";
import { type CollectionSnapshotInputs, readInputs } from "./collection-snapshot-inputs";
import { groupOutputs, jobOutput, pendingOutputs, snapshotOutputs } from "./collection-snapshot-outputs";
import type { Properties } from "./dynamic-provider";
import type { Pending } from "./hidden-inputs";
import { type Operation, waitShowing } from "./operation";

/** A snapshot that was begun, and the resource it belongs to. */
export interface BegunSnapshot {
  /** The resource's id. */
  readonly id: string;
  /** The resource's inputs, hidden ones included. */
  readonly inputs: Properties;
  readonly group: VirtualSystemCollection;
  readonly pending: Pending;
  /** Machines whose names are known. */
  readonly machines: readonly VirtualMachine[];
  readonly timeoutMs: number;
}

/**
 * Takes a snapshot of a group and waits until it is made.
 *
 * @returns The complete outputs.
 * @throws {@link MethodFailedError}, {@link JobFailedError} when nothing was taken.
 * @throws {@link PartialCreateError} when something was begun whose end was not seen.
 */
export async function takeSnapshot(
  operation: Operation,
  request: Pick<BegunSnapshot, "id" | "inputs" | "group" | "timeoutMs">,
): Promise<Properties> {
  const { session } = operation.host;
  const { group } = request;
  const inputs: CollectionSnapshotInputs = readInputs(request.inputs);
  const before = await listSnapshotCollections(session, group.path);
  const machines = await membersOf(session, group.path);
  operation.progress.step(`asking for a snapshot of ${machines.length} machines`);
  const progress = await requestSnapshot(session, {
    collection: group,
    snapshotType: inputs.snapshotType,
    snapshotSettings: snapshotSettingsText(inputs.settings),
  });
  const pending: Pending =
    progress.kind === "made"
      ? { job: null, before, made: progress.path?.toString() ?? null }
      : { job: progress.jobPath.toString(), before, made: null };
  return completeSnapshot(operation, { ...request, pending, machines });
}

/**
 * Goes on with a snapshot that was begun: waits for its job, finds what it made, reads it.
 *
 * @throws {@link JobFailedError} when the job ended and made nothing.
 * @throws {@link PartialCreateError} for everything else that keeps it from being complete: a snapshot may exist then.
 */
export async function completeSnapshot(operation: Operation, begun: BegunSnapshot): Promise<Properties> {
  let { pending } = begun;
  try {
    const startedAt = operation.clock.now();
    const reading = await waitForJob(operation, begun);
    const made = pending.made ?? (await findResult(operation, begun)).toString();
    pending = { ...pending, made };
    const path = CimInstancePath.parse(made);
    const { outputs } = await snapshotOutputs(operation.host.session, path, begun.machines);
    return {
      ...begun.inputs,
      ...groupOutputs(operation.host.session, begun.group),
      ...outputs,
      job: jobOutput(reading, operation.clock.now() - startedAt),
    };
  } catch (error) {
    if (JobFailedError.isInstance(error)) throw error;
    throw partialCreate(operation, { ...begun, pending }, error);
  }
}

async function waitForJob(operation: Operation, begun: BegunSnapshot): Promise<JobReading | null> {
  const { pending, group, timeoutMs } = begun;
  if (pending.job === null || pending.made !== null) return null;
  const { session, jobs } = operation.host;
  const jobPath = CimInstancePath.parse(pending.job);
  const target = describeCollection(session, group.name);
  try {
    return await jobs.waitFor(jobPath, waitShowing(operation, "snapshot job", { timeoutMs, target }));
  } catch (error) {
    // the host has forgotten the job: what it made can still be found by listing
    if (JobLostError.isInstance(error)) return null;
    throw JobFailedError.isInstance(error) ? await withLeftovers(session, workOf(begun), error) : error;
  }
}

async function findResult(operation: Operation, begun: BegunSnapshot): Promise<CimInstancePath> {
  const { session } = operation.host;
  const { group, pending } = begun;
  const result = await findMadeSnapshot(session, workOf(begun));
  if ("path" in result) return result.path;
  const { candidates } = result;
  const none = candidates.length === 0;
  const gained = none
    ? "the group has no snapshot collection that it didn't have before"
    : `the group has gained ${candidates.length} snapshot collections: ${candidates.join(", ")}`;
  throw new JobLostError(
    {
      attempted: "Finding the snapshot that was made",
      target: describeCollection(session, group.name),
      answer: `the host names no result of ${pending.job ?? "the request"}, and ${gained}`,
      outcome: none ? "The snapshot may not exist" : "One of them is the snapshot",
      remedy: "Look at the group's snapshots on the host",
    },
    { jobPath: pending.job ?? "" },
  );
}

function workOf({ group, pending }: BegunSnapshot): SnapshotWork {
  const jobPath = pending.job === null ? null : CimInstancePath.parse(pending.job);
  return { jobPath, collection: group, before: pending.before };
}

/**
 * Makes the error by which Pulumi keeps a begun snapshot in the state, whose next `pulumi up` calls `update`.
 *
 * @param cause - What kept it from being complete.
 */
export function partialCreate(operation: Operation, begun: BegunSnapshot, cause: unknown): PartialCreateError {
  const { session } = operation.host;
  const properties = { ...begun.inputs, ...groupOutputs(session, begun.group), ...pendingOutputs(begun.pending) };
  const parts: ErrorParts = HyperVError.isInstance(cause)
    ? cause.parts
    : {
        attempted: "Completing the snapshot",
        target: describeCollection(session, begun.group.name),
        answer: String(cause),
        outcome: "The snapshot may exist",
        remedy: "",
      };
  const remedy = begun.pending.failed
    ? "The next `pulumi up` takes a new snapshot in its place"
    : `${parts.remedy}. The resource is kept in the state: the next \`pulumi up\` goes on from here and takes no second snapshot, \`pulumi destroy\` ends the job and removes what it made`;
  return new PartialCreateError({ ...parts, remedy }, { id: begun.id, properties, cause });
}
