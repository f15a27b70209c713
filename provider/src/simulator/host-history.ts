import { randomUUID } from "node:crypto";
import { HyperVError, InvalidArgumentError } from "../errors";
import { type HostChange, type HostHeader, type HostRecord, isHeader, storeFormat, storeVersion } from "./host-record";
import { HostState } from "./host-state";
import type { RecordLog } from "./record-log";
import type { ResolvedSeed } from "./seed";

/** The return value of an operation, and its changes to the host. */
interface Operation<Answer> {
  readonly answer: Answer;
  readonly changes: readonly HostChange[];
}

/**
 * Keeps the state of a host in step with its records: shows the present state, and adds records.
 */
export class HostHistory {
  private readonly log: RecordLog;
  private readonly clock: () => number;
  /** Marks the records that are added here: other processes have other marks. */
  private readonly by = randomUUID();
  private state: HostState | undefined;
  /** The number of this object's last valid record. */
  private lastOwn = -1;

  /** Opens the history in a log; an empty log begins with the seed. */
  constructor(log: RecordLog, clock: () => number, seed: () => ResolvedSeed) {
    this.log = log;
    this.clock = clock;
    this.catchUp();
    if (this.state !== undefined) return;
    const begin = { sequence: 0, time: clock(), by: this.by, format: storeFormat, version: storeVersion } as const;
    log.append({ ...begin, seed: seed() });
    this.catchUp();
  }

  /** Names the host in a message about its store. */
  get name(): string {
    return this.log.name;
  }

  /** Returns the present host, with other processes' changes and everything that the time has caused. */
  present(): HostState {
    this.catchUp();
    const { state } = this;
    if (state === undefined) throw this.deletedStore();
    this.workingOut(() => state.advance(this.clock()));
    return state;
  }

  private catchUp(): void {
    const { restarted, records } = this.log.readNew();
    if (restarted) this.state = undefined;
    for (const record of records) {
      if (isHeader(record) || this.state?.accepts(record.time)) {
        this.apply(record);
        continue;
      }
      // The record is older than something that has happened here already: another process's clock is behind, or it
      // was faster by a hair. Everybody must see the same host, so that it is worked out again from the beginning.
      this.log.rewind();
      for (const every of this.log.readNew().records) this.apply(every);
      return;
    }
  }

  private apply(record: HostHeader | HostRecord): void {
    if (isHeader(record)) {
      this.state = this.workingOut(() => new HostState(record));
      this.lastOwn = record.by === this.by ? 0 : -1;
    } else {
      this.workingOut(() => this.state?.apply(record));
      if (record.by === this.by) this.lastOwn = record.sequence;
    }
  }

  /** Works out what records and time make of the host. Records that no host wrote may have the right form and make no sense. */
  private workingOut<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (cause) {
      this.state = undefined;
      this.log.rewind(); // so that the next look meets the damage again
      if (HyperVError.isInstance(cause)) throw cause;
      throw this.senseless(cause);
    }
  }

  /** Carries out an operation on the present state; if another process was faster, again on the newer state. */
  commit<Answer>(operation: (state: HostState) => Operation<Answer>): Answer {
    for (;;) {
      const state = this.present();
      const { answer, changes } = operation(state);
      const record = { sequence: state.nextSequence, time: state.time, by: this.by, changes: [...changes] };
      this.log.append(record);
      this.catchUp();
      if (this.lastOwn === record.sequence) return answer;
    }
  }

  private senseless(cause: unknown): InvalidArgumentError {
    return new InvalidArgumentError(
      {
        attempted: "Reading the simulated host's store",
        target: this.log.name,
        answer: `the store is damaged: no host could have come to what it tells (${cause instanceof Error ? cause.message : String(cause)})`,
        outcome: "The file was left as it is, and nothing was asked of the host",
        remedy:
          "Restore the file from a copy, or delete it to begin with a new host (the demo's: npm run demo -- reset)",
      },
      { cause },
    );
  }

  private deletedStore(): InvalidArgumentError {
    return new InvalidArgumentError({
      attempted: "Reading the simulated host's store",
      target: this.log.name,
      answer: "the file was deleted",
      outcome: "Nothing was changed",
      remedy: "Open the host again: that makes a new one from its seed",
    });
  }
}
