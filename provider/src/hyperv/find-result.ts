import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { NotFoundError } from "../errors";
import { ClassName } from "../schema/names";
import { ElementEffects } from "../schema/value-maps";
import { normalizeGuid } from "./collection-designator";
import { createdAt, listSnapshotCollections, memberSnapshots, snapshotCollectionPath } from "./snapshot-collection";
import { collectionOfSnapshot, type VirtualSystemCollection } from "./virtual-system-collection";

/** A group, and its snapshots before the request. */
export interface GroupBefore {
  readonly collection: VirtualSystemCollection;
  /** The ids of the group's snapshot collections. */
  readonly before: readonly string[];
  /** The ids of snapshot collections that are known to belong to other requests. */
  readonly madeForOthers?: readonly string[] | undefined;
  /** Object paths of jobs that are known to belong to other requests. */
  readonly jobsOfOthers?: readonly string[] | undefined;
}

/** A finished request, and the group's snapshots before it. */
export interface FinishedWork extends GroupBefore {
  /** Null when the host made it at once. */
  readonly jobPath: CimInstancePath | null;
  /** The result that the host's answer named, if any. */
  readonly named?: CimInstancePath | null;
  /** Where a new collection that the host doesn't name may be another program's: by when the result was made, ISO 8601; null if that isn't known. */
  readonly madeBy?: string | null;
}

/** The one result, or all candidates, and the results that the host named but that can't be it. */
export type SnapshotResult =
  | {
      readonly path: CimInstancePath;
      /** Whether the host names it as the result; otherwise it is the only new one. */
      readonly isNamed: boolean;
    }
  | {
      readonly candidates: readonly string[];
      /** Collections that the host named as the result, each with the reason why they aren't. */
      readonly foreign: readonly string[];
    };

/**
 * Finds the snapshot that a request made.
 *
 * The host's answer or the rows of the job name it. The row that counts has a snapshot collection as its element, preferably with the
 * effect 5 (Create): the first row may be a machine. A named collection counts only if it is new and belongs to no other group.
 * Otherwise the result is the only new collection of the group, or the only one that existed in time.
 */
export async function findSnapshotResult(session: CimSession, work: FinishedWork): Promise<SnapshotResult> {
  const named = work.named ? [work.named] : [];
  const [present, affected] = await Promise.all([
    listSnapshotCollections(session, work.collection.path),
    work.jobPath ? affectedSnapshotCollections(session, work.jobPath) : [],
  ]);
  const reported = [...named, ...affected];
  const reasons = await Promise.all(reported.map((path) => whyForeign(session, path, { ...work, present })));
  const own = reported.filter((_, at) => reasons[at] === null);
  const foreign = reported.flatMap((path, at) =>
    reasons[at] === null ? [] : `${path.key("CollectionID")}, which ${reasons[at]}`,
  );
  const [only] = own;
  if (only && own.length === 1) return { path: only, isNamed: true };
  // the host has named the result, and another resource has it: what is new besides is another program's
  if (reported.some((path) => isAmong(work.madeForOthers, path))) return { candidates: [], foreign };
  const candidates = await newAmong(session, present, work);
  const { madeBy } = work;
  const inTime = madeBy === undefined ? candidates : await madeInTime(session, candidates, madeBy);
  const [found] = inTime;
  return found !== undefined && inTime.length === 1
    ? { path: snapshotCollectionPath(found), isNamed: false }
    : { candidates, foreign };
}

/** Those of some collections that have a member from before a moment. */
async function madeInTime(
  session: CimSession,
  ids: readonly string[],
  moment: string | null,
): Promise<readonly string[]> {
  if (moment === null) return [];
  const times = await Promise.all(
    ids.map(async (id) => createdAt(await memberSnapshots(session, snapshotCollectionPath(id)))),
  );
  return ids.filter((_, at) => isBy(times[at] ?? null, moment));
}

/** Tells whether something that the host says when was before a moment. */
export const isBy = (time: string | null, moment: string): boolean =>
  time !== null && Date.parse(time) <= Date.parse(moment);

/** The ids of the group's snapshot collections that didn't exist before, and that no other request's job has made. */
export async function newSnapshotCollections(session: CimSession, group: GroupBefore): Promise<readonly string[]> {
  return newAmong(session, await listSnapshotCollections(session, group.collection.path), group);
}

async function newAmong(
  session: CimSession,
  present: readonly string[],
  { before, madeForOthers = [], jobsOfOthers = [] }: GroupBefore,
): Promise<readonly string[]> {
  const known = new Set([...before, ...madeForOthers].map(normalizeGuid));
  let fresh = present.filter((id) => !known.has(normalizeGuid(id)));
  for (const job of jobsOfOthers) {
    if (fresh.length === 0) break;
    // it may have ended, and its result may not have been read yet
    const theirs = await affectedSnapshotCollections(session, CimInstancePath.parse(job));
    const ids = new Set(theirs.map((path) => normalizeGuid(String(path.key("CollectionID")))));
    fresh = fresh.filter((id) => !ids.has(normalizeGuid(id)));
  }
  return fresh;
}

/** Says why a snapshot collection can't be the result; null if it can. */
async function whyForeign(
  session: CimSession,
  path: CimInstancePath,
  { collection, before, madeForOthers, present }: GroupBefore & { readonly present: readonly string[] },
): Promise<string | null> {
  if (isAmong(madeForOthers, path)) return "belongs to another resource";
  if (isAmong(before, path)) return "was there before";
  if (isAmong(present, path)) return null;
  const group = await groupOf(session, path);
  if (group === null || group.path.identity === collection.path.identity) return null;
  return `belongs to the VM group ${JSON.stringify(group.name)}`;
}

function isAmong(ids: readonly string[] | undefined, path: CimInstancePath): boolean {
  const id = normalizeGuid(String(path.key("CollectionID")));
  return ids?.some((one) => normalizeGuid(one) === id) ?? false;
}

async function groupOf(session: CimSession, path: CimInstancePath): Promise<VirtualSystemCollection | null> {
  try {
    return await collectionOfSnapshot(session, path);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return null; // its reader gets the same error
    throw error;
  }
}

async function affectedSnapshotCollections(session: CimSession, jobPath: CimInstancePath): Promise<CimInstancePath[]> {
  try {
    const rows = await session.references(jobPath, {
      associationClass: ClassName.affectedJobElement,
      role: "AffectingElement",
    });
    const collections = rows.flatMap((row) => {
      const path = row.reference("AffectedElement");
      const isSnapshot = path?.className.toLowerCase() === ClassName.snapshotCollection.toLowerCase();
      return path && isSnapshot
        ? [{ path, created: row.numbers("ElementEffects").includes(ElementEffects.Create) }]
        : [];
    });
    const created = collections.filter((row) => row.created);
    return (created.length > 0 ? created : collections).map(({ path }) => path);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return [];
    throw error;
  }
}
