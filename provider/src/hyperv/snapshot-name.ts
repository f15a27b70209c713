import { embedInstance } from "../cim/embedded-instance";
import { HyperVError, ProtocolError } from "../errors";
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

const operation = "ModifySystemSettings";

const attempted = `Naming the snapshots (${operation})`;

const outcome = "The snapshot is complete, but not every machine's checkpoint has the name";

/**
 * Writes the name of every member's snapshot that bears another one, and reads it back.
 *
 * @throws {@link HyperVError} with the effect `partial` when it fails: the snapshots are complete all the same.
 */
export async function nameSnapshots(host: HyperVHost, request: NamingRequest): Promise<void> {
  try {
    await writeNames(host, request);
  } catch (error) {
    throw HyperVError.isInstance(error) ? error.with({ outcome, effect: "partial" }) : error;
  }
}

async function writeNames(host: HyperVHost, request: NamingRequest): Promise<void> {
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
    const result = await session.invokeMethod(service, operation, { SystemSettings });
    const end = methodOutcome(result, { attempted, target, refused: outcome, remedy: remedyFor });
    if (end.kind === "jobStarted") await jobs.waitFor(end.jobPath, { operation, attempted, target, timeoutMs });
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
    outcome,
    remedy: "Rename it on the host, or give another snapshotName",
  });
}
