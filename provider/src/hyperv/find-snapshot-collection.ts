import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName } from "../schema/names";
import { readCollectionDesignator } from "./collection-designator";
import { exists, requireVisibility } from "./visibility";

/**
 * Finds the snapshot collection that a `CollectionID` (any case, with or without braces) or an object path means.
 *
 * @returns Its path as the host spells it; null when it is gone, `undefined` when the text is neither an id nor a path.
 * @throws {@link AccessDeniedError} when it isn't found and too little can be seen; {@link InvalidArgumentError} for a malformed id.
 */
export async function findSnapshotCollection(
  session: CimSession,
  text: string,
): Promise<CimInstancePath | null | undefined> {
  const designator = readCollectionDesignator(text, ClassName.snapshotCollection);
  if (designator.kind === "name") return undefined;
  const look = async () => {
    const path = designator.kind === "path" ? CimInstancePath.parse(text) : undefined;
    // one that lies elsewhere is for the host to refuse
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
  return look(); // sight may have come only between the two
}

const sameNamespace = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
