/** Values to read, and the caller that waits for them. */
interface Asked<Found> {
  readonly values: readonly string[];
  readonly resolve: (found: readonly Found[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** Describes how instances are read by the values of a key. */
export interface Reading<Found> {
  readonly read: (values: readonly string[]) => Promise<readonly Found[]>;
  /** The value by which something was found. */
  readonly valueOf: (found: Found) => string | null;
  /** So many values at most go together. */
  readonly atOnce: number;
}

/**
 * Reads by key for all callers at once: while one request is under way, further values wait and go into the next one together. Each
 * caller gets what was read after its call.
 *
 * If a batch fails, or has nothing for a caller, that caller's values are read again alone.
 */
export class GatheredReading<Found> {
  private readonly reading: Reading<Found>;
  private readonly waiting: Asked<Found>[] = [];
  private isUnderWay = false;

  constructor(reading: Reading<Found>) {
    this.reading = reading;
  }

  /** Reads what has one of some values. */
  ask(values: readonly string[]): Promise<readonly Found[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ values, resolve, reject });
      if (!this.isUnderWay) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isUnderWay = true;
    while (this.waiting.length > 0) await this.readTogether(this.nextRound());
    this.isUnderWay = false;
  }

  /** Takes the callers that wait longest, as far as there is room, and the first in any case. */
  private nextRound(): readonly Asked<Found>[] {
    let room = this.reading.atOnce;
    const end = this.waiting.findIndex(({ values }, at) => {
      room -= values.length;
      return at > 0 && room < 0;
    });
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  private async readTogether(round: readonly Asked<Found>[]): Promise<void> {
    const [only, ...others] = round;
    if (only && others.length === 0) return this.readAlone(only);
    let found: readonly Found[] = [];
    try {
      found = await this.reading.read([...new Set(round.flatMap(({ values }) => values))]);
    } catch {
      // reading each alone shows whose values failed
    }
    await Promise.all(
      round.map((asked) => {
        const wanted = new Set(asked.values.map(comparable));
        const own = found.filter((one) => wanted.has(comparable(this.reading.valueOf(one) ?? "")));
        return own.length > 0 ? asked.resolve(own) : this.readAlone(asked);
      }),
    );
  }

  private async readAlone({ values, resolve, reject }: Asked<Found>): Promise<void> {
    try {
      resolve(await this.reading.read(values));
    } catch (error) {
      reject(error);
    }
  }
}

/** Hosts compare without regard to case. */
const comparable = (value: string) => value.toLowerCase();
