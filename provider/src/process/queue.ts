import type { Clock } from "../jobs/clock";

/** An operation that waits. */
interface Turn {
  readonly keys: ReadonlySet<string>;
  /** Of several deletes, the newest snapshot's goes first; all else keeps its order. */
  readonly newestFirst: string | undefined;
  /** A delete waits a moment for others, so that the newest can go first. */
  isReady: boolean;
  readonly begin: () => void;
}

/** How long a delete waits for others of the same group. */
const gatherMs = 50;

/** How an operation queues. */
export interface TurnOptions {
  /** Called when the operation has to wait for another one. */
  readonly onWaiting?: () => void;
  /** For a delete: when its snapshot was created, ISO 8601. */
  readonly newestFirst?: string;
}

/**
 * Lets operations that touch the same group or the same machine run one after the other; all others run side by side.
 *
 * The engine starts a stack's deletes together and in any order. Destroying an older snapshot first may also destroy those that depend on it.
 */
export class Queue {
  private readonly clock: Clock;
  private readonly running = new Set<ReadonlySet<string>>();
  private waiting: Turn[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * Runs an operation once no earlier one shares a key with it.
   *
   * @param keys - The ids of the group and of the machines that it touches.
   */
  async run<T>(keys: readonly string[], operation: () => Promise<T>, options: TurnOptions = {}): Promise<T> {
    const own: ReadonlySet<string> = new Set(keys.map((key) => key.toLowerCase()));
    await this.turn(own, options);
    try {
      return await operation();
    } finally {
      this.running.delete(own);
      this.next();
    }
  }

  private async turn(keys: ReadonlySet<string>, { onWaiting, newestFirst }: TurnOptions): Promise<void> {
    let hasBegun = false;
    const begun = new Promise<void>((resolve) => {
      const begin = () => {
        hasBegun = true;
        this.running.add(keys);
        resolve();
      };
      const turn = { keys, newestFirst, isReady: newestFirst === undefined, begin };
      this.waiting.push(turn);
      if (newestFirst !== undefined) void this.clock.sleep(gatherMs).then(() => this.ready(turn));
    });
    this.next();
    // a delete that only waits for others to be gathered says nothing
    if (!hasBegun && (newestFirst === undefined || this.isBusy(keys))) onWaiting?.();
    await begun;
  }

  private isBusy(keys: ReadonlySet<string>): boolean {
    return [...this.running].some((others) => meet(keys, others));
  }

  private ready(turn: Turn): void {
    turn.isReady = true;
    this.next();
  }

  /** Starts every operation that no earlier one blocks. */
  private next(): void {
    const ahead = [...this.running];
    for (const first of [...this.waiting]) {
      const turn = first.newestFirst === undefined ? first : this.newestBeside(first);
      if (turn.isReady && !ahead.some((keys) => meet(turn.keys, keys))) {
        this.waiting = this.waiting.filter((other) => other !== turn);
        turn.begin();
        return this.next();
      }
      ahead.push(first.keys);
    }
  }

  /** Finds the newest delete among those that touch what one touches. */
  private newestBeside(turn: Turn): Turn {
    const newer = this.waiting.find(
      (other) => (other.newestFirst ?? "") > (turn.newestFirst ?? "") && meet(other.keys, turn.keys),
    );
    return newer ? this.newestBeside(newer) : turn;
  }
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const key of some) if (others.has(key)) return true;
  return false;
}
