import type { Configuration } from "../config";
import type { Clock } from "../jobs/clock";
import type { Pending, ResourceCall } from "../process/resource-call";
import { forgetOldNotes, Journal, type OwnedBy, readAllMarks, readAllRecords } from "./journal";
import type { Liveness } from "./liveness";
import { type Lock, Locks, type LockWait, Queue, type QueueOptions } from "./lock";
import { type Decision, decideOnUpdate, type Fate, type Held, isUnsettled } from "./policy";
import { collectionIdIn, type RecoveryRecord } from "./record";
import { type RecordFiles, recordFilesInMemory } from "./record-files";

/** What belongs to other resources: a search ignores it. */
export interface Others {
  /** Object paths of jobs. */
  readonly jobs: readonly string[];
  /** The ids of snapshot collections. */
  readonly made: readonly string[];
  /** The marks themselves, to name owners. */
  readonly owned?: readonly OwnedBy[];
}

/** How decisions are carried out. */
export interface Settlement {
  /** The id that the state holds for the resource; none for a new one. */
  readonly heldId?: string;
  /** Destroys what a record's request made. */
  readonly discard: (record: RecoveryRecord) => Promise<void>;
  /** Describes, for a warning, what a record's request made and stays on the host. */
  readonly describe: (record: RecoveryRecord) => string;
}

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
  private readonly queue: Queue;
  private files: RecordFiles | undefined;
  private locks: Locks | undefined;
  private hasForgottenNotes = false;
  private marks: Promise<readonly OwnedBy[]> | undefined;
  /** The marks that this process has written. */
  private readonly written: OwnedBy[] = [];
  /** The ids that this process has returned: the state is about to hold them, whether or not their records could be written. */
  private readonly returned = new Set<string>();

  constructor(parts: RecoveryParts) {
    this.parts = parts;
    this.queue = new Queue(parts.clock);
  }

  /**
   * Opens the records of a resource.
   *
   * @param configured - `recoveryFolder`; the first one holds for the whole process.
   */
  open(call: ResourceCall, configured: Configuration["recoveryFolder"]): ResourceRecovery {
    const { clock, liveness, openFiles } = this.parts;
    const { scope, resource, formerResources } = call;
    this.files ??= openFiles(configured);
    this.locks ??= new Locks(this.files, clock, liveness);
    const { files, locks } = this;
    // without a name, as an imported resource may be, no record can be found again: none is kept
    const kept = resource === "" ? recordFilesInMemory() : files;
    const journal = new Journal(kept, { scope, resource }, formerResources, (mark) => this.written.push(mark));
    const marks = async () => {
      this.marks ??= readAllMarks(files).catch((error) => {
        this.marks = undefined; // the next one tries again
        throw error;
      });
      return [...(await this.marks), ...this.written];
    };
    const { queue, returned } = this;
    return new ResourceRecovery({ journal, files, marks, clock, queue, locks, returned, liveness, call });
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
  /** The marks of all resources, of which this process has read those of others once. */
  readonly marks: () => Promise<readonly OwnedBy[]>;
  readonly clock: Clock;
  readonly queue: Queue;
  readonly locks: Locks;
  readonly returned: Set<string>;
  readonly liveness: Liveness;
  readonly call: ResourceCall;
}

/** The records of one resource during one call, and its lock. */
export class ResourceRecovery {
  readonly journal: Journal;
  private readonly parts: ResourceRecoveryParts;
  private lock: Lock | undefined;
  /** When it began to wait for its first lock, on the clock. */
  private startedAt = 0;

  constructor(parts: ResourceRecoveryParts) {
    this.parts = parts;
    this.journal = parts.journal;
  }

