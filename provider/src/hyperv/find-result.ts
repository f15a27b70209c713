import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { NotFoundError } from "../errors";
import { ClassName } from "../schema/names";
import { ElementEffects } from "../schema/value-maps";
import { normalizeGuid } from "./collection-designator";
import { listSnapshotCollections, snapshotCollectionPath } from "./snapshot-collection";
import { collectionOfSnapshot, type VirtualSystemCollection } from "./virtual-system-collection";

/** A group, and what it had before a snapshot was asked for. */
export interface GroupBefore {
  readonly collection: VirtualSystemCollection;
  /** The ids of the group's snapshot collections. */
  readonly before: readonly string[];
  /** Object paths of jobs that are known to be somebody else's: what they make was not asked for here. */
  readonly jobsOfOthers?: readonly string[] | undefined;
}

/** Who made a snapshot of what, and what the group had before. */
export interface FinishedWork extends GroupBefore {
  /** Null when the host made it at once. */
  readonly jobPath: CimInstancePath | null;
  /** What the host's answer to the request named as the result, where it did. */
  readonly named?: CimInstancePath | null;
}

/** The one snapshot that was made, or all that could be it, and what the host named that can't be. */
export type SnapshotResult =
  | {
      readonly path: CimInstancePath;
      /** Whether the host names it as the result; else it is the one that the group has gained. */
      readonly isNamed: boolean;
    }
  | {
      readonly candidates: readonly string[];
      /** What the host named as the result, each with the reason why it isn't. */
      readonly foreign: readonly string[];
    };

/**
 * Finds the snapshot that was made.
 *
 * The host's answer names it, or the rows of the job do, while the host remembers the job; the row that counts is the one whose
 * element is a snapshot collection, and rather one with the effect 5 (Create): the first row may be a machine. What they name
 * counts only when it can be the result: it wasn't there before, and belongs to no other group. Else it is the one collection of
 * the group that wasn't there before.
 */
export async function findSnapshotResult(session: CimSession, work: FinishedWork): Promise<SnapshotResult> {
  const named = work.named ? [work.named] : [];
  const shown = work.jobPath ? await affectedSnapshotCollections(session, work.jobPath) : [];
  const foreign: string[] = [];
  const own: CimInstancePath[] = [];
  for (const path of [...named, ...shown]) {
    const reason = await whyForeign(session, path, work);
    if (reason === null) own.push(path);
    else foreign.push(`${path.key("CollectionID")}, which ${reason}`);
  }
  const [only] = own;
  if (only && own.length === 1) return { path: only, isNamed: true };
  const candidates = await newSnapshotCollections(session, work);
  const [found] = candidates;
  return found !== undefined && candidates.length === 1
    ? { path: snapshotCollectionPath(found), isNamed: false }
    : { candidates, foreign };
}

/** The ids of the group's snapshot collections that weren't there before, and that nobody else's job has made. */
export async function newSnapshotCollections(
  session: CimSession,
  { collection, before, jobsOfOthers = [] }: GroupBefore,
): Promise<readonly string[]> {
  const known = new Set(before.map(normalizeGuid));
  const present = await listSnapshotCollections(session, collection.path);
  let fresh = present.filter((id) => !known.has(normalizeGuid(id)));
  for (const job of jobsOfOthers) {
    if (fresh.length === 0) break;
    // it may be over, and nobody has seen yet what it made
    const theirs = await affectedSnapshotCollections(session, CimInstancePath.parse(job));
    const ids = new Set(theirs.map((path) => normalizeGuid(String(path.key("CollectionID")))));
    fresh = fresh.filter((id) => !ids.has(normalizeGuid(id)));
  }
  return fresh;
}

/** Why a snapshot collection can't be what was made; null where nothing speaks against it. */
async function whyForeign(
  session: CimSession,
  path: CimInstancePath,
  { collection, before }: GroupBefore,
): Promise<string | null> {
  const id = normalizeGuid(String(path.key("CollectionID")));
  if (before.some((known) => normalizeGuid(known) === id)) return "was there before";
  const group = await groupOf(session, path);
  if (group === null || group.path.identity === collection.path.identity) return null;
  return `belongs to the VM group ${JSON.stringify(group.name)}`;
}

async function groupOf(session: CimSession, path: CimInstancePath): Promise<VirtualSystemCollection | null> {
  try {
    return await collectionOfSnapshot(session, path);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return null; // whoever reads it is told so
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
