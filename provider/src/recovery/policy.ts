import type { Saved } from "../process/resource-call";
import type { RecoveryRecord } from "./record";

/**
 * What happens to a record.
 *
 * - `ignore`: it stays as it is.
 * - `forget`: it has served its purpose.
 * - `retain`: a warning reports its snapshot, and the record is marked `retained`.
 * - `resume`: its snapshot becomes the one that is requested.
 * - `discard`: what it made is destroyed.
 */
export type Fate = "ignore" | "forget" | "retain" | "resume" | "discard";

/** What `create` knows. */
export interface CreateSituation {
  readonly saved: Saved;
  /** Whether a record was made for the inputs of this call. */
  readonly fits: (record: RecoveryRecord) => boolean;
  /** Whether a record is recent enough to be resumed. */
  readonly isRecent: (record: RecoveryRecord) => boolean;
  /** Whether the process that returned a record still lives: it may be about to save it. */
  readonly isHeld?: (record: RecoveryRecord) => boolean;
}

/** A record, and what happens to it. */
export interface Decision {
  readonly record: RecoveryRecord;
  readonly fate: Fate;
}

/**
 * Decides what `create` does with every record of its resource.
 *
 * A call says neither whether it repeats an interrupted `create` nor whether it is a requested replacement (`--replace`): what the state holds
 * and what the records say decide it together.
 *
 * @param records - Newest first.
 */
export function decideOnCreate(records: readonly RecoveryRecord[], situation: CreateSituation): readonly Decision[] {
  let hasResumed = false;
  return records.map((record) => {
    const fate = fateOnCreate(record, situation, hasResumed);
    hasResumed ||= fate === "resume";
    return { record, fate };
  });
}

function fateOnCreate(record: RecoveryRecord, situation: CreateSituation, hasResumed: boolean): Fate {
  const { saved, fits, isRecent, isHeld = () => false } = situation;
  if (record.phase === "retained") return "ignore";
  const isSaved = saved !== null && saved !== "unknown";
  if (isSaved && isResultOf(record, saved.snapshotCollectionId)) return "forget";
  const isUsable = record.phase !== "discarded" && fits(record) && isRecent(record);
  if (record.phase === "returned") {
    // the state has it, so this call requests another
    if (isSaved && saved.id === record.id) return "forget";
    // the state may hold it, or a person may have taken it out to keep it
    if (saved === "unknown" || (saved === null && !isUsable) || isHeld(record)) return "retain";
  }
  return isUsable && !hasResumed ? "resume" : "discard";
}

/** Tells whether a snapshot is what a record's request made. */
export function isResultOf({ pending: { made } }: RecoveryRecord, snapshotCollectionId: string | null): boolean {
  return (
    made !== null && snapshotCollectionId !== null && made.toLowerCase().includes(snapshotCollectionId.toLowerCase())
  );
}

/** The resource that the state holds. */
export interface Held {
  readonly id: string;
  readonly snapshotCollectionId: string | null;
}

/** Decides what `update` does: the state has its resource, so every other record is of no use. */
export function decideOnUpdate(records: readonly RecoveryRecord[], held: Held): readonly Decision[] {
  return records.map((record) => ({ record, fate: fateOnUpdate(record, held) }));
}

function fateOnUpdate(record: RecoveryRecord, { id, snapshotCollectionId }: Held): Fate {
  // an import, after an interrupted create, gives the same snapshot another id
  if (record.id === id || isResultOf(record, snapshotCollectionId)) return "forget";
  return record.phase === "retained" ? "ignore" : "discard";
}

/** Decides what `delete` does: a record that was returned may be the replacement that was just made. */
export function decideOnDelete(records: readonly RecoveryRecord[], held: Held): readonly Decision[] {
  return decideOnUpdate(records, held).map(({ record, fate }) => ({
    record,
    fate: fate === "discard" && record.phase === "returned" ? "ignore" : fate,
  }));
}

/** Whether `diff` has to report a change, so that `update` is called and cleans up. */
export function isUnsettled(records: readonly RecoveryRecord[], held: Held): boolean {
  return decideOnUpdate(records, held).some(({ fate }) => fate === "discard");
}
