import { normalizeGuid } from "../hyperv/collection-designator";
import type { Clock } from "../jobs/clock";

/** Something that waits for its turn. */
interface Turn {
  /** Of several deletes, the newest snapshot's goes first; everything else goes as it came. */
  readonly newestFirst: string | undefined;
  readonly begin: () => void;
}

/** How long a first delete waits for others of the same group, so that the newest can go first. */
const gatherMs = 50;

/**
 * Lets operations on one VM group run one after the other; different groups run side by side.
 *
 * The engine starts the deletes of a stack together and in any order, while a snapshot can only be destroyed before those
 * it descends from where a host may destroy descendants.
 */
export class GroupQueue {
  private readonly clock: Clock;
  private readonly waiting = new Map<string, Turn[]>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * Runs an operation when it is its turn.
   *
   * @param collectionId - The group's id, in whatever spelling.
   * @param onWaiting - Called when something else is under way.
   * @param newestFirst - For a delete: when its snapshot was created, ISO 8601.
   */
  async run<T>(
    collectionId: string,
    operation: () => Promise<T>,
    { onWaiting, newestFirst }: { readonly onWaiting?: () => void; readonly newestFirst?: string } = {},
  ): Promise<T> {
    const group = normalizeGuid(collectionId);
    const turns = this.waiting.get(group);
    if (turns) {
      onWaiting?.();
      await new Promise<void>((begin) => turns.push({ newestFirst, begin }));
    } else {
      this.waiting.set(group, []);
      if (newestFirst !== undefined) await this.letNewerGoFirst(group, newestFirst);
    }
    try {
      return await operation();
    } finally {
      this.next(group);
    }
  }

  private async letNewerGoFirst(group: string, newestFirst: string): Promise<void> {
    await this.clock.sleep(gatherMs);
    const turns = this.waiting.get(group) ?? [];
    if (!turns.some((turn) => turn.newestFirst !== undefined && turn.newestFirst > newestFirst)) return;
    await new Promise<void>((begin) => {
      turns.push({ newestFirst, begin });
      this.next(group);
    });
  }

  private next(group: string): void {
    const turns = this.waiting.get(group) ?? [];
    const deletes = turns.filter(({ newestFirst }) => newestFirst !== undefined);
    const newest = deletes.sort((a, b) => (a.newestFirst! < b.newestFirst! ? 1 : -1))[0];
    const turn = turns[0]?.newestFirst === undefined ? turns[0] : newest;
    if (!turn) {
      this.waiting.delete(group);
      return;
    }
    turns.splice(turns.indexOf(turn), 1);
    turn.begin();
  }
}
