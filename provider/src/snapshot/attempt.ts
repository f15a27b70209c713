import { CimInstancePath } from "../cim/cim-instance-path";
import { type Pending, pendingOf } from "../dynamic/hidden-inputs";
import type { Properties } from "../dynamic/protocol";
import { JobFailedError, MethodFailedError, PartialCreateError } from "../errors";
import type { ResourceIntents } from "../recovery/journal";
import type { Intent } from "../recovery/record";

/** One attempt to create a snapshot: keeps its intent up to date while the work goes on. */
export class Attempt {
  private readonly intents: ResourceIntents;
  private intent: Intent;

  constructor(intents: ResourceIntents, intent: Intent) {
    this.intents = intents;
    this.intent = intent;
  }

  get id(): string {
    return this.intent.id;
  }

  /** The host has taken the request on. */
  async accepted(pending: Pick<Pending, "job" | "made">): Promise<void> {
    this.intent = await this.intents.advance(this.intent, "accepted", pending);
  }

  /** The snapshot is there; to be handed to those who find it. */
  readonly onMade = async (reference: string): Promise<void> => {
    if (this.intent.pending.made === reference && this.intent.phase === "made") return;
    this.intent = await this.intents.advance(this.intent, "made", { made: reference });
    await this.intents.markMade(this.id, String(CimInstancePath.parse(reference).key("CollectionID")));
  };

  /**
   * Does the rest of the work, and writes down that Pulumi is answered: from then on the state may have the resource.
   *
   * What is refused, or fails for good, ends the intent; an answer that was lost leaves it for the next call, which looks again.
   */
  async answer(work: () => Promise<Properties>): Promise<{ readonly id: string; readonly outs: Properties }> {
    try {
      const outs = await work();
      await this.returned();
      return { id: this.id, outs };
    } catch (error) {
      if (PartialCreateError.isInstance(error)) {
        const pending = pendingOf(error.properties);
        await this.intents.markJob(this.id, pending);
        await this.returned(pending ?? {});
      } else if (MethodFailedError.isInstance(error) || JobFailedError.isInstance(error)) await this.end();
      throw error;
    }
  }

  /** Nothing came of it, or nothing is left of it. */
  end(): Promise<void> {
    return this.intents.forget(this.id);
  }

  private async returned(pending: Partial<Pending> = {}): Promise<void> {
    this.intent = await this.intents.advance(this.intent, "returned", pending);
    await this.intents.clearUp();
  }
}
