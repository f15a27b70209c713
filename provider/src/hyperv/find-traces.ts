import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { ClassName } from "../schema/names";
import { JobType } from "../schema/value-maps";
import { type GroupBefore, newSnapshotCollections } from "./find-result";
import { membersBeingSnapshot } from "./member-condition";
import { memberSnapshots, snapshotCollectionPath } from "./snapshot-collection";
import { machinePath } from "./virtual-system-collection";

/** A possible result of a request whose outcome is unknown. */
export type Trace =
  | { readonly kind: "job"; readonly path: CimInstancePath }
  | { readonly kind: "made"; readonly path: CimInstancePath };

/** The request that was sent. */
export interface SentRequest extends GroupBefore {
  /** The ids of the group's machines. */
  readonly machineIds: readonly string[];
}

/**
 * Searches for the result of a `CreateSnapshot` whose outcome is unknown: a new snapshot collection, or a snapshot job that works on
 * the group, or on exactly its machines. Clocks are never compared.
 *
 * A host may show a new collection before its job is done: one without members doesn't count while a snapshot is being taken.
 *
 * @returns Every trace. A single one is the result of the request; of several, any can be.
 */
export async function findTraces(session: CimSession, request: SentRequest): Promise<readonly Trace[]> {
  // jobs first: one that ends between the two reads is found by its result
  const foreign = new Set(request.jobsOfOthers?.map((path) => CimInstancePath.parse(path).identity));
  const jobs = (await runningJobsOn(session, request)).filter((path) => !foreign.has(path.identity));
  const made = await finished(session, request, await newSnapshotCollections(session, request));
  return [
    ...made.map((id) => ({ kind: "made", path: snapshotCollectionPath(id) }) as const),
    ...jobs.map((path) => ({ kind: "job", path }) as const),
  ];
}

/** Finds those of some new collections that have members, or that no running job can still fill. */
async function finished(
  session: CimSession,
  { collection }: SentRequest,
  ids: readonly string[],
): Promise<readonly string[]> {
  const members = await Promise.all(ids.map((id) => memberSnapshots(session, snapshotCollectionPath(id))));
  const filled = ids.filter((_, at) => (members[at] ?? []).length > 0);
  if (filled.length === ids.length) return ids;
  const busy = await membersBeingSnapshot(session, collection.path);
  return busy.length > 0 ? filled : ids;
}

async function runningJobsOn(session: CimSession, request: SentRequest): Promise<readonly CimInstancePath[]> {
  const jobs = await session.query(
    `SELECT * FROM ${ClassName.concreteJob} WHERE JobType = ${JobType.SnapshotCollection}`,
  );
  // an undocumented state may still be running
  const isOver = (job: CimInstance) => ["succeeded", "failed"].includes(judgeJob(readConcreteJob(job)));
  const running = jobs.filter((job) => !isOver(job)).map(({ path }) => path);
  const associationClass = ClassName.affectedJobElement;
  const rows = await Promise.all(
    running.map((path) => session.references(path, { associationClass, role: "AffectingElement" })),
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
