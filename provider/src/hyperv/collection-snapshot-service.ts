import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession, MethodResult } from "../cim/cim-session";
import { HyperVError, JobFailedError, ProtocolError } from "../errors";
import type { WaitOptions } from "../jobs/job-monitor";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import type { HyperVHost } from "./hyperv-host";
import { explainJobFailure } from "./job-errors";
import { remedyFor, remedyForCreateSnapshot } from "./remedies";
import { servicePath } from "./service-path";
import { describeCollection, type VirtualSystemCollection } from "./virtual-system-collection";
import { exists } from "./visibility";

/** The parameters of `CreateSnapshot`. */
export interface SnapshotRequest {
  readonly collection: VirtualSystemCollection;
  /** 1 standard, 2 recovery, 32768 … 65535 vendor specific. */
  readonly snapshotType: number;
  /** An embedded instance as CIM-XML text; empty for none. */
  readonly snapshotSettings: string;
}

/** How far a snapshot is: made (the host needn't say which it is), being made by a job, or unknown. */
export type SnapshotProgress =
  | { readonly kind: "made"; readonly path: CimInstancePath | null }
  | { readonly kind: "jobStarted"; readonly jobPath: CimInstancePath }
  | { readonly kind: "outcomeUnknown"; readonly cause: HyperVError };

/**
 * Sends `CreateSnapshot`. Sent once, never repeated: it is not idempotent.
 *
 * The `[in, out]` result reference is left out, since hosts refuse a path there.
 *
 * @returns `outcomeUnknown` for every failure that doesn't prove that nothing ran: look for a trace, never send it again.
 * @throws {@link HyperVError} with the effect `none` when the host refused; `describeNewSnapshots` shows what it made despite that.
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
    const error = HyperVError.isInstance(cause) ? cause : unusable(session, collection, cause);
    if (error.effect === "none") throw error;
    return { kind: "outcomeUnknown", cause: error };
  }
}

/** Makes the error of an answer that breaks this package's own code: it proves nothing about the request. */
function unusable(session: CimSession, { name }: VirtualSystemCollection, cause: unknown): ProtocolError {
  return new ProtocolError(
    {
      attempted: "CreateSnapshot",
      target: describeCollection(session, name),
      answer: `the host's answer can't be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      outcome: "The request may have taken effect on the host",
      remedy: "Report it with the host's version",
    },
    { cause },
  );
}

function snapshotProgress(
  session: CimSession,
  collection: VirtualSystemCollection,
  result: MethodResult,
): SnapshotProgress {
  const outcome = methodOutcome(result, {
    attempted: "CreateSnapshot",
    target: describeCollection(session, collection.name),
    refused: "The host was not searched for a new snapshot",
    remedy: remedyForCreateSnapshot,
  });
  if (outcome.kind === "jobStarted") return outcome;
  const path = result.outParameters["ResultingSnapshotCollection"];
  return { kind: "made", path: path instanceof CimInstancePath ? path : null };
}

/**
 * Destroys a snapshot collection, waits for the job, and checks that it is deleted.
 *
 * The disks of the members merge afterwards.
 *
 * @param options - How long to wait for the job, and what is destroyed, for messages.
 * @throws {@link ProtocolError} when the host reported success and the collection still exists.
 */
export async function destroySnapshot(
  host: HyperVHost,
  path: CimInstancePath,
  options: Omit<WaitOptions, "operation">,
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
  if (!(await exists(session, path))) return;
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
  options: Omit<WaitOptions, "operation">,
): Promise<void> {
  try {
    await jobs.waitFor(jobPath, { ...options, operation: destroyMethod });
  } catch (error) {
    throw JobFailedError.isInstance(error) ? await explainJobFailure(session, error, remedyFor) : error;
  }
}
