import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { embedInstance } from "../cim/embedded-instance";
import { ProtocolError } from "../errors";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import { remedyFor } from "./remedies";
import { servicePath } from "./service-path";
import { type MemberSnapshot, memberSnapshots } from "./snapshot-collection";

/** Snapshots of one collection, and what they are to be called. */
export interface NamingRequest {
  readonly collection: CimInstancePath;
  /** The members as they were read last. */
  readonly members: readonly MemberSnapshot[];
  readonly name: string;
  /** What is named, for messages. */
  readonly target: string;
}

const attempted = "Naming the snapshots (ModifySystemSettings)";

/**
 * Writes the name of every member's snapshot that bears another one, and reads it back.
 *
 * @returns The members as they are afterwards.
 * @throws {@link MethodFailedError} when the host refuses; the snapshots are complete all the same.
 * @throws {@link ProtocolError} when the host reported success and kept the old name.
 */
export async function nameSnapshots(session: CimSession, request: NamingRequest): Promise<readonly MemberSnapshot[]> {
  const { collection, members, name, target } = request;
  const misnamed = members.filter((member) => member.name !== name);
  if (misnamed.length === 0) return members;
  const service = await servicePath(session, ClassName.virtualSystemManagementService);
  for (const { snapshotId } of misnamed) {
    const SystemSettings = embedInstance(ClassName.virtualSystemSettingData, {
      InstanceID: snapshotId,
      ElementName: name,
    });
    const result = await session.invokeMethod(service, "ModifySystemSettings", { SystemSettings });
    const refused = "The snapshot is complete, and not every machine's bears its name";
    methodOutcome(result, { attempted, target, refused, remedy: remedyFor });
  }
  const read = await memberSnapshots(session, collection);
  const still = read.find((member) => member.name !== name);
  if (!still) return read;
  throw new ProtocolError({
    attempted,
    target,
    answer: `the host reported success, and a snapshot is called ${JSON.stringify(still.name)} instead of ${JSON.stringify(name)}`,
    outcome: "The snapshot is complete, and not every machine's bears its name",
    remedy: "Rename it on the host, or give another snapshotName",
  });
}
