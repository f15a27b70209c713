import type { HostHeader, HostRecord } from "./host-record";

/** What a log has received since the last reading. */
export interface NewRecords {
  /** Whether the log began anew (another host took its place), so that everything known before is void. */
  readonly restarted: boolean;
  /** In their order; the first one ever is the header. */
  readonly records: readonly (HostHeader | HostRecord)[];
}

/**
 * Where a host's records are kept, in one order that everyone who reads them sees.
 *
 * Adding is optimistic: a record bears the number it wants to have, and counts only if it is the first with the next
 * number. A slower process finds another record in that place, and tries again from the newer state.
 */
export interface RecordLog {
  /** What to call it in a message. */
  readonly name: string;
  /** Everything that counts and wasn't told yet. */
  readNew(): NewRecords;
  /** Adds a record; whether it counts shows when it is read. */
  append(record: HostHeader | HostRecord): void;
  /** Makes {@link readNew} tell everything once more. */
  rewind(): void;
}

/** Records in memory: for a host that lives as long as a test. */
export class MemoryRecordLog implements RecordLog {
  readonly name = "a simulated host in memory";
  private readonly records: (HostHeader | HostRecord)[] = [];
  private told = 0;

  readNew(): NewRecords {
    const records = this.records.slice(this.told);
    this.told = this.records.length;
    return { restarted: false, records };
  }

  append(record: HostHeader | HostRecord): void {
    if (record.sequence === this.records.length) this.records.push(record);
  }

  rewind(): void {
    this.told = 0;
  }
}
