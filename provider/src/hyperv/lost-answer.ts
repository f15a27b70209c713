import type { CimInstancePath } from "../cim/cim-instance-path";
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
}

/**
 * Looks for what came of a `CreateSnapshot` whose answer was lost: a snapshot collection that wasn't there before, or a
 * snapshot job that works on the group's machines. Clocks are never compared.
 *
 * @returns Every trace there is: one is what was asked for, of several nobody can tell.
 */
export async function findTraces(session: CimSession, request: LostRequest): Promise<readonly Trace[]> {
  const made = await newSnapshotCollections(session, request);
  const jobs = await runningJobsOn(session, request.machineIds);
  return [
    ...made.map((id) => ({ kind: "made", path: snapshotCollectionPath(id) }) as const),
    ...jobs.map((path) => ({ kind: "job", path }) as const),
  ];
}

async function runningJobsOn(session: CimSession, machineIds: readonly string[]): Promise<readonly CimInstancePath[]> {
  const machines = new Set(machineIds.map((id) => machinePath(id).identity));
  const jobs = await session.query(
    `SELECT * FROM ${ClassName.concreteJob} WHERE JobType = ${JobType.SnapshotCollection}`,
  );
  const found: CimInstancePath[] = [];
  for (const { path } of jobs.filter((job) => judgeJob(readConcreteJob(job)) === "pending")) {
    const rows = await session.references(path, {
      associationClass: ClassName.affectedJobElement,
      role: "AffectingElement",
    });
    if (rows.some((row) => machines.has(row.reference("AffectedElement")?.identity ?? ""))) found.push(path);
  }
  return found;
}
