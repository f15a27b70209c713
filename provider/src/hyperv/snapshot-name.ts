import { embedInstance } from "../cim/embedded-instance";
import { ProtocolError } from "../errors";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import type { HyperVHost } from "./hyperv-host";
import { remedyFor } from "./remedies";
import { servicePath } from "./service-path";
import { findSnapshots, type MemberSnapshot } from "./snapshot-collection";

/** Snapshots of one collection, and what they are to be called. */
export interface NamingRequest {
  /** The members as they were read last. */
  readonly members: readonly MemberSnapshot[];
  readonly name: string;
  /** What is named, for messages. */
  readonly target: string;
}

/** Hosts were seen to answer this at once; a job is documented, and waited for so long. */
const timeoutMs = 60_000;

const attempted = "Naming the snapshots (ModifySystemSettings)";

/**
 * Writes the name of every member's snapshot that bears another one, and reads it back.
 *
 * @throws {@link MethodFailedError} when the host refuses; the snapshots are complete all the same.
 * @throws {@link ProtocolError} when the host reported success and kept the old name.
 */
export async function nameSnapshots(host: HyperVHost, request: NamingRequest): Promise<void> {
  const { session, jobs } = host;
  const { members, name, target } = request;
  const misnamed = members.filter((member) => member.name !== name);
  if (misnamed.length === 0) return;
  const service = await servicePath(session, ClassName.virtualSystemManagementService);
  for (const { snapshotId } of misnamed) {
    const SystemSettings = embedInstance(ClassName.virtualSystemSettingData, {
      InstanceID: snapshotId,
      ElementName: name,
    });
    const result = await session.invokeMethod(service, "ModifySystemSettings", { SystemSettings });
    const refused = "The snapshot is complete, and not every machine's bears its name";
    const outcome = methodOutcome(result, { attempted, target, refused, remedy: remedyFor });
    if (outcome.kind === "jobStarted") await jobs.waitFor(outcome.jobPath, { attempted, target, timeoutMs });
  }
  const read = await findSnapshots(
    session,
    misnamed.map(({ snapshotId }) => snapshotId),
  );
  const still = read.find((member) => member.name !== name);
  if (!still) return;
  throw new ProtocolError({
    attempted,
    target,
    answer: `the host reported success, and a snapshot is called ${JSON.stringify(still.name)} instead of ${JSON.stringify(name)}`,
    outcome: "The snapshot is complete, and not every machine's bears its name",
    remedy: "Rename it on the host, or give another snapshotName",
  });
}
