import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName } from "../schema/names";
import { readCollectionDesignator } from "./collection-designator";
import { exists, lookWithProof, requireHostOf } from "./visibility";

/**
 * Finds the snapshot collection that a `CollectionID` (any case, with or without braces) or an object path means.
 *
 * @returns Its path as the host spells it; null when it is deleted, `undefined` when the text is neither an id nor a path.
 * @throws {@link OtherHostError} when it isn't found and the path names another host.
 * @throws {@link AccessDeniedError} when it isn't found and too little is visible; {@link InvalidArgumentError} for a malformed id.
 */
export async function findSnapshotCollection(
  session: CimSession,
  text: string,
): Promise<CimInstancePath | null | undefined> {
  const designator = readCollectionDesignator(text, [ClassName.snapshotCollection]);
  if (designator.kind === "name") return undefined;
  const path = designator.kind === "path" ? CimInstancePath.parse(text) : undefined;
  const look = async () => {
    // the host refuses a path of another namespace
    if (path?.namespace && !sameNamespace(path.namespace, session.namespace)) {
      return (await exists(session, path)) ? path : null;
    }
    const spellings = [designator.id, `{${designator.id}}`];
    const [found] = await queryByKey(session, ClassName.snapshotCollection, "CollectionID", spellings);
    return found?.path ?? null;
  };
  const missing = `the snapshot collection ${designator.id}`;
  const found = await lookWithProof(session, { look, isIncomplete: (one) => one === null, missing });
  if (!found && path) requireHostOf(session, path, missing);
  return found;
}

const sameNamespace = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
