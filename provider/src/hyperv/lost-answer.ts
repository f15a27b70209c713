import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { readConcreteJob } from "../jobs/concrete-job";
import { judgeJob } from "../jobs/job-state";
import { ClassName } from "../schema/names";
import { JobType } from "../schema/value-maps";
import { newSnapshotCollections } from "./collection-snapshot-service";
import { snapshotCollectionPath } from "./snapshot-collection";
import { machinePath, type VirtualSystemCollection } from "./virtual-system-collection";

/** What a request may have come to whose answer was lost. */
export type Trace =
  | { readonly kind: "job"; readonly path: CimInstancePath }
  | { readonly kind: "made"; readonly path: CimInstancePath };

/** The request that was sent. */
export interface LostRequest {
  readonly collection: VirtualSystemCollection;
  /** The ids of the group's snapshot collections before it. */
  readonly before: readonly string[];
  /** The ids of the group's machines. */
  readonly machineIds: readonly string[];
  /** Object paths of jobs that are known to be somebody else's. */
  readonly jobsOfOthers?: readonly string[] | undefined;
}

/**
 * Looks for what came of a `CreateSnapshot` whose answer was lost: a snapshot collection that wasn't there before, or a
 * snapshot job that works on all of the group's machines. Clocks are never compared.
 *
 * @returns Every trace there is: one is what was asked for, of several nobody can tell.
 */
export async function findTraces(session: CimSession, request: LostRequest): Promise<readonly Trace[]> {
  // jobs first: one that ends between the two looks is found by what it made
  const foreign = new Set(request.jobsOfOthers?.map((path) => CimInstancePath.parse(path).identity));
  const jobs = (await runningJobsOn(session, request.machineIds)).filter((path) => !foreign.has(path.identity));
  const made = await newSnapshotCollections(session, request);
  return [
    ...made.map((id) => ({ kind: "made", path: snapshotCollectionPath(id) }) as const),
    ...jobs.map((path) => ({ kind: "job", path }) as const),
  ];
}

async function runningJobsOn(session: CimSession, machineIds: readonly string[]): Promise<readonly CimInstancePath[]> {
  const machines = machineIds.map((id) => machinePath(id).identity);
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
    const affected = new Set(rows.map((row) => row.reference("AffectedElement")?.identity));
    if (machines.length > 0 && machines.every((machine) => affected.has(machine))) found.push(path);
  }
  return found;
}
