import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Properties } from "../../provider/src/process/resource-call";
import { temporaryFolder } from "../support/temporary-folder";
import { type Action, type KillPoint, KillPoints } from "./kill-points";

/** How an `up` is run. */
export interface UpOptions {
  readonly isReplace?: boolean;
  /** The timeout of `create`. */
  readonly create?: string;
}

/** What is asked of a simulated host; that of the built package and that of the source are two types. */
interface AskedHost {
  readonly methodCalls: Readonly<Record<string, number>>;
  query(wql: string): readonly { readonly path: { key(name: string): unknown } }[];
}

/** The kind of resource that a stage manages. */
export interface Subject {
  readonly type: "CollectionSnapshot" | "VirtualSystemCollection";
  /** The export of the lifecycle module that serves it. */
  readonly lifecycle: string;
  /** Inputs that every program gives. */
  readonly inputs: Properties;
  /** What of it the host has. */
  readonly query: string;
  /** The output that names it there. */
  readonly idOutput: string;
  /** The method that makes one. */
  readonly method: string;
}

export const snapshotSubject: Subject = {
  type: "CollectionSnapshot",
  lifecycle: "collectionSnapshot",
  inputs: { collection: "web-tier", snapshotType: "Standard" },
  query: "SELECT * FROM Msvm_SnapshotCollection",
  idOutput: "snapshotCollectionId",
  method: "CreateSnapshot",
};

export const groupSubject: Subject = {
  type: "VirtualSystemCollection",
  lifecycle: "virtualSystemCollection",
  inputs: {},
  query: "SELECT * FROM Msvm_VirtualSystemCollection",
  idOutput: "collectionId",
  method: "DefineCollection",
};

/** One resource of one stack on a simulated host, on which operations are run and interrupted. */
export abstract class Stage {
  /** Who drives the provider. */
  abstract readonly drivenBy: string;
  abstract readonly host: AskedHost;
  /** What every recorded run comes past. */
  readonly recordedKinds: readonly RegExp[] = [/^write lock/, /^query /, /^(invoke|write record)/];
  readonly points: KillPoints;
  /** The folder of recovery records. */
  protected readonly records: string;

  /** What it manages. */
  readonly subject: Subject;

  constructor({ points = new KillPoints(), records = newRecordFolder(), subject = snapshotSubject } = {}) {
    this.subject = subject;
    this.points = points;
    this.records = records;
    mkdirSync(records, { recursive: true });
  }

  /** `pulumi up` of a program with this one resource. */
  abstract up(inputs: Properties, options?: UpOptions): Promise<void>;

  abstract destroy(): Promise<void>;

  abstract end(): Promise<void>;

  /** Records which points an operation comes past. */
  abstract record(operation: () => Promise<void>): Promise<readonly KillPoint[]>;

  /** Lets something happen at a point of an operation. @returns Whether it came to that point. */
  abstract interrupt(point: KillPoint, action: Action, operation: () => Promise<void>): Promise<boolean>;

  /** The object on the host that the state names. */
  abstract get named(): string | undefined;

  /** Those that the state names as pending deletion. */
  abstract get pendingDeletion(): readonly string[];

  /** The ids of the snapshot collections, or groups, on the host. */
  collections(): readonly string[] {
    return this.host.query(this.subject.query).map(({ path }) => String(path.key("CollectionID")));
  }

  /** How often the host was asked for one. */
  get sent(): number {
    return this.host.methodCalls[this.subject.method] ?? 0;
  }

  /** The names of all files of records: records, locks, notes and marks. */
  files(): readonly string[] {
    return readdirSync(this.records, { recursive: true, encoding: "utf8" }).flatMap((name) =>
      name.includes("/") ? [name.slice(name.indexOf("/") + 1)] : [],
    );
  }
}

/** A folder for records that doesn't exist yet. */
export const newRecordFolder = (): string => join(temporaryFolder(), "records");
