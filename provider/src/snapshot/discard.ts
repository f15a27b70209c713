import type { CimInstancePath } from "../cim/cim-instance-path";
import type { Configuration } from "../config";
import type { Properties } from "../dynamic/protocol";
import { GuardError, type HyperVError, JobLostError, NotFoundError, UnknownOutcomeError } from "../errors";
import type { Operation } from "../process/operation";
import type { ResourceIntents } from "../recovery/journal";
import type { Decision } from "../recovery/policy";
import type { Intent } from "../recovery/record";
import { type Deletion, deleteSnapshot, endPendingSnapshot } from "./delete";

/** What the settling of earlier attempts works with. */
export interface Settling {
  readonly intents: ResourceIntents;
  readonly dependents: Configuration["dependents"];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
}

/**
 * Carries out what was decided about earlier attempts.
 *
 * @returns The one to go on with, if any.
 */
export async function settleIntents(
  operation: Operation,
  decisions: readonly Decision[],
  settling: Settling,
): Promise<Intent | undefined> {
  let goesOn: Intent | undefined;
  for (const { intent, fate } of decisions) {
    switch (fate) {
      case "passBy":
        break;
      case "forget":
        await settling.intents.forget(intent.id);
        break;
      case "leave":
        operation.progress.warn(leftText(intent));
        await settling.intents.advance(intent, "left");
        break;
      case "goOn":
        goesOn = intent;
        break;
      case "abandon":
        await abandon(operation, intent, settling);
        break;
    }
  }
  return goesOn;
}

/** Whether an intent is recent enough to be gone on with; one from the future was written before the clock was set back. */
export function isRecent(intent: Intent, { resumeWithinMs, moment }: Operation): boolean {
  const ageMs = moment().getTime() - Date.parse(intent.beganAt);
  return ageMs <= resumeWithinMs && ageMs >= -clockToleranceMs;
}

const clockToleranceMs = 60_000;

/** Destroys what an attempt made that no state will ever hold. What it can't be sure of, or may not destroy, it names. */
async function abandon(operation: Operation, intent: Intent, settling: Settling): Promise<void> {
  const { intents, dependents, deadlineAt } = settling;
  const { progress } = operation;
  progress.step(`clearing up what an earlier run began at ${intent.beganAt}`);
  // that nothing is known of an answer must still be known when this is cut off, too
  const unanswered = intent.phase === "started" ? ({ answerLost: true } as const) : {};
  const abandoned = await intents.advance(intent, "abandoned", unanswered);
  const { pending, group, members, id } = abandoned;
  const outputs: Properties = { ...group, collectionName: group.collectionId, members };
  const deletion: Deletion = { outputs, dependents, deadlineAt, others: () => intents.namedElsewhere(id) };
  try {
    const path = await endPendingSnapshot(operation, pending, deletion);
    if (path && pending.answerLost && !isRecent(intent, operation)) progress.warn(mayBeLeft(intent, path));
    else if (path) {
      // when this is cut off, it must not be looked for again: what is found then may be somebody else's
      if (pending.made === null) await intents.advance(abandoned, "abandoned", { made: path.toString() });
      await remove(operation, intent, path, settling, deletion);
    }
  } catch (error) {
    if (!leavesIt(error)) throw error;
    progress.warn(
      `What an earlier run began at ${intent.beganAt} for this resource stays on the host. ${error.message}`,
    );
  }
  await intents.forget(id);
}

async function remove(
  operation: Operation,
  intent: Intent,
  path: CimInstancePath,
  { intents }: Settling,
  deletion: Deletion,
): Promise<void> {
  await deleteSnapshot(operation, path, deletion);
  const snapshotCollectionId = String(path.key("CollectionID"));
  await intents.unmarkMade(intent.id, snapshotCollectionId);
  operation.progress.tell(
    `Removed the snapshot collection ${snapshotCollectionId}, which an earlier run began at ${intent.beganAt} and no state holds`,
  );
}

/** A guard's refusal, a result that can't be told, a group that is gone: nothing that another try would change. */
function leavesIt(error: unknown): error is HyperVError {
  return [GuardError, JobLostError, NotFoundError, UnknownOutcomeError].some((type) => type.isInstance(error));
}

function leftText({ beganAt, pending }: Intent): string {
  const what = pending.made ?? `what came of ${pending.job ?? "its request"}`;
  return `An earlier run took a snapshot for this resource at ${beganAt} (${what}), and whether the state ever had it can't be told. It may be kept on purpose, so it stays on the host as it is: remove it there if nobody needs it`;
}

function mayBeLeft({ beganAt }: Intent, path: CimInstancePath): string {
  return `An earlier run began a snapshot for this resource at ${beganAt} and was cut off. The snapshot collection ${path.key("CollectionID")} may be what came of it, or somebody else's: it stays on the host, remove it there if nobody needs it`;
}
