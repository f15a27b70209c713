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

/** What a request may have come to whose answer was lost. */
export type Trace =
  | { readonly kind: "job"; readonly path: CimInstancePath }
  | { readonly kind: "made"; readonly path: CimInstancePath };

/** The request that was sent. */
export interface SentRequest extends GroupBefore {
  /** The ids of the group's machines. */
  readonly machineIds: readonly string[];
}

/**
 * Looks for what came of a `CreateSnapshot` whose answer was lost: a snapshot collection that wasn't there before, or a
 * snapshot job that works on the group, or on exactly its machines. Clocks are never compared.
 *
 * A host may show a new collection before its job is done: one without members isn't made yet while a snapshot is being taken.
 *
 * @returns Every trace there is: one is what was asked for, of several nobody can tell.
 */
export async function findTraces(session: CimSession, request: SentRequest): Promise<readonly Trace[]> {
  // jobs first: one that ends between the two looks is found by what it made
  const foreign = new Set(request.jobsOfOthers?.map((path) => CimInstancePath.parse(path).identity));
  const jobs = (await runningJobsOn(session, request)).filter((path) => !foreign.has(path.identity));
  const made = await finished(session, request, await newSnapshotCollections(session, request));
  return [
    ...made.map((id) => ({ kind: "made", path: snapshotCollectionPath(id) }) as const),
    ...jobs.map((path) => ({ kind: "job", path }) as const),
  ];
}

/** Those of some new collections that have members, or that no running job can still give some. */
async function finished(
  session: CimSession,
  { collection }: SentRequest,
  ids: readonly string[],
): Promise<readonly string[]> {
  const filled: string[] = [];
  for (const id of ids) {
    const members = await memberSnapshots(session, snapshotCollectionPath(id));
    if (members.length > 0) filled.push(id);
  }
  if (filled.length === ids.length) return ids;
  const busy = await membersBeingSnapshot(session, collection.path);
  return busy.length > 0 ? filled : ids;
}

async function runningJobsOn(session: CimSession, request: SentRequest): Promise<readonly CimInstancePath[]> {
  const jobs = await session.query(
    `SELECT * FROM ${ClassName.concreteJob} WHERE JobType = ${JobType.SnapshotCollection}`,
  );
  const found: CimInstancePath[] = [];
  // a state that nobody has documented goes on, too
  const isOver = (job: CimInstance) => ["succeeded", "failed"].includes(judgeJob(readConcreteJob(job)));
  for (const { path } of jobs.filter((job) => !isOver(job))) {
    const rows = await session.references(path, {
      associationClass: ClassName.affectedJobElement,
      role: "AffectingElement",
    });
    if (isOn(request, rows)) found.push(path);
  }
  return found;
}

/** Whether a job's rows name the group, or its machines and no other: one that works on more is another group's. */
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
