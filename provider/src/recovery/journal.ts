import type { Pending } from "../dynamic/hidden-inputs";
import { StorageError } from "../errors";
import type { Others } from "../snapshot/begun-snapshot";
import { type DeleteNote, deleteNote, deleteNoteText, readDeleteNote } from "./delete-notes";
import { intentFile, isIntentFile, resourceFolder } from "./location";
import type { Claim, Claims } from "./lock";
import { type Intent, intentVersion, readIntent, type Where, type Who } from "./record";
import { type IntentFiles, isUnfinished } from "./record-files";

/** What an intent begins with. */
export type NewIntent = Pick<Intent, "id" | "inputs" | "group" | "where" | "members"> & {
  readonly before: readonly string[];
};

/** The folder of empty files that bear the ids of the snapshot collections made from here, and of the resources that have them. */
const madeFolder = "made";

/** The folder of files that bear the ids of resources whose snapshot isn't complete, and hold its job. */
const jobsFolder = "jobs";
const markFolders = [madeFolder, jobsFolder];

const madeFile = (id: string, snapshotCollectionId: string): string => `${snapshotCollectionId.toLowerCase()}_${id}`;

/** What was begun for one resource of one stack. */
export class ResourceIntents {
  private readonly files: IntentFiles;
  private readonly claims: Claims;
  private readonly who: Who;
  private readonly folder: string;
  private claim: Claim | undefined;

  constructor(parts: {
    readonly files: IntentFiles;
    readonly claims: Claims;
    readonly who: Who;
  }) {
    this.files = parts.files;
    this.claims = parts.claims;
    this.who = parts.who;
    this.folder = resourceFolder(parts.who);
  }

  /** Runs an operation that no other process may disturb. */
  async claimed<T>(operation: () => Promise<T>, onWaiting: () => void): Promise<T> {
    const claim = await this.writing(() => this.claims.take(this.folder, onWaiting));
    this.claim = claim;
    try {
      return await operation();
    } finally {
      this.claim = undefined;
      await claim.release();
    }
  }

  /** Makes sure, right before something is sent, that no other process works on this resource. */
  async confirmClaim(): Promise<void> {
    await this.claim?.confirm();
  }

  /** Whether anything was begun, on whichever host. */
  async isEmpty(): Promise<boolean> {
    return !(await this.files.list(this.folder)).some(isIntentFile);
  }

  /** Everything that was begun on a host, newest first. */
  async list({ host, namespace }: Where): Promise<readonly Intent[]> {
    const found = await this.readAll(this.folder);
    const here = found.filter(({ where }) => same(where.host, host) && same(where.namespace, namespace));
    return here.sort((a, b) => b.number - a.number);
  }

  /** Writes down that something is about to be sent. @throws {@link StorageError} when that can't be written. */
  async begin({ before, ...begun }: NewIntent, moment: Date): Promise<Intent> {
    const numbers = (await this.readAll(this.folder)).map(({ number }) => number);
    const intent: Intent = {
      version: intentVersion,
      ...begun,
      number: Math.max(0, ...numbers) + 1,
      phase: "started",
      beganAt: moment.toISOString(),
      who: this.who,
      pending: { job: null, before, made: null },
    };
    await this.writing(() => this.write(intent));
    return intent;
  }

  /**
   * Writes down how far it is. Where that can't be written any more, what stands there suffices: the next call looks at the host.
   *
   * @returns The intent as it is now.
   */
  async advance(intent: Intent, phase: Intent["phase"], pending: Partial<Pending> = {}): Promise<Intent> {
    const next: Intent = { ...intent, phase, pending: { ...intent.pending, ...pending } };
    await this.write(next).catch(() => {});
    return next;
  }

  /** Writes down that a snapshot collection is a resource's, so that a search for another's leaves it alone. */
  async markMade(id: string, snapshotCollectionId: string): Promise<void> {
    await this.files.mark(madeFolder, madeFile(id, snapshotCollectionId), "").catch(() => {});
  }

  /** Forgets {@link markMade}: the snapshot collection is gone. */
  async unmarkMade(id: string, snapshotCollectionId: string): Promise<void> {
    await this.files.remove(madeFolder, madeFile(id, snapshotCollectionId));
  }

