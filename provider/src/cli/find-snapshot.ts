import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { InvalidArgumentError, NotFoundError } from "../errors";
import { normalizeGuid, readCollectionDesignator } from "../hyperv/collection-designator";
import { findSnapshotCollection } from "../hyperv/find-snapshot-collection";
import { listSnapshots, readSnapshotDetails, type SnapshotDetails } from "../hyperv/snapshot-inventory";
import { findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { suggestion } from "../nearest";
import { ClassName } from "../schema/names";
import { type Owners, resourceName } from "./owners";
import type { SnapshotInState } from "./pulumi-state";

/** Describes the argument that names a snapshot. */
export const snapshotHelp =
  "the snapshot's id (the first characters are enough), its reference, or the name or id of a resource in the stack";

/**
 * Finds the snapshot collection that a word means: the host's `CollectionID` or its beginning, an object path, or a resource
 * of the stack.
 *
 * @throws {@link InvalidArgumentError} for a word that can mean none or several; {@link NotFoundError} when there is no such
 * snapshot; {@link AccessDeniedError} when the account can't see whether there is.
 */
export async function findSnapshot(session: CimSession, word: string, owners: Owners): Promise<SnapshotDetails> {
  const resource = resourceOf(word, owners);
  const path = resource ? await snapshotOf(session, resource) : await snapshotById(session, word, owners);
  if (path) return readSnapshotDetails(session, path);
  const answer = resource
    ? `its snapshot ${resource.snapshotCollectionId} isn't on the host`
    : "the host has no snapshot with this id";
  const remedy = resource ? "Run `pulumi refresh` to update the state" : lookAtList;
  throw notFound(session, resource ? resourceName(resource.urn) : word, answer, remedy);
}

/** Finds the newest snapshot of a group. @throws {@link NotFoundError} when the group has none. */
export async function latestSnapshot(session: CimSession, group: string): Promise<SnapshotDetails> {
  const collection = await findVirtualSystemCollection(session, group);
  const newest = (await listSnapshots(session, [collection])).at(-1);
  if (newest) return newest;
  throw notFound(session, `of the VM group ${JSON.stringify(collection.name)}`, "it has no snapshots", lookAtList);
}

const lookAtList = "Look at `hyperv-snapshots list`";

function resourceOf(word: string, { state }: Owners): SnapshotInState | undefined {
  const id = normalizeGuid(word);
  const meant = state?.snapshots.filter(
    (one) => normalizeGuid(one.id) === id || one.urn === word || resourceName(one.urn) === word,
  );
  if (!meant || meant.length < 2) return meant?.[0];
  // an old copy that still has to be deleted isn't what its name means
  const current = meant.filter(({ isOldCopy }) => !isOldCopy);
  if (current.length === 1) return current[0];
  throw unclear(
    word,
    `it is the name of ${meant.length} resources`,
    `Pass a URN: ${meant.map(({ urn }) => urn).join(", ")}`,
  );
}

async function snapshotOf(session: CimSession, resource: SnapshotInState): Promise<CimInstancePath | null> {
  const { snapshotCollectionId, urn } = resource;
  if (snapshotCollectionId !== null) return (await findSnapshotCollection(session, snapshotCollectionId)) ?? null;
  throw unclear(
    urn,
    "the state doesn't say which snapshot it is: it is incomplete, or its outputs are secret",
    "Run `pulumi up` to complete it, or pass the host's id from `hyperv-snapshots list`",
  );
}

/** Whether a word can be the first characters of an id. */
export const isBeginningOfId = (word: string): boolean => /^[0-9a-f-]{4,36}$/i.test(word);

async function snapshotById(session: CimSession, word: string, owners: Owners): Promise<CimInstancePath | null> {
  if (readCollectionDesignator(word, [ClassName.snapshotCollection]).kind !== "name") {
    return (await findSnapshotCollection(session, word)) ?? null;
  }
  if (!isBeginningOfId(word)) throw notANameEither(word, owners);
  const all = await session.query(`SELECT * FROM ${ClassName.snapshotCollection}`);
  const meant = all.filter(({ path }) =>
    normalizeGuid(String(path.key("CollectionID"))).startsWith(word.toUpperCase()),
  );
  if (meant.length > 1)
    throw unclear(word, `${meant.length} snapshots have ids that begin with it`, "Pass more characters of the id");
  return meant[0]?.path ?? null;
}

function notANameEither(word: string, { state, missing }: Owners): InvalidArgumentError {
  const names = state?.snapshots.map(({ urn }) => resourceName(urn)) ?? [];
  const answer = state ? "it is neither an id nor the name of a snapshot in the stack" : "it isn't an id";
  return unclear(word, answer, `${suggestion(word, names)}${lookAtList}${missing ? `. ${missing}` : ""}`);
}

function unclear(word: string, answer: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({
    headline: `Can't find the snapshot ${JSON.stringify(word)}: ${answer}`,
    attempted: "Finding the snapshot",
    target: JSON.stringify(word),
    answer,
    outcome: "Nothing was changed",
    remedy,
  });
}

function notFound(session: CimSession, target: string, answer: string, remedy: string): NotFoundError {
  return new NotFoundError({
    headline: `Can't find the snapshot ${target} on ${session.hostName}: ${answer}`,
    attempted: "Finding the snapshot",
    target: `${target} on ${session.hostName}`,
    answer,
    outcome: "Nothing was changed",
    remedy,
  });
}
