import type { Progress } from "../process/progress";
import type { ResourceCall } from "../process/resource-call";
import type { Journal } from "./journal";
import { type Decision, decideOnUpdate, type Fate, type Held, isUnsettled } from "./policy";
import type { RecoveryRecord } from "./record";

/** How decisions are carried out. */
export interface Settlement {
  readonly journal: Journal;
  readonly progress: Progress;
  /** Destroys what a record's request made. */
  readonly discard: (record: RecoveryRecord) => Promise<void>;
  /** Names, for a warning, what a record's request made. */
  readonly nameLeft: (record: RecoveryRecord) => string;
}

/**
 * Carries out what was decided about earlier attempts.
 *
 * @returns The record to resume, if any.
 */
export async function settle(decisions: readonly Decision[], how: Settlement): Promise<RecoveryRecord | undefined> {
  let resumed: RecoveryRecord | undefined;
  for (const { record, fate } of decisions) {
    switch (fate) {
      case "passBy":
        break;
      case "forget":
        await how.journal.remove(record);
        break;
      case "leave":
        how.progress.warn(how.nameLeft(record));
        await how.journal.advance(record, "left");
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
 * Keeps only the decisions that a call may carry out: under a name that the deployment no longer uses for this resource, only the resource's
 * own record.
 */
export async function permitted(
  call: ResourceCall,
  id: string,
  decisions: readonly Decision[],
): Promise<readonly Decision[]> {
  const own = decisions.filter(({ record }) => record.id === id);
  if (own.length === decisions.length || (await call.isCurrent())) return withoutSaved(call, decisions);
  return own;
}

/**
 * Forgets the records that the state makes useless: of its own resource, and of the snapshot that an import gave another id.
 *
 * @returns Whether there are others, which `update` has to clean up.
 */
export async function forgetHeld(journal: Journal, records: readonly RecoveryRecord[], held: Held): Promise<boolean> {
  for (const { record, fate } of decideOnUpdate(records, held)) if (fate === "forget") await journal.remove(record);
  return isUnsettled(records, held);
}

/** Forgets the returned records whose resource the state holds, be it under another name: it was renamed since, for example. */
export async function withoutSaved(call: ResourceCall, decisions: readonly Decision[]): Promise<readonly Decision[]> {
  const isAsked = ({ record, fate }: Decision) => record.phase === "returned" && acting.includes(fate);
  if (!decisions.some(isAsked)) return decisions;
  const ids = await call.savedIds();
  return decisions.map((one) => (isAsked(one) && ids.has(one.record.id) ? { ...one, fate: "forget" } : one));
}

/** The decisions that have consequences for a record. */
const acting: readonly Fate[] = ["resume", "discard", "leave"];

/** Tells whether a record is recent enough to be resumed; one from the future was written before the clock was set back. */
export function isRecent(record: RecoveryRecord, now: Date, withinMs: number): boolean {
  const ageMs = now.getTime() - Date.parse(record.beganAt);
  return ageMs <= withinMs && ageMs >= -clockToleranceMs;
}

const clockToleranceMs = 60_000;