  /**
   * Writes down whose the job of a snapshot is that isn't complete, so that a search for another's leaves it alone: the state will have
   * it, and the intent is forgotten before the job is over.
   */
  async markJob(id: string, pending: Pending | null): Promise<void> {
    if (pending?.job && pending.failed === undefined) {
      await this.files.mark(jobsFolder, id, pending.job).catch(() => {});
    }
  }

  /** Forgets {@link markJob}: the job is over. */
  async unmarkJob(id: string): Promise<void> {
    await this.files.remove(jobsFolder, id).catch(() => {}); // it does no harm
  }

  /** The state has it: whatever a run that was cut off has left of its work is of no use any more. */
  async arrived(id: string): Promise<void> {
    await this.forget(id);
    await this.claims.sweep(this.folder);
  }

  async forget(id: string): Promise<void> {
    await this.files.remove(this.folder, intentFile(id));
  }

  /** What other intents name, and what was made from here: never this one's. */
  async namedElsewhere(own: string): Promise<Others> {
    const folders = (await this.files.folders()).filter((name) => !markFolders.includes(name));
    const intents = (await Promise.all(folders.map((folder) => this.readAll(folder)))).flat();
    const others = intents.filter(({ id }) => id !== own).map(({ pending }) => pending);
    const made = (await this.files.list(madeFolder)).map((name) => name.split("_"));
    const incomplete = (await this.files.list(jobsFolder)).filter((id) => id !== own);
    const marked = await Promise.all(incomplete.map((id) => this.files.read(jobsFolder, id)));
    return {
      made: made.flatMap(([collectionId, id]) => (collectionId !== undefined && id !== own ? [collectionId] : [])),
      jobs: [...others, ...marked.map((job) => ({ job }))].flatMap(({ job }) => job ?? []),
    };
  }

  /** Writes down that a resource is about to be deleted. @throws {@link StorageError} when that can't be written. */
  noteDelete(id: string, note: DeleteNote): Promise<void> {
    return this.writing(() => this.files.write(this.folder, deleteNote(id), deleteNoteText(note)));
  }

  /** What {@link noteDelete} has written down; undefined when nothing has begun to delete the resource. */
  async notedDelete(id: string): Promise<DeleteNote | undefined> {
    const text = await this.reading(this.folder, () => this.files.read(this.folder, deleteNote(id)));
    return text === undefined ? undefined : readDeleteNote(text);
  }

  /** Forgets what a kill left half-written. The notes of deletes stay: nobody can tell yet whether the state will lose what they name. */
  async clearUp(): Promise<void> {
    const names = await this.files.list(this.folder);
    const useless = names.filter(isUnfinished);
    await Promise.all(useless.map((name) => this.files.remove(this.folder, name))).catch(() => {});
  }

  private async readAll(folder: string): Promise<Intent[]> {
    const names = (await this.reading(folder, () => this.files.list(folder))).filter(isIntentFile);
    const texts = await this.reading(folder, () => Promise.all(names.map((name) => this.files.read(folder, name))));
    return names.flatMap((name, index) => {
      const text = texts[index];
      return text === undefined ? [] : [readIntent(text, this.files.locate(folder, name))];
    });
  }

  private write(intent: Intent): Promise<void> {
    return this.files.write(this.folder, intentFile(intent.id), `${JSON.stringify(intent)}\n`);
  }

  private async reading<T>(folder: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      throw new StorageError(
        {
          attempted: "Reading what an earlier `pulumi up` had begun",
          target: this.files.locate(folder, ""),
          answer: cause instanceof Error ? cause.message : String(cause),
          outcome: "Nothing was asked of the host: a snapshot may have been begun",
          remedy: "Make the folder readable, or set hyperv-snapshots:intents to one that is",
        },
        { code: "RECORD_UNREADABLE", cause },
      );
    }
  }

  private async writing<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (cause) {
      throw new StorageError(
        {
          attempted: "Writing down what is about to be done",
          target: this.files.locate(this.folder, ""),
          answer: cause instanceof Error ? cause.message : String(cause),
          outcome:
            "Nothing was asked of the host: without it a `pulumi up` that is cut off could take a second snapshot",
          remedy: "Make room, or make the folder writable, or set hyperv-snapshots:intents to one that is",
        },
        { code: "RECORD_UNWRITABLE", cause },
      );
    }
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
