import type { CimInstancePath } from "../cim/cim-instance-path";
import { embedInstance } from "../cim/embedded-instance";
import { HyperVError, MethodFailedError, ProtocolError } from "../errors";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import type { HyperVHost } from "./hyperv-host";
import { remedyFor } from "./remedies";
import { servicePath } from "./service-path";
import { findSnapshots, type MemberSnapshot } from "./snapshot-collection";

/** Snapshots of one collection, and their new name. */
export interface NamingRequest {
  /** The members as they were read last. */
  readonly members: readonly MemberSnapshot[];
  readonly name: string;
  /** What is named, for messages. */
  readonly target: string;
}

/** Hosts were seen to answer at once; a job is documented, and waited for so long. */
const timeoutMs = 60_000;

const operation = "ModifySystemSettings";

const attempted = `Naming the snapshots (${operation})`;

const outcome = "The snapshot is complete, but not every machine's checkpoint has the name";

/**
 * Writes the name of each member's snapshot that has another one, side by side.
 *
 * Hosts were seen to take over a name when they return 0. A name that may be too long is read back.
 *
 * @throws {@link HyperVError} with the effect `partial` when it fails: the snapshots are still complete.
 */
export async function nameSnapshots(host: HyperVHost, request: NamingRequest): Promise<void> {
  try {
    await writeNames(host, request);
  } catch (error) {
    if (!HyperVError.isInstance(error)) throw error;
    throw explainLength(error, request.name).with({ outcome, effect: "partial" });
  }
}

/** Hosts were seen to refuse longer names of machines; whether the limit holds for snapshots isn't known. */
export const longestSafeName = 100;

/** Warns of a name that a host may refuse. */
export function nameWarning(name: string): string | undefined {
  const { length } = name;
  if (length <= longestSafeName) return undefined;
  return `The name has ${length} characters: hosts were seen to refuse names of more than ${longestSafeName}`;
}

/** Adds to a refusal that the name may be too long. */
export function explainLength<E extends HyperVError>(error: E, name: string): E {
  const warning = nameWarning(name);
  if (warning === undefined || !MethodFailedError.isInstance(error)) return error;
  const remedy = `Choose a name of at most ${longestSafeName} characters, then run it again`;
  return error.with({ answer: `${error.parts.answer}. ${warning}`, remedy }) as E;
}

async function writeName(
  { session, jobs }: HyperVHost,
  { snapshotId }: MemberSnapshot,
  { service, name, target }: { readonly service: CimInstancePath; readonly name: string; readonly target: string },
): Promise<void> {
  const SystemSettings = embedInstance(ClassName.virtualSystemSettingData, {
    InstanceID: snapshotId,
    ElementName: name,
  });
  const result = await session.invokeMethod(service, operation, { SystemSettings });
  const end = methodOutcome(result, { attempted, target, refused: outcome, remedy: remedyFor });
  if (end.kind === "jobStarted") await jobs.waitFor(end.jobPath, { operation, attempted, target, timeoutMs });
}

async function writeNames(host: HyperVHost, request: NamingRequest): Promise<void> {
  const { session } = host;
  const { members, name, target } = request;
  const misnamed = members.filter((member) => member.name !== name);
  if (misnamed.length === 0) return;
  const service = await servicePath(session, ClassName.virtualSystemManagementService);
  const written = misnamed.map((member) => writeName(host, member, { service, name, target }));
  // after a failure the others are waited for, too: nothing may be sent once the lock is released
  for (const one of await Promise.allSettled(written)) if (one.status === "rejected") throw one.reason;
  if (nameWarning(name) === undefined) return;
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