  /**
   * Runs an operation while nothing else works on the resource, or on some things: no operation of this process, and no other process.
   *
   * What runs inside it can lock more: the machines, after the group.
   *
   * @param work - Gets whether it had to wait.
   * @param how - How long to wait in all, if other processes hold the locks, and in which order deletes go.
   * @throws {@link GuardError} with the code `LOCKED` when the time is over.
   */
  async exclusively<T>(
    ids: readonly string[],
    work: (hasWaited: boolean) => Promise<T>,
    { newestFirst, timeoutMs }: Pick<QueueOptions, "newestFirst"> & Pick<LockWait, "timeoutMs">,
  ): Promise<T> {
    const { queue, locks, call, clock } = this.parts;
    const { project, stack } = call.scope;
    const outer = this.lock;
    if (!outer) this.startedAt = clock.now();
    const { startedAt } = this;
    const keys = outer || call.resource === "" ? ids : [...ids, `${project}/${stack}/${call.resource}`];
    if (keys.length === 0) return work(false);
    let hasWaited = false;
    const onOtherProcess = (holder: string) => {
      hasWaited = true;
      call.progress.info(`Waiting for another run to release its lock: ${holder}`);
    };
    const wait: LockWait = { onWaiting: onOtherProcess, timeoutMs, startedAt, signal: call.signal };
    const locked = async () => {
      await this.journal
        .writing(async () => {
          if (outer) await outer.extend(keys, wait);
          else this.lock = await locks.take(keys, wait);
        })
        .catch((error) => {
          call.signal.throwIfAborted(); // the wait was interrupted, and nothing is wrong with the folder
          throw error;
        });
      try {
        return await work(hasWaited);
      } finally {
        if (!outer) {
          const { lock } = this;
          this.lock = undefined;
          await lock?.release();
        }
      }
    };
    const onWaiting = () => {
      hasWaited = true;
      call.progress.step("waiting for another operation on this VM group");
    };
    return queue.run(keys, locked, { onWaiting, ...(newestFirst !== undefined && { newestFirst }) });
  }

  /** Removes what an interrupted run has left of a resource that the state holds. */
  async arrived(id: string, snapshotCollectionId?: string): Promise<void> {
    await this.journal.forget(id);
    await this.journal.settleMarks(id, snapshotCollectionId);
    await this.parts.locks.sweep();
  }

  /**
   * Carries out what was decided about earlier attempts.
   *
   * @returns The record to resume, if any.
   */
  async settle(decisions: readonly Decision[], how: Settlement): Promise<RecoveryRecord | undefined> {
    let resumed: RecoveryRecord | undefined;
    for (const { record, fate } of await this.permitted(decisions, how.heldId)) {
      switch (fate) {
        case "ignore":
          break;
        case "forget":
          await this.journal.remove(record);
          break;
        case "retain":
          this.parts.call.progress.warn(how.describe(record));
          await this.journal.advance(record, "retained");
          break;
        case "resume":
          resumed = record;
          break;
        case "discard":
          await how.discard(record);
          break;
      }
    }
    return resumed;
  }

  /**
   * Keeps only the decisions that the call may carry out: under a name that the deployment no longer uses for this resource, only the resource's
   * own record.
   */
  private async permitted(decisions: readonly Decision[], heldId: string | undefined): Promise<readonly Decision[]> {
    const own = decisions.filter(({ record }) => record.id === heldId);
    const isPermitted = heldId === undefined || own.length === decisions.length || (await this.parts.call.isCurrent());
    if (!isPermitted) return own;
    return this.withoutSaved(decisions.filter(({ record: { id } }) => id === heldId || !this.hasReturned(id)));
  }

  /**
   * Forgets the records whose resource the state holds, be it under another name: it was renamed since, for example. Where that isn't known, what
   * a returned record made stays. Before a discard, the states are always read: the step `returned` may not have been written.
   */
  private async withoutSaved(decisions: readonly Decision[]): Promise<readonly Decision[]> {
    const isAsked = ({ record, fate }: Decision) =>
      fate === "discard" || (record.phase === "returned" && acting.includes(fate));
    if (!decisions.some(isAsked)) return decisions;
    const ids = await this.parts.call.savedIds();
    return decisions.map((one) => {
      if (!isAsked(one)) return one;
      if (ids === "unknown") return one.record.phase === "returned" ? { ...one, fate: "retain" } : one;
      const { id, pending } = one.record;
      const isSaved = [id, collectionIdIn(pending.made)?.toLowerCase()].some((known) => known && ids.has(known));
      return isSaved ? { ...one, fate: "forget" } : one;
    });
  }

