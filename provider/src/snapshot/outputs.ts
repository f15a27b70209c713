import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { withMachineNames } from "../hyperv/member-names";
import { createdAt, type MemberSnapshot, memberSnapshots } from "../hyperv/snapshot-collection";
import { findMachines, type VirtualMachine, type VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import type { JobReading } from "../jobs/concrete-job";
import type { Json, Pending, Properties } from "../process/resource-call";
import { JobState } from "../schema/value-maps";

/** One machine's snapshot, as the state keeps it. */
interface MemberOutput {
  readonly [name: string]: Json;
  readonly vmId: string;
  readonly vmName: string;
  readonly snapshotId: string;
  readonly createdAt: string | null;
  readonly hasSavedState: boolean;
}

/** The outputs that name the group; they never change. */
export function groupOutputs(session: CimSession, group: VirtualSystemCollection): Properties {
  return {
    collectionId: group.collectionId,
    collectionPath: group.path.toString(),
    collectionName: group.name,
    hostName: session.hostName,
  };
}

/** The outputs of a snapshot that isn't complete: what is known, and null for the rest. */
export function pendingOutputs({ made }: Pending): Properties {
  return {
    resultingSnapshotCollection: made,
    snapshotCollectionId: null,
    members: [],
    createdAt: null,
    job: null,
  };
}

/** The outputs of the job that made a snapshot; null when the host made it at once. */
export function jobOutput(reading: JobReading | null, elapsedMs: number): Properties | null {
  if (!reading) return null;
  const texts = [reading.errorDescription, reading.errorSummaryDescription].filter((text): text is string => !!text);
  return {
    id: String(reading.path.key("InstanceID")),
    elapsedSeconds: Math.round((reading.elapsedMs ?? elapsedMs) / 100) / 10,
    warnings: reading.jobState === JobState.CompletedWithWarnings ? [...new Set(texts)] : [],
  };
}

/**
 * Reads a snapshot collection into outputs.
 *
 * @param machines - Machines whose names are known already; the others are asked for.
 */
export async function snapshotOutputs(
  session: CimSession,
  path: CimInstancePath,
  machines: readonly VirtualMachine[],
): Promise<{ readonly outputs: Properties; readonly members: readonly MemberSnapshot[] }> {
  const members = await memberSnapshots(session, path);
  return { members, outputs: await outputsOf(session, path, members, machines) };
}

/** The outputs of a snapshot collection whose members have been read. */
export async function outputsOf(
  session: CimSession,
  path: CimInstancePath,
  members: readonly MemberSnapshot[],
  machines: readonly VirtualMachine[],
): Promise<Properties> {
  const unnamed = members.map(({ vmId }) => vmId).filter((id) => !machines.some(({ vmId }) => vmId === id));
  const named = unnamed.length > 0 ? [...machines, ...(await findMachines(session, unnamed))] : machines;
  const shown: MemberOutput[] = withMachineNames(members, named).map(
    ({ vmId, vmName, snapshotId, createdAt, hasSavedState }) => ({
      vmId,
      vmName,
      snapshotId,
      createdAt,
      hasSavedState,
    }),
  );
  return {
    resultingSnapshotCollection: path.within({ host: session.hostName, namespace: session.namespace }).toString(),
    snapshotCollectionId: String(path.key("CollectionID")),
    members: shown,
    createdAt: createdAt(members),
  };
}
