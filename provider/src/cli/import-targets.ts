import type { CimSession } from "../cim/cim-session";
import { InvalidArgumentError, NotFoundError } from "../errors";
import { readCollectionDesignator } from "../hyperv/collection-designator";
import { listSnapshots, type SnapshotDetails } from "../hyperv/snapshot-inventory";
import { findVirtualSystemCollection, type VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { ClassName } from "../schema/names";
import { findSnapshot, isBeginningOfId } from "./find-snapshot";
import { type Owners, ownerOf } from "./owners";

/** A snapshot whose group exists: a resource needs one. */
export interface ImportableSnapshot extends SnapshotDetails {
  readonly group: VirtualSystemCollection;
}

/**
 * Finds the snapshots that some words mean: those of a group, or the one of an id.
 *
 * @param owners - Snapshots that the stack already manages are left out.
 * @throws {@link InvalidArgumentError} when nothing is left, or a snapshot's group was deleted.
 */
export async function importTargets(
  session: CimSession,
  words: readonly string[],
  owners: Owners,
): Promise<readonly ImportableSnapshot[]> {
  const found = new Map<string, SnapshotDetails>();
  for (const word of words) {
    const group = await groupOf(session, word);
    const snapshots = group ? await listSnapshots(session, [group]) : [await findSnapshot(session, word, owners)];
    for (const snapshot of snapshots) found.set(snapshot.path.identity, snapshot);
  }
  const all = [...found.values()];
  const fresh = all.filter((snapshot) => ownerOf(snapshot, owners).kind !== "resource");
  if (fresh.length === 0) {
    const answer = all.length === 0 ? "there are no snapshots" : "the stack already manages all of them";
    throw nothing(session, words, answer, "Look at `hyperv-snapshots list`");
  }
  return fresh.map((snapshot) => {
    const { group } = snapshot;
    if (group) return { ...snapshot, group };
    const remedy = "A resource needs the group. `CollectionSnapshot.get` can still read the snapshot";
    throw nothing(session, [snapshot.snapshotCollectionId], "its VM group was deleted", remedy);
  });
}

/** Finds the group that a word means; null for an id, or the beginning of one, that no group has. */
async function groupOf(session: CimSession, word: string): Promise<VirtualSystemCollection | null> {
  if (word.includes(`${ClassName.snapshotCollection}.`)) return null;
  const { kind } = readCollectionDesignator(word);
  try {
    return await findVirtualSystemCollection(session, word);
  } catch (error) {
    if ((kind === "id" || isBeginningOfId(word)) && NotFoundError.isInstance(error)) return null;
    throw error;
  }
}

function nothing(session: CimSession, words: readonly string[], answer: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Importing snapshots",
    target: `${words.join(", ")} on ${session.hostName}`,
    answer,
    outcome: "No file was written",
    remedy,
  });
}
