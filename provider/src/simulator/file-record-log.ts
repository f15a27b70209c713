import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import { ConnectionError, InvalidArgumentError, StorageError } from "../errors";
import { issueText } from "../schema-issue";
import {
  type HostHeader,
  type HostRecord,
  hostHeaderSchema,
  hostRecordSchema,
  storeFormat,
  storeVersion,
} from "./host-record";
import type { NewRecords, RecordLog } from "./record-log";

/** Stands before every record, so that one whose writer was killed can't swallow the next (RFC 7464). */
const recordSeparator = "\u001e";

/** How many bytes of a file identify the host and its creation. */
const beginningLength = 120;

/**
 * Keeps records in a file that several processes read and write at once: JSON text sequences (RFC 7464), one record a line.
 *
 * There is no lock: a kill leaves none behind, and a stopped process blocks no other one. A record is added
 * in one write at the file's end and flushed. A record interrupted by a kill doesn't count, and no later record builds on it;
 * a line that can't be read though later ones build on it, or that stands whole and can't be read, is damage.
 */
export class FileRecordLog implements RecordLog {
  readonly name: string;
  private readonly storeFile: string;
  private offset = 0;
  private seenSize = 0;
  private inode: number | undefined;
  private beginning: Buffer = Buffer.alloc(0);
  private line = 0;
  private nextSequence = 0;

  constructor(storeFile: string) {
    this.storeFile = storeFile;
    this.name = storeFile;
  }

  readNew(): NewRecords {
    const file = this.reading(() => statSync(this.storeFile, { throwIfNoEntry: false }));
    let restarted = this.inode !== undefined && (file?.ino !== this.inode || file.size < this.seenSize);
    if (restarted) this.rewind();
    this.inode = file?.ino;
    if (file === undefined || file.size === this.seenSize) return { restarted, records: [] };
    let rest = this.readRest();
    if (rest === undefined) {
      restarted = true;
      this.rewind();
      rest = this.readRest();
    }
    try {
      return { restarted, records: this.parse(rest ?? Buffer.alloc(0)) };
    } catch (error) {
      this.rewind(); // the next reading must find the damage again, and not continue after it
      throw error;
    }
  }

  rewind(): void {
    this.offset = 0;
    this.seenSize = 0;
    this.beginning = Buffer.alloc(0);
    this.line = 0;
    this.nextSequence = 0;
  }

  append(record: HostHeader | HostRecord): void {
    const bytes = Buffer.from(`${recordSeparator}${JSON.stringify(record)}\n`);
    try {
      mkdirSync(dirname(this.storeFile), { recursive: true });
      const file = openSync(this.storeFile, "a");
      try {
        // in one write: parts of two writers would mix
        const written = writeSync(file, bytes);
        if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw new ConnectionError(
        {
          attempted: "Writing to the simulated host's store",
          target: this.storeFile,
          answer: messageOf(error),
          outcome: "Whether the request took effect is unknown: what was written counts if it is whole",
          remedy: "Make room, or make the file writable, then look at the host before asking again",
        },
        { cause: error },
      );
    }
  }

  /** Reads what wasn't read yet; `undefined` when another file has taken the place of the one read before. */
  private readRest(): Buffer | undefined {
    return this.reading(() => {
      const file = openSync(this.storeFile, "r");
      try {
        const beginning = readAt(file, 0, beginningLength);
        // a new file may well have its predecessor's inode number, so that its first bytes must tell
        if (!beginning.subarray(0, this.beginning.length).equals(this.beginning)) return undefined;
        this.beginning = beginning;
        const rest = readAt(file, this.offset, Math.max(0, fstatSync(file).size - this.offset));
        this.seenSize = this.offset + rest.length;
        return rest;
      } finally {
        closeSync(file);
      }
    });
  }

  private reading<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw new StorageError(
        {
          attempted: "Reading the simulated host's store",
          target: this.storeFile,
          answer: messageOf(error),
          outcome: "Nothing was changed",
          remedy: "Give the path of a store that can be read and written, or of one that doesn't exist yet",
        },
        { cause: error },
      );
    }
  }

  private parse(bytes: Buffer): readonly (HostHeader | HostRecord)[] {
    const records: (HostHeader | HostRecord)[] = [];
    let start = 0;
    // what follows the last line feed is still being written, or was interrupted: it is read again later
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      this.line += 1;
      const record = this.parseLine(bytes.toString("utf8", start, end));
      start = end + 1;
      if (record !== undefined) records.push(record);
    }
    this.offset += start;
    return records;
  }

  private parseLine(line: string): HostHeader | HostRecord | undefined {
    // an interrupted record has no line feed of its own: it ends at the last separator
    const text = line.slice(line.lastIndexOf(recordSeparator) + 1);
    if (text === "") return undefined;
    const found = this.parseJson(text);
    const sequence = sequenceOf(found);
    if (sequence >= 0 && sequence < this.nextSequence) return undefined; // another process was faster
    if (sequence > this.nextSequence) this.damaged(`record ${this.nextSequence} is missing before record ${sequence}`);
    if (sequence === 0) this.checkHeader(found);
    const schema = sequence === 0 ? hostHeaderSchema : hostRecordSchema;
    const parsed = v.safeParse(schema, found);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      return this.damaged(
        `it isn't a record of a simulated host (${v.getDotPath(issue) ?? "all of it"}: ${issueText(issue, schema)})`,
      );
    }
    this.nextSequence += 1;
    return parsed.output;
  }

  private parseJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return this.damaged("it can't be read as JSON");
    }
  }

  private checkHeader(header: unknown): void {
    const { format, version } = header as { readonly format?: unknown; readonly version?: unknown };
    if (format !== storeFormat || typeof version !== "number" || version <= storeVersion) return;
    throw new InvalidArgumentError({
      attempted: "Opening the simulated host's store",
      target: this.storeFile,
      answer: `it has version ${version}, and this package reads up to ${storeVersion}`,
      outcome: "The file was left as it is",
      remedy: "Use the newer pulumi-hyperv-snapshots that wrote it, or another storeFile",
    });
  }

  private damaged(answer: string): never {
    throw new InvalidArgumentError({
      attempted: "Reading the simulated host's store",
      target: `${this.storeFile}, line ${this.line}`,
      answer: `the store is damaged: ${answer}`,
      outcome: "The file was left as it is, and nothing was asked of the host",
      remedy: "Restore the file from a copy, or delete it to begin with a new host (the demo's: npm run demo -- reset)",
    });
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}

/** Reads the number of a record; -1 for what isn't a record. */
function sequenceOf(found: unknown): number {
  const sequence = (found as { readonly sequence?: unknown } | null)?.sequence;
  return typeof sequence === "number" ? sequence : -1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
