import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { type JobReading, readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { ClassName } from "../schema/names";
import { JobType } from "../schema/value-maps";
import { type GroupBefore, newSnapshotCollections } from "./find-result";
import { membersBeingSnapshot } from "./member-condition";
import { createdAt, memberSnapshots, snapshotCollectionPath } from "./snapshot-collection";
import { machinePath } from "./virtual-system-collection";

/** A possible result of a request whose outcome is unknown. */
export interface Trace {
  readonly kind: "job" | "made";
  readonly path: CimInstancePath;
  /** When the job began, or the snapshot was taken: ISO 8601; null where the host doesn't say. */
  readonly since: string | null;
}

/** The request that was sent. */
export interface SentRequest extends GroupBefore {
  /** The ids of the group's machines. */
  readonly machineIds: readonly string[];
}

/**
 * Searches for the result of a `CreateSnapshot` whose outcome is unknown: a new snapshot collection, or a snapshot job that works on
 * the group, or on exactly its machines.
 *
 * A host may show a new collection before its job is done: one without members doesn't count while a snapshot is being taken.
 *
 * @returns Every trace. Of several, any can be the result.
 */
export async function findTraces(session: CimSession, request: SentRequest): Promise<readonly Trace[]> {
  // jobs first: one that ends between the two reads is found by its result
  const foreign = new Set(request.jobsOfOthers?.map((path) => CimInstancePath.parse(path).identity));
  const jobs = (await runningJobsOn(session, request)).filter(({ path }) => !foreign.has(path.identity));
  const made = await finished(session, request, await newSnapshotCollections(session, request));
  return [...made, ...jobs.map(({ path, startedAt }) => ({ kind: "job", path, since: startedAt }) as const)];
}

/** Finds those of some new collections that have members, or that no running job can still fill. */
async function finished(
  session: CimSession,
  { collection }: SentRequest,
  ids: readonly string[],
): Promise<readonly Trace[]> {
  const read = async (path: CimInstancePath) => ({ path, members: await memberSnapshots(session, path) });
  const found = await Promise.all(ids.map((id) => read(snapshotCollectionPath(id))));
  const filled = found.filter(({ members }) => members.length > 0);
  const isBusy = filled.length < found.length && (await membersBeingSnapshot(session, collection.path)).length > 0;
  return (isBusy ? filled : found).map(({ path, members }) => ({ kind: "made", path, since: createdAt(members) }));
}

async function runningJobsOn(session: CimSession, request: SentRequest): Promise<readonly JobReading[]> {
  const jobs = await session.query(
    `SELECT * FROM ${ClassName.concreteJob} WHERE JobType = ${JobType.SnapshotCollection}`,
  );
  // an undocumented state may still be running
  const running = jobs.map(readConcreteJob).filter((job) => !["succeeded", "failed"].includes(judgeJob(job)));
  const associationClass = ClassName.affectedJobElement;
  const rows = await Promise.all(
    running.map(({ path }) => session.references(path, { associationClass, role: "AffectingElement" })),
  );
  return running.filter((_, at) => isOn(request, rows[at] ?? []));
}

/** Whether a job's rows name the group, or its machines and no other machine. */
function isOn({ collection, machineIds }: SentRequest, rows: readonly CimInstance[]): boolean {
  const affected = rows.flatMap((row) => row.reference("AffectedElement") ?? []);
  const named = (wanted: string) =>
    new Set(affected.flatMap(({ className, identity }) => (sameClass(className, wanted) ? [identity] : [])));
  const groups = named(ClassName.virtualSystemCollection);
  if (groups.size > 0) return groups.has(collection.path.identity);
  const machines = named(ClassName.computerSystem);
  const own = new Set(machineIds.map((id) => machinePath(id).identity));
  return own.size > 0 && own.size === machines.size && [...own].every((identity) => machines.has(identity));
}

const sameClass = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
