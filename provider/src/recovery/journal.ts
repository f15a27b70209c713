import { HyperVError, StorageError } from "../errors";
import type { Pending } from "../process/resource-call";
import {
  collectionIdIn,
  isUuid,
  type Phase,
  type RecordedConnection,
  type RecoveryRecord,
  readRecord,
  recordVersion,
  unreadable,
} from "./record";
import {
  deleteFile,
  deletesFolder,
  type Identity,
  isResourceFolder,
  isUnfinished,
  ownedFile,
  type RecordFiles,
  recordFile,
  resourceFolder,
} from "./record-files";

/** What a record begins with. */
export type NewRecord = Pick<RecoveryRecord, "id" | "inputs" | "subject" | "connection" | "machines"> & {
  readonly before: readonly string[];
};

/** The record of a resource that is about to be deleted. */
export interface DeleteNote {
  readonly moment: Date;
  /**
   * The result of an incomplete snapshot once its job has ended: its reference, null for nothing. A retry must not search again: it could find
   * another one.
   */
  readonly made?: string | null;
}

/** What a resource has: a complete snapshot, or the job that makes one. */
export interface Owned {
  readonly snapshotCollectionId?: string;
  /** Object path. */
  readonly job?: string;
}

/** The mark of what a resource owns, with its name in its deployment. */
export interface OwnedBy extends Owned, Identity {
  readonly id: string;
}

/** How long the note of a delete is kept, in milliseconds: 30 days. By then an interrupted run has long been repeated. */
const noteKeptMs = 30 * 24 * 3_600_000;
const nothing = "nothing";
const notAsked = "Nothing was asked of the host: without the record an interrupted run could take a second snapshot";

/**
 * Reads and writes what is kept of one resource: its recovery records, the notes of its deletes, and the marks of what it owns. A mark lets a search
 * for the result of another resource's request ignore what it names.
 */
export class Journal {
  private readonly files: RecordFiles;
  private readonly identity: Identity;
  private readonly folder: string;
  private readonly formerFolders: readonly string[];
  private readonly onMarked: (mark: OwnedBy) => void;

  /**
   * @param former - Other names that the resource may have had.
   * @param onMarked - Gets each mark that is written.
   */
  constructor(
    files: RecordFiles,
    identity: Identity,
    former: readonly string[] = [],
    onMarked: (mark: OwnedBy) => void = () => {},
  ) {
    this.files = files;
    this.identity = identity;
    this.onMarked = onMarked;
    this.folder = resourceFolder(identity);
    this.formerFolders = former.map((resource) => resourceFolder({ ...identity, resource }));
  }

  /** Tells whether there is any record, on whichever host. */
  async isEmpty(): Promise<boolean> {
    for (const folder of this.folders) {
      if ((await this.listed(folder)).some(recordFile.idIn)) return false;
    }
    return true;
  }

  /** Lists the records on a host, newest first. The configured connection tells the host, or the name that the host gives itself. */
  async list(connection: RecordedConnection): Promise<readonly RecoveryRecord[]> {
    const found = (await Promise.all(this.folders.map((folder) => this.readAll(folder)))).flat();
    // an interrupted move left the record under the former name, too: it is removed there
    const isPresent = ({ resource }: RecoveryRecord) => resource === this.identity.resource;
    const moved = new Set(found.filter(isPresent).map(({ id }) => id));
    for (const record of found) if (!isPresent(record) && moved.has(record.id)) await this.removeFormer(record);
    const once = found.filter(({ id }, at) => found.findIndex((other) => other.id === id) === at);
    return once.filter((record) => isSameHost(record.connection, connection)).sort((a, b) => b.number - a.number);
  }

  /** Writes the record of a request that is about to be sent. @throws {@link StorageError} when that fails. */
  async begin({ before, ...begun }: NewRecord, moment: Date): Promise<RecoveryRecord> {
    const numbers = (await this.readAll(this.folder)).map(({ number }) => number);
    const record: RecoveryRecord = {
      version: recordVersion,
      ...begun,
      number: Math.max(0, ...numbers) + 1,
      phase: "requested",
      beganAt: moment.toISOString(),
      ...this.identity,
      pending: { job: null, before: [...before], made: null },
    };
    await this.writing(() => this.write(record));
    return record;
  }

  /**
   * Records the progress of an attempt. If that fails, the earlier record suffices, since the next call reads the host.
   *
   * A record of a former name moves to the present one.
   */
  async advance(
    record: RecoveryRecord,
    phase: Phase,
    pending: Pending = record.pending,
    more: Partial<Pick<RecoveryRecord, "returnedBy" | "subject">> = {},
  ): Promise<RecoveryRecord> {
    const next: RecoveryRecord = { ...record, ...more, ...this.identity, phase, pending };
    const isWritten = await this.write(next).then(
      () => true,
      () => false,
    );
    if (isWritten && record.resource !== next.resource) await this.removeFormer(record);
    return next;
  }

  /** Removes the record under a former name, once it has moved to the present one. If that fails, the next `list` tries again. */
  private async removeFormer(record: RecoveryRecord): Promise<void> {
    await this.files.remove(resourceFolder(record), recordFile.of(record.id)).catch(() => {});
  }

