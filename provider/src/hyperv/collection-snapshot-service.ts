import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession, MethodResult } from "../cim/cim-session";
import { JobFailedError, NotFoundError, ProtocolError, TransportError } from "../errors";
import type { WaitOptions } from "../jobs/job-monitor";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import { ElementEffects } from "../schema/value-maps";
import type { HyperVHost } from "./hyperv-host";
import { explainJobFailure } from "./job-errors";
import { remedyFor, remedyForCreateSnapshot } from "./remedies";
import { servicePath } from "./service-path";
import { isThere } from "./sight";
import { listSnapshotCollections, snapshotCollectionPath } from "./snapshot-collection";
import { describeCollection, type VirtualSystemCollection } from "./virtual-system-collection";

/** What `CreateSnapshot` is asked for. */
export interface SnapshotRequest {
  readonly collection: VirtualSystemCollection;
  /** 1 standard, 2 recovery, 32768 … 65535 vendor specific. */
  readonly snapshotType: number;
  /** An embedded instance as CIM-XML text; empty for none. */
  readonly snapshotSettings: string;
}

/** How far a snapshot is: made (the host needn't say which it is), in the hands of a job, or nobody knows. */
export type SnapshotProgress =
  | { readonly kind: "made"; readonly path: CimInstancePath | null }
  | { readonly kind: "jobStarted"; readonly jobPath: CimInstancePath }
  | { readonly kind: "answerLost"; readonly cause: TransportError };

/**
 * Sends `CreateSnapshot`. Sent once, never repeated: it is not idempotent.
 *
 * The `[in, out]` result reference is left out, since hosts refuse a path there.
 *
 * @throws {@link MethodFailedError} when the host refuses; nothing was taken then.
 */
export async function requestSnapshot(session: CimSession, request: SnapshotRequest): Promise<SnapshotProgress> {
  const { collection, snapshotType, snapshotSettings } = request;
  const service = await servicePath(session, ClassName.collectionSnapshotService);
  try {
    const result = await session.invokeMethod(service, "CreateSnapshot", {
      Collection: collection.path,
      SnapshotSettings: snapshotSettings,
      SnapshotType: snapshotType,
    });
    return snapshotProgress(session, collection, result);
  } catch (cause) {
    if (TransportError.isInstance(cause)) return { kind: "answerLost", cause };
    throw cause;
  }
}

function snapshotProgress(
  session: CimSession,
  collection: VirtualSystemCollection,
  result: MethodResult,
): SnapshotProgress {
  const outcome = methodOutcome(result, {
    attempted: "CreateSnapshot",
    target: describeCollection(session, collection.name),
    refused: "No snapshot was taken",
    remedy: remedyForCreateSnapshot,
  });
  if (outcome.kind === "jobStarted") return outcome;
  const path = result.outParameters["ResultingSnapshotCollection"];
  return { kind: "made", path: path instanceof CimInstancePath ? path : null };
}

/** Who made a snapshot of what, and what the group had before. */
export interface SnapshotWork {
  /** Null when the host made it at once. */
  readonly jobPath: CimInstancePath | null;
  readonly collection: VirtualSystemCollection;
  /** The ids of the group's snapshot collections before. */
  readonly before: readonly string[];
}

/**
 * Finds the snapshot that was made, where the host's answer to the request didn't name it.
 *
 * The job's own rows say it, while the host remembers the job; the row that counts is the one whose element is a snapshot
 * collection, and rather one with the effect 5 (Create): the first row may be a machine. Else the one collection of the
 * group that wasn't there before.
 *
 * @returns The path, or every candidate when there isn't exactly one.
 */
export async function findMadeSnapshot(
  session: CimSession,
  work: SnapshotWork,
): Promise<{ readonly path: CimInstancePath } | { readonly candidates: readonly string[] }> {
  const made = work.jobPath ? await affectedSnapshotCollections(session, work.jobPath) : [];
  const [only] = made;
  if (only && made.length === 1) return { path: only };
  const candidates = await newSnapshotCollections(session, work);
  const [found] = candidates;
  return found !== undefined && candidates.length === 1 ? { path: snapshotCollectionPath(found) } : { candidates };
}

/** The ids of the group's snapshot collections that weren't there before. */
export async function newSnapshotCollections(
  session: CimSession,
  { collection, before }: Omit<SnapshotWork, "jobPath">,
): Promise<readonly string[]> {
  const known = new Set(before.map((id) => id.toLowerCase()));
  return (await listSnapshotCollections(session, collection.path)).filter((id) => !known.has(id.toLowerCase()));
}

/** Says in a failed job's message what it left behind on the host, where it did. */
export async function withLeftovers(
  session: CimSession,
  work: SnapshotWork,
  error: JobFailedError,
): Promise<JobFailedError> {
  const left = await newSnapshotCollections(session, work);
  const outcome =
    left.length === 0
      ? "No snapshot was taken"
      : `The group has gained ${left.length === 1 ? "a snapshot collection" : "snapshot collections"} since, which may be what is left of it and which no stack manages: ${left.join(", ")}`;
  return new JobFailedError({ ...error.parts, outcome }, { ...error, cause: error });
}

async function affectedSnapshotCollections(session: CimSession, jobPath: CimInstancePath): Promise<CimInstancePath[]> {
  try {
    const rows = await session.references(jobPath, {
      associationClass: ClassName.affectedJobElement,
      role: "AffectingElement",
    });
    const collections = rows.flatMap((row) => {
      const path = row.reference("AffectedElement");
      const isSnapshot = path?.className.toLowerCase() === ClassName.snapshotCollection.toLowerCase();
      return path && isSnapshot
        ? [{ path, created: row.numbers("ElementEffects").includes(ElementEffects.Create) }]
        : [];
    });
    const created = collections.filter((row) => row.created);
    return (created.length > 0 ? created : collections).map(({ path }) => path);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return [];
    throw error;
  }
}

/**
 * Destroys a snapshot collection, waits for the job, and looks that it is gone.
 *
 * The disks of the members go on merging afterwards.
 *
 * @param options - How long to wait for the job, and what is destroyed, for messages.
 * @throws {@link ProtocolError} when the host said that it is done and it is still there.
 */
export async function destroySnapshot(
  host: HyperVHost,
  path: CimInstancePath,
  options: Omit<WaitOptions, "attempted">,
): Promise<void> {
  const { session } = host;
  const result = await session.invokeMethod(
    await servicePath(session, ClassName.collectionSnapshotService),
    destroyMethod,
    {
      AffectedSnapshotCollection: path,
    },
  );
  const outcome = methodOutcome(result, {
    attempted: destroyMethod,
    target: options.target,
    refused: "The snapshot is still there",
    remedy: remedyFor,
  });
  if (outcome.kind === "jobStarted") await waitForDestroyed(host, outcome.jobPath, options);
  if (!(await isThere(session, path))) return;
  throw new ProtocolError({
    attempted: destroyMethod,
    target: options.target,
    answer: "the host reported success, and the snapshot collection is still there",
    outcome: "The snapshot is still there, and stays in the state",
    remedy: "Look into the host's Hyper-V-VMMS event log, then run `pulumi destroy` or `pulumi up` again",
  });
}

const destroyMethod = "DestroySnapshot";

async function waitForDestroyed(
  { session, jobs }: HyperVHost,
  jobPath: CimInstancePath,
  options: Omit<WaitOptions, "attempted">,
): Promise<void> {
  try {
    await jobs.waitFor(jobPath, { ...options, attempted: destroyMethod });
  } catch (error) {
    throw JobFailedError.isInstance(error) ? await explainJobFailure(session, error, remedyFor) : error;
  }
}
