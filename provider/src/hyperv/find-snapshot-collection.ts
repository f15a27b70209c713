import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { normalizeGuid } from "./collection-designator";
import { isThere, requireSight } from "./sight";
import { snapshotCollectionPath } from "./snapshot-collection";

/**
 * Finds the snapshot collection that has an id, however the host spells it; null where the host has none.
 *
 * @throws {@link AccessDeniedError} when that can't be told.
 */
export async function findSnapshotCollection(session: CimSession, id: string): Promise<CimInstancePath | null> {
  const guid = normalizeGuid(id);
  for (const collectionId of [guid, guid.toLowerCase(), `{${guid}}`]) {
    const path = snapshotCollectionPath(collectionId);
    if (await isThere(session, path)) return path;
  }
  await requireSight(session, `the snapshot collection ${id}`);
  return null;
}