  /** Removes a record, under every name of the resource. */
  async remove({ id }: RecoveryRecord): Promise<void> {
    await this.forget(id);
  }

  /** Forgets the record of an id: the state holds it, or nothing came of it. If that fails, the next run comes to the same decision. */
  async forget(id: string): Promise<void> {
    if (!isUuid(id)) return;
    for (const folder of this.folders) await this.files.remove(folder, recordFile.of(id)).catch(() => {});
  }

  /** The path of a record's file; undefined for a resource without a name, of which nothing is kept. */
  locate(id: string): string | undefined {
    return this.identity.resource === "" ? undefined : this.files.locate(this.folder, recordFile.of(id));
  }

  /** Writes the record of a resource that is about to be deleted. @throws {@link StorageError} when that fails. */
  async noteDelete(id: string, { moment, made }: DeleteNote): Promise<void> {
    if (!isUuid(id)) return;
    const text = made === undefined ? moment.toISOString() : `${moment.toISOString()}\n${made ?? nothing}`;
    const outcome = made === undefined ? "Nothing was changed" : "The snapshot's job is over, and nothing was removed";
    await this.writing(() => this.files.write(deletesFolder, deleteFile.of(id), text), outcome);
  }

  /**
   * Reads what {@link noteDelete} wrote; undefined when no run has begun to delete the resource.
   *
   * @throws {@link StorageError} when it can't be read, or is damaged.
   */
  async notedDelete(id: string): Promise<DeleteNote | undefined> {
    if (!isUuid(id)) return undefined;
    const text = await this.reading(deletesFolder, () => this.files.read(deletesFolder, deleteFile.of(id)));
    if (text === undefined) return undefined;
    const note = readNote(text);
    if (note) return note;
    throw unreadable(this.files.locate(deletesFolder, deleteFile.of(id)), {
      answer: "it is damaged",
      remedy:
        "Look on the host whether the resource is still there, and wait until no job deletes it, then delete the file",
    });
  }

  /** Forgets what {@link noteDelete} wrote: the delete has changed nothing. If that fails, the next run looks at the host once more. */
  async forgetDelete(id: string): Promise<void> {
    if (isUuid(id)) await this.files.remove(deletesFolder, deleteFile.of(id)).catch(() => {});
  }

  /** Marks what a resource owns. */
  async markOwned(id: string, owned: Owned): Promise<void> {
    if (!isUuid(id)) return;
    const mark: OwnedBy = { id, ...this.identity, ...owned };
    this.onMarked(mark);
    await this.files.mark(this.folder, ownedFile.of(id), JSON.stringify(mark)).catch(() => {}); // a search then finds more than it should, and says so
  }

  /** Removes the mark of what a resource owned. */
  async unmark(id: string): Promise<void> {
    if (!isUuid(id)) return;
    for (const folder of this.folders) await this.files.remove(folder, ownedFile.of(id)).catch(() => {}); // a stale mark only hides what is deleted
  }

  /** Removes every mark of a deleted snapshot, whichever resource wrote it. */
  async unmarkSnapshot(snapshotCollectionId: string): Promise<void> {
    const wanted = snapshotCollectionId.toLowerCase();
    for (const { id, scope, resource, ...owned } of await readAllMarks(this.files)) {
      if (owned.snapshotCollectionId?.toLowerCase() !== wanted) continue;
      await this.files.remove(resourceFolder({ scope, resource }), ownedFile.of(id)).catch(() => {});
    }
  }

  /** Reads the marks under the resource's name. */
  async owned(): Promise<readonly OwnedBy[]> {
    const names = (await this.listed(this.folder)).filter(ownedFile.idIn);
    const texts = await Promise.all(names.map((name) => this.files.read(this.folder, name).catch(() => undefined)));
    return texts.flatMap((text) => readMark(text) ?? []);
  }

  /**
   * Fits the marks to the state, which holds an id: removes those of other ids under the resource's name, and takes over those of its former names.
   *
   * @param snapshotCollectionId - What the state names. An imported snapshot has no mark yet.
   */
  async settleMarks(id: string, snapshotCollectionId?: string): Promise<void> {
    for (const folder of this.formerFolders) {
      if (!isUuid(id)) break;
      const mark = readMark(await this.files.read(folder, ownedFile.of(id)).catch(() => undefined));
      const { snapshotCollectionId: made, job } = mark ?? {};
      if (made ?? job) await this.markOwned(id, { ...(made && { snapshotCollectionId: made }), ...(job && { job }) });
      await this.files.remove(folder, ownedFile.of(id)).catch(() => {});
    }
    const marked = (await this.listed(this.folder)).flatMap((name) => ownedFile.idIn(name) ?? []);
    for (const other of marked) if (other !== id) await this.unmark(other);
    if (snapshotCollectionId !== undefined && !marked.includes(id)) await this.markOwned(id, { snapshotCollectionId });
  }

