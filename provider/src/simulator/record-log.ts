import type { HostHeader, HostRecord } from "./host-record";

/** The records that a log received since the last read. */
export interface NewRecords {
  /** Whether another host's log replaced this one, so that all earlier records are void. */
  readonly restarted: boolean;
  /** The records in order; the first of the log is the header. */
  readonly records: readonly (HostHeader | HostRecord)[];
}

/**
 * Keeps a host's records in one order that every reader sees.
 *
 * Adding is optimistic: a record contains the number it wants to have, and is valid only if it is the first with the next
 * number. A slower process finds another record in that place, and tries again from the newer state.
 */
export interface RecordLog {
  /** The log's name in messages. */
  readonly name: string;
  /** Returns every valid record since the last call. */
  readNew(): NewRecords;
  /** Adds a record; a read shows whether it is valid. */
  append(record: HostHeader | HostRecord): void;
  /** Makes {@link readNew} return every record again. */
  rewind(): void;
}

/** Keeps records in memory, for the host of one test. */
export class MemoryRecordLog implements RecordLog {
  readonly name = "a simulated host in memory";
  private readonly records: (HostHeader | HostRecord)[] = [];
  private readBefore = 0;

  readNew(): NewRecords {
    const records = this.records.slice(this.readBefore);
    this.readBefore = this.records.length;
    return { restarted: false, records };
  }

  append(record: HostHeader | HostRecord): void {
    if (record.sequence === this.records.length) this.records.push(record);
  }

  rewind(): void {
    this.readBefore = 0;
  }
}