  /**
   * Forgets the records that the state makes useless: of its own resource, and of the snapshot that an import gave another id.
   *
   * @returns Whether there are others, which `update` has to clean up.
   */
  async forgetHeld(records: readonly RecoveryRecord[], held: Held): Promise<boolean> {
    for (const { record, fate } of decideOnUpdate(records, held))
      if (fate === "forget") await this.journal.remove(record);
    return isUnsettled(records, held) && (await this.parts.call.isCurrent());
  }

  /** Makes sure, right before something is sent, that the lock is still held. */
  async confirmLock(): Promise<void> {
    await this.lock?.confirm();
  }

  /** Records that a call returns a resource: from then on the state may have it. */
  async returned(
    record: RecoveryRecord,
    pending: Pending = record.pending,
    more: Partial<Pick<RecoveryRecord, "subject">> = {},
  ): Promise<void> {
    const { machine, process } = this.parts.liveness;
    this.parts.returned.add(record.id);
    await this.journal.advance(record, "returned", pending, { ...more, returnedBy: { machine, process } });
  }

  /** Tells whether this process has returned a resource, and not deleted it since. */
  hasReturned(id: string): boolean {
    return this.parts.returned.has(id);
  }

  /** Records that a resource is deleted. */
  async deleted(id: string): Promise<void> {
    this.parts.returned.delete(id);
    await this.journal.unmark(id);
  }

  /** Tells whether the process that returned a record still lives, as far as this machine can tell. */
  returner({ returnedBy }: RecoveryRecord): "thisProcess" | "alive" | "dead" {
    const { machine, process, isAlive } = this.parts.liveness;
    if (!returnedBy || returnedBy.machine !== machine) return "dead";
    if (returnedBy.process === process) return "thisProcess";
    return isAlive(returnedBy.process) === true ? "alive" : "dead";
  }

  /**
   * Lists the other resources that had a snapshot, too, when this process first asked or since then by this process. The states tell whether they
   * still have it. Deletes ask, so that the marks aren't read for each of them.
   */
  async holders(id: string, snapshotCollectionId: string): Promise<readonly OwnedBy[]> {
    const wanted = snapshotCollectionId.toLowerCase();
    return (await this.parts.marks()).filter(
      (mark) => mark.id !== id && mark.snapshotCollectionId?.toLowerCase() === wanted,
    );
  }

  /** Lists what belongs to other resources. */
  async others(id: string): Promise<Others> {
    const { files } = this.parts;
    const records = (await readAllRecords(files)).filter((record) => record.id !== id);
    const marks = (await readAllMarks(files)).filter((mark) => mark.id !== id);
    return {
      owned: marks,
      // a record names its snapshot a moment before the mark does
      made: [
        ...marks.flatMap(({ snapshotCollectionId }) => snapshotCollectionId ?? []),
        ...records.flatMap(({ pending: { made } }) => collectionIdIn(made) ?? []),
      ],
      jobs: [...records.map(({ pending }) => pending), ...marks].flatMap(({ job }) => job ?? []),
    };
  }
}

/** The decisions that have consequences for a record. */
const acting: readonly Fate[] = ["resume", "discard", "retain"];

/** Tells whether a record is recent enough to be resumed; one from the future was written before the clock was set back. */
export function isRecent(record: RecoveryRecord, now: Date, withinMs: number): boolean {
  const ageMs = now.getTime() - Date.parse(record.beganAt);
  return ageMs <= withinMs && ageMs >= -clockToleranceMs;
}

const clockToleranceMs = 60_000;