  /** Removes half-written files of an interrupted run. The notes of deletes stay: the state may not have lost what they name yet. */
  async cleanUp(): Promise<void> {
    const names = await this.files.list(this.folder).catch(() => []); // the next run cleans up
    const useless = names.filter(isUnfinished);
    await Promise.all(useless.map((name) => this.files.remove(this.folder, name))).catch(() => {});
  }

  /** The folders that may hold a record of this resource. */
  private get folders(): readonly string[] {
    return [this.folder, ...this.formerFolders];
  }

  private async readAll(folder: string): Promise<RecoveryRecord[]> {
    const names = (await this.listed(folder)).filter(recordFile.idIn);
    const texts = await this.reading(folder, () => Promise.all(names.map((name) => this.files.read(folder, name))));
    return names.flatMap((name, index) => {
      const text = texts[index];
      return text === undefined ? [] : [readOwn(text, folder, name, this.files.locate(folder, name))];
    });
  }

  private write(record: RecoveryRecord): Promise<void> {
    return this.files.write(this.folder, recordFile.of(record.id), `${JSON.stringify(record)}\n`);
  }

  private listed(folder: string): Promise<readonly string[]> {
    return this.reading(folder, () => this.files.list(folder));
  }

  private async reading<T>(folder: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      throw unreadable(this.files.locate(folder, ""), {
        answer: cause instanceof Error ? cause.message : String(cause),
        remedy: "Make the folder readable to this account alone, or set hyperv-snapshots:recoveryFolder to one that is",
        cause,
      });
    }
  }

  /** Runs what has to succeed before the host is asked. @throws {@link StorageError} when it fails. */
  async writing<T>(write: () => Promise<T>, outcome = notAsked): Promise<T> {
    try {
      return await write();
    } catch (cause) {
      if (HyperVError.isInstance(cause)) throw cause;
      const target = this.files.locate(this.folder, "");
      const answer = cause instanceof Error ? cause.message : String(cause);
      throw new StorageError(
        {
          attempted: "Writing the recovery record",
          target,
          answer,
          headline: `Can't write the recovery record in ${target}: ${answer}`,
          outcome,
          remedy: "Make room, or make the folder writable, or set hyperv-snapshots:recoveryFolder to one that is",
        },
        { code: "RECORD_UNWRITABLE", cause },
      );
    }
  }
}

/** Reads a record and checks that it belongs to the folder and the file it is in. */
function readOwn(text: string, folder: string, name: string, file: string): RecoveryRecord {
  const record = readRecord(text, file);
  if (resourceFolder(record) === folder && recordFile.of(record.id) === name) return record;
  throw unreadable(file, {
    answer: "it belongs to another resource",
    remedy: "Delete the file, unless it was moved here by mistake: then move it back",
  });
}

/** @returns Undefined when it is damaged. */
function readNote(text: string): DeleteNote | undefined {
  const [written = "", made] = text.split("\n");
  const moment = new Date(written);
  const isKnown = made === undefined || made === nothing || collectionIdIn(made) !== undefined;
  if (Number.isNaN(moment.getTime()) || !isKnown) return undefined;
  return { moment, ...(made !== undefined && { made: made === nothing ? null : made }) };
}

/** Forgets old notes of deletes, of all resources. */
export async function forgetOldNotes(files: RecordFiles, moment: Date): Promise<void> {
  for (const name of (await files.list(deletesFolder)).filter(deleteFile.idIn)) {
    const text = await files.read(deletesFolder, name).catch(() => undefined);
    const note = readNote(text ?? "");
    const isOld = note !== undefined && moment.getTime() - note.moment.getTime() > noteKeptMs;
    if (isOld) await files.remove(deletesFolder, name);
  }
}

/** Reads every record of every resource. */
export const readAllRecords = (files: RecordFiles): Promise<readonly RecoveryRecord[]> =>
  readOfAll(files, recordFile.idIn, (text, folder, name) => readOwn(text, folder, name, name));

/** Reads what every resource owns. */
export const readAllMarks = (files: RecordFiles): Promise<readonly OwnedBy[]> =>
  readOfAll(files, ownedFile.idIn, (text, folder, name) => {
    const mark = readMark(text);
    return mark && resourceFolder(mark) === folder && ownedFile.of(mark.id) === name ? mark : undefined;
  });

/** Reads the files of one kind of every resource. What can't be read affects only its own resource, so it is left out. */
async function readOfAll<T>(
  files: RecordFiles,
  isWanted: (name: string) => string | undefined,
  read: (text: string, folder: string, name: string) => T | undefined,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (const folder of (await files.folders()).filter(isResourceFolder)) {
    const names = await files.list(folder).catch(() => []);
    for (const name of names.filter(isWanted)) {
      try {
        const text = await files.read(folder, name);
        const one = text === undefined ? undefined : read(text, folder, name);
        if (one !== undefined) found.push(one);
      } catch {
        // its own resource reports it
      }
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

function isSameHost(one: RecordedConnection, other: RecordedConnection): boolean {
  const same = (...keys: (keyof RecordedConnection)[]) =>
    keys.every((key) => one[key].toLowerCase() === other[key].toLowerCase());
  return same("transport", "host", "namespace") || same("hostName", "namespace");
}
