import { type Identity, isResourceFolder, ownedFile, resourceFolder } from "./location";
import { isUuid } from "./record";
import type { RecordFiles } from "./record-files";

/** What a resource has: a complete snapshot, or the job that makes one. */
export interface Owned {
  readonly snapshotCollectionId?: string;
  /** Object path. */
  readonly job?: string;
}

/** What belongs to other resources: a search passes it by. */
export interface Others {
  /** Object paths of jobs. */
  readonly jobs: readonly string[];
  /** The ids of snapshot collections. */
  readonly made: readonly string[];
  /** The marks themselves, to name owners. */
  readonly owned?: readonly OwnedBy[];
}

/** What a resource has, with its name in its deployment. */
export interface OwnedBy extends Owned, Identity {
  readonly id: string;
}

/**
 * Marks what a resource owns, so that a search for the result of another's request ignores it. A mark ends with the snapshot, or when
 * the state holds the resource's name with another id.
 */
export class Ownership {
  private readonly files: RecordFiles;
  private readonly identity: Identity;
  private readonly folder: string;
  private readonly formerFolders: readonly string[];

  constructor(files: RecordFiles, identity: Identity, formerFolders: readonly string[]) {
    this.files = files;
    this.identity = identity;
    this.folder = resourceFolder(identity);
    this.formerFolders = formerFolders;
  }

  /** Marks what a resource owns. */
  async take(id: string, owned: Owned): Promise<void> {
    if (!isUuid(id)) return;
    const text = JSON.stringify({ id, ...this.identity, ...owned } satisfies OwnedBy);
    await this.files.mark(this.folder, ownedFile.of(id), text).catch(() => {}); // a search then finds more than it should, and says so
  }

  /** Forgets what a resource has. */
  async release(id: string): Promise<void> {
    if (!isUuid(id)) return;
    for (const folder of [this.folder, ...this.formerFolders])
      await this.files.remove(folder, ownedFile.of(id)).catch(() => {}); // a stale mark only hides what is deleted
  }

  /** Removes every mark of a deleted snapshot, whichever resource wrote it. */
  async releaseSnapshot(snapshotCollectionId: string): Promise<void> {
    const wanted = snapshotCollectionId.toLowerCase();
    for (const { id, scope, resource, ...owned } of await readOwnership(this.files)) {
      if (owned.snapshotCollectionId?.toLowerCase() !== wanted) continue;
      await this.files.remove(resourceFolder({ scope, resource }), ownedFile.of(id)).catch(() => {});
    }
  }

  /**
   * Forgets the marks of other ids under the resource's name, and takes over those of its former names: the state holds this id.
   *
   * @param snapshotCollectionId - What the state names. An imported snapshot has no mark yet.
   */
  async settle(id: string, snapshotCollectionId?: string): Promise<void> {
    for (const folder of this.formerFolders) {
      const { snapshotCollectionId: made, job } = readMark(await this.readIn(folder, id)) ?? {};
      if (made ?? job) await this.take(id, { ...(made && { snapshotCollectionId: made }), ...(job && { job }) });
      if (isUuid(id)) await this.files.remove(folder, ownedFile.of(id)).catch(() => {});
    }
    const marked = (await this.files.list(this.folder)).flatMap((name) => ownedFile.idIn(name) ?? []);
    for (const other of marked) if (other !== id) await this.release(other);
    if (snapshotCollectionId !== undefined && !marked.includes(id)) await this.take(id, { snapshotCollectionId });
  }

  private readIn(folder: string, id: string): Promise<string | undefined> {
    return isUuid(id) ? this.files.read(folder, ownedFile.of(id)).catch(() => undefined) : Promise.resolve(undefined);
  }
}

/** Reads what every resource has. */
export async function readOwnership(files: RecordFiles): Promise<readonly OwnedBy[]> {
  const found: OwnedBy[] = [];
  for (const folder of (await files.folders()).filter(isResourceFolder)) {
    for (const name of (await files.list(folder)).filter(ownedFile.idIn)) {
      const owned = readMark(await files.read(folder, name).catch(() => undefined));
      if (owned && resourceFolder(owned) === folder && ownedFile.of(owned.id) === name) found.push(owned);
    }
  }
  return found;
}

function readMark(text: string | undefined): OwnedBy | undefined {
  try {
    const mark = JSON.parse(text ?? "") as OwnedBy;
    return typeof mark.id === "string" && typeof mark.resource === "string" && typeof mark.scope === "object"
      ? mark
      : undefined;
  } catch {
    return undefined; // half-written, or of another version
  }
}
