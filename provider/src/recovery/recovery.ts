import type { Configuration } from "../config";
import type { Clock } from "../jobs/clock";
import type { ResourceCall } from "../process/resource-call";
import { forgetOldNotes, Journal, readAllRecords } from "./journal";
import type { Liveness } from "./liveness";
import { type Lock, Locks } from "./lock";
import { type Others, readOwnership } from "./ownership";
import type { RecoveryRecord } from "./record";
import { type RecordFiles, recordFilesInMemory } from "./record-files";

/** What recovery uses; tests bring their own. */
export interface RecoveryParts {
  readonly clock: Clock;
  readonly moment: () => Date;
  readonly liveness: Liveness;
  /** Opens the folder; a configured one may be relative. */
  readonly openFiles: (configured: string | undefined) => RecordFiles;
}

/** The recovery records and the locks of a process. */
export class Recovery {
  private readonly parts: RecoveryParts;
  private files: RecordFiles | undefined;
  private locks: Locks | undefined;
  private hasForgottenNotes = false;

  constructor(parts: RecoveryParts) {
    this.parts = parts;
  }

  /**
   * Opens the records of a resource.
   *
   * @param configured - `recoveryFolder`; the first one holds for the whole process.
   */
  open(call: ResourceCall, configured: Configuration["recoveryFolder"]): ResourceRecovery {
    const { clock, liveness, moment, openFiles } = this.parts;
    const { scope, resource, formerResources } = call;
    this.files ??= openFiles(configured);
    this.locks ??= new Locks(this.files, clock, liveness);
    const { files, locks } = this;
    // without a name, as an imported resource may be, no record can be found again: none is kept
    const kept = resource === "" ? recordFilesInMemory() : files;
    const journal = new Journal(kept, { scope, resource }, formerResources);
    return new ResourceRecovery({ journal, files, locks, liveness, moment, call });
  }

  /** Forgets the notes of deletes that no run will repeat, once in the life of a process. */
  async forgetOldNotes(): Promise<void> {
    if (this.hasForgottenNotes || !this.files) return;
    this.hasForgottenNotes = true;
    await forgetOldNotes(this.files, this.parts.moment()).catch(() => {}); // the next process tries again
  }

  /** Waits until all writes are done, then releases every lock. */
  async close(): Promise<void> {
    await this.files?.settled();
    await this.locks?.releaseAll();
  }
}

/** What one call works with. */
interface ResourceRecoveryParts {
  readonly journal: Journal;
  readonly files: RecordFiles;
  readonly locks: Locks;
  readonly liveness: Liveness;
  readonly moment: () => Date;
  readonly call: ResourceCall;
}

/** The records of one resource during one call, and its lock. */
export class ResourceRecovery {
  readonly journal: Journal;
  private readonly parts: ResourceRecoveryParts;
  private readonly held: Lock[] = [];

  constructor(parts: ResourceRecoveryParts) {
    this.parts = parts;
    this.journal = parts.journal;
  }

  /** Runs an operation while no other process works on the resource, or on some things. What runs inside it can lock more. */
  async exclusively<T>(things: readonly string[], operation: () => Promise<T>, onWaiting: () => void): Promise<T> {
    const { locks, call } = this.parts;
    const { project, stack } = call.scope;
    const isLocked = this.held.length > 0;
    const own = call.resource === "" || isLocked ? [] : [`${project}/${stack}/${call.resource}`];
    if (things.length + own.length === 0) return operation();
    const lock = await this.journal
      .writing(() => locks.take([...things, ...own], onWaiting, call.signal))
      .catch((error) => {
        call.signal.throwIfAborted(); // the wait was interrupted, and nothing is wrong with the folder
        throw error;
      });
    this.held.push(lock);
    try {
      return await operation();
    } finally {
      this.held.pop();
      await lock.release();
    }
  }

  /** Removes an interrupted run's records of a resource that the state holds. */
  async arrived(id: string, snapshotCollectionId?: string): Promise<void> {
    await this.journal.forget(id);
    await this.journal.ownership.settle(id, snapshotCollectionId);
    await this.parts.locks.sweep();
  }

  /** Makes sure, right before something is sent, that every lock is still held. */
  async confirmLock(): Promise<void> {
    await Promise.all(this.held.map((lock) => lock.confirm()));
  }

  /** Who returns a record: this process. */
  get returnedBy(): { readonly machine: string; readonly process: string } {
    const { machine, process } = this.parts.liveness;
    return { machine, process };
  }

  /** Tells whether the process that returned a record still lives, as far as this machine can tell. */
  returner({ returnedBy }: RecoveryRecord): "thisProcess" | "alive" | "dead" {
    const { machine, process, isAlive } = this.parts.liveness;
    if (!returnedBy || returnedBy.machine !== machine) return "dead";
    if (returnedBy.process === process) return "thisProcess";
    return isAlive(returnedBy.process) === true ? "alive" : "dead";
  }

  /** Lists what belongs to other resources. */
  async others(id: string): Promise<Others> {
    const { files } = this.parts;
    const records = (await readAllRecords(files)).filter((record) => record.id !== id);
    const marks = (await readOwnership(files)).filter((mark) => mark.id !== id);
    return {
      owned: marks,
      // a record names its snapshot a moment before the mark does
      made: [...marks.flatMap(({ snapshotCollectionId }) => snapshotCollectionId ?? []), ...records.flatMap(madeBy)],
      jobs: [...records.map(({ pending }) => pending), ...marks].flatMap(({ job }) => job ?? []),
    };
  }
}

/** The id of the snapshot collection that a record names as its result. Another resource's record may be damaged, so this never fails. */
function madeBy({ pending: { made } }: RecoveryRecord): readonly string[] {
  const [, id] = /CollectionID="([^"]+)"/i.exec(made ?? "") ?? [];
  return id === undefined ? [] : [id];
}
