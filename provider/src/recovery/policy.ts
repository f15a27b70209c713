import type { Intent } from "./record";

/** Which resource the state holds for a URN: its id, null for none, "unknown" where it can't be learnt. */
export type Saved = string | null | "unknown";

/**
 * What becomes of an intent.
 *
 * - `passBy`: it stays as it is.
 * - `forget`: it has done its work.
 * - `leave`: it is named in a warning and marked `left`.
 * - `goOn`: its snapshot becomes the one that is wished for.
 * - `abandon`: what it made is destroyed.
 */
export type Fate = "passBy" | "forget" | "leave" | "goOn" | "abandon";

/** What `create` knows. */
export interface CreateSituation {
  readonly saved: Saved;
  /** Fingerprint of the inputs of this call. */
  readonly inputs: string;
  /** Whether an intent is recent enough to be gone on with. */
  readonly isRecent: (intent: Intent) => boolean;
}

/** An intent, and what becomes of it. */
export interface Decision {
  readonly intent: Intent;
  readonly fate: Fate;
}

/**
 * Decides what `create` does with everything that was begun for its URN: the table of the protocol.
 *
 * A call says neither whether it repeats a `create` that was cut off nor whether it wishes for one more snapshot (`--replace`): what
 * the state holds, and what was begun, decide it together.
 *
 * @param intents - Newest first.
 */
export function decideOnCreate(intents: readonly Intent[], situation: CreateSituation): readonly Decision[] {
  let isGoingOn = false;
  return intents.map((intent) => {
    const fate = fateOnCreate(intent, situation, isGoingOn);
    isGoingOn ||= fate === "goOn";
    return { intent, fate };
  });
}

function fateOnCreate(intent: Intent, { saved, inputs, isRecent }: CreateSituation, isGoingOn: boolean): Fate {
  if (intent.phase === "left") return "passBy";
  const fits = intent.phase !== "abandoned" && intent.inputs === inputs && isRecent(intent);
  if (intent.phase === "returned") {
    // it arrived, so that this call is a wish for another
    if (saved === intent.id) return "forget";
    // the state may hold it, or a person may have taken it out to keep it
    if (saved === "unknown" || (saved === null && !fits)) return "leave";
  }
  return fits && !isGoingOn ? "goOn" : "abandon";
}

/** Decides what `update` does: the state has its resource, so that whatever else was begun for its URN is of no use. */
export function decideOnUpdate(intents: readonly Intent[], id: string): readonly Decision[] {
  return intents.map((intent) => ({ intent, fate: fateOnUpdate(intent, id) }));
}

function fateOnUpdate({ id, phase }: Intent, own: string): Fate {
  if (id === own) return "forget";
  return phase === "left" ? "passBy" : "abandon";
}

/** Decides what `delete` does: one that was returned may be the replacement that was just made. */
export function decideOnDelete(intents: readonly Intent[], id: string): readonly Decision[] {
  return intents.map((intent) => {
    const fate = fateOnUpdate(intent, id);
    return { intent, fate: fate === "abandon" && intent.phase === "returned" ? "passBy" : fate };
  });
}

/** Whether `diff` has to report a change, so that `update` is called and clears up what was begun. */
export function isUnsettled(intents: readonly Intent[], id: string): boolean {
  return decideOnUpdate(intents, id).some(({ fate }) => fate === "abandon");
}
