import type { CimInstancePath } from "../cim/cim-instance-path";
import { JobFailedError, JobTimeoutError } from "../errors";
import type { WaitOptions } from "../jobs/job-monitor";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import type { HyperVHost } from "./hyperv-host";
import { explainJobFailure } from "./job-errors";
import { remedyForApplySnapshot } from "./remedies";
import { servicePath } from "./service-path";

const operation = "ApplySnapshot";

/**
 * Brings every machine of a snapshot collection back to its snapshot, and waits for the job.
 *
 * The machines lose their present state, unless a checkpoint has it. Sent once, never repeated.
 *
 * @param options - How long to wait for the job, and what is applied, for messages.
 * @throws {@link MethodFailedError} when the host refuses; nothing was applied then.
 * @throws {@link JobFailedError} when the job ended without success: some machines may be back at their snapshots.
 * @throws {@link JobTimeoutError} when the deadline came first; the job is still running.
 */
export async function applySnapshot(
  { session, jobs }: HyperVHost,
  path: CimInstancePath,
  options: Omit<WaitOptions, "operation">,
): Promise<void> {
  const service = await servicePath(session, ClassName.collectionSnapshotService);
  const result = await session.invokeMethod(service, operation, { SnapshotCollection: path });
  const outcome = methodOutcome(result, {
    attempted: operation,
    target: options.target,
    refused: "No machine was brought back",
    remedy: remedyForApplySnapshot,
  });
  if (outcome.kind === "completed") return;
  try {
    await jobs.waitFor(outcome.jobPath, { ...options, operation });
  } catch (error) {
    if (JobTimeoutError.isInstance(error)) {
      const remedy = "Wait until the machines have finished, and look at each; next time give it more time";
      throw error.with({ remedy });
    }
    if (!JobFailedError.isInstance(error)) throw error;
    const explained = await explainJobFailure(session, error, remedyForApplySnapshot);
    const known = "Some machines may be back at their snapshots and others not: check each before it is started";
    throw explained.with({ outcome: known });
  }
}
