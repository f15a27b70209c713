import type { CimSession } from "../cim/cim-session";
import { InvalidArgumentError, NotFoundError } from "../errors";
import { normalizeGuid, readCollectionDesignator } from "../hyperv/collection-designator";
import { findSnapshotCollection } from "../hyperv/find-snapshot-collection";
import { readSnapshotDetails, type SnapshotDetails } from "../hyperv/snapshot-inventory";
import { ClassName } from "../schema/names";
import type { PulumiState } from "./pulumi-state";

const attempted = (id: string) => `Finding the snapshot ${JSON.stringify(id)}`;

/**
 * Finds the snapshot collection that an id means: the host's own (`CollectionID` or object path), or a resource's, found
 * through the state.
 *
 * @throws {@link InvalidArgumentError} for text that is no id; {@link NotFoundError} when there is no such snapshot;
 * {@link AccessDeniedError} when that can't be told.
 */
export async function findSnapshot(
  session: CimSession,
  id: string,
  state: PulumiState | undefined,
): Promise<SnapshotDetails> {
  const designator = readCollectionDesignator(id, ClassName.snapshotCollection);
  if (designator.kind === "name") throw noId(session, id);
  const wanted = normalizeGuid(designator.id);
  const inState = state?.snapshots.find((snapshot) => normalizeGuid(snapshot.id) === wanted);
  const path = await findSnapshotCollection(session, inState?.snapshotCollectionId ?? wanted);
  if (path) return readSnapshotDetails(session, path);
  throw new NotFoundError({
    attempted: attempted(id),
    target: session.hostName,
    answer: inState
      ? `${inState.urn} has this id, and its snapshot ${inState.snapshotCollectionId ?? "(not known to the state)"} isn't on the host`
      : "the host has no such snapshot collection",
    outcome: "Nothing was changed",
    remedy: state
      ? "Take an id from hyperv-snapshots list"
      : "Take an id from hyperv-snapshots list; for the id of a Pulumi resource give the state too: pulumi stack export | hyperv-snapshots … --state -",
  });
}

function noId(session: CimSession, id: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: attempted(id),
    target: session.hostName,
    answer: "it is neither a GUID nor an object path",
    outcome: "Nothing was changed",
    remedy: "Take an id from hyperv-snapshots list",
  });
}
