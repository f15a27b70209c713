import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName } from "../schema/names";
import { readCollectionDesignator } from "./collection-designator";
import { exists, requireVisibility } from "./visibility";

/**
 * Finds the snapshot collection that a `CollectionID` (any case, with or without braces) or an object path means.
 *
 * @returns Its path as the host spells it; null when it is deleted, `undefined` when the text is neither an id nor a path.
 * @throws {@link AccessDeniedError} when it isn't found and too little is visible; {@link InvalidArgumentError} for a malformed id.
 */
export async function findSnapshotCollection(
  session: CimSession,
  text: string,
): Promise<CimInstancePath | null | undefined> {
  const designator = readCollectionDesignator(text, [ClassName.snapshotCollection]);
  if (designator.kind === "name") return undefined;
  const look = async () => {
    const path = designator.kind === "path" ? CimInstancePath.parse(text) : undefined;
    // the host refuses a path of another namespace
    if (path?.namespace && !sameNamespace(path.namespace, session.namespace)) {
      return (await exists(session, path)) ? path : null;
    }
    const spellings = [designator.id, `{${designator.id}}`];
    const [found] = await queryByKey(session, ClassName.snapshotCollection, "CollectionID", spellings);
    return found?.path ?? null;
  };
  const found = await look();
  if (found) return found;
  await requireVisibility(session, `the snapshot collection ${designator.id}`);
  return look(); // it may have become visible only between the two
}

const sameNamespace = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
