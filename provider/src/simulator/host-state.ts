import { CimRepository, type StoredInstance } from "./cim-repository";
import type { ResolvedFault } from "./fault";
import { defaultOptions, type HostOptions } from "./host-options";
import type { HostChange, HostHeader, HostRecord, HostWork } from "./host-record";
import { HostSchema } from "./host-schema";
import { JobBoard } from "./job-board";
import type { ResolvedSeed } from "./seed";
import { putSeedInstances } from "./seed-instances";
import { destroySnapshots, takeSnapshots } from "./snapshot-work";
import { Timeline } from "./timeline";

/** A fault that waits for its call. */
interface PendingFault {
  readonly faultId: string;
  readonly fault: ResolvedFault;
  readonly timesLeft: number;
}

/**
 * Everything a host is at one moment: a function of its records and the time, the same in every process.
 *
 * Records are applied in their order; before each, what happens by itself until its time has happened.
 */
export class HostState {
  readonly repository: CimRepository;
  readonly jobs: JobBoard;
  readonly seed: ResolvedSeed;
  /** Makes the ids of this host's new objects differ from those of another host made from the same seed. */
  readonly origin: string;
  private readonly timeline = new Timeline();
  private readonly calls = new Map<string, number>();
  private pending: readonly PendingFault[] = [];
  private chosen: HostOptions;
  private lastSequence = 0;
  private lastTime: number;

  constructor(header: HostHeader) {
    this.seed = header.seed;
    this.origin = `${header.seed.hostName} ${header.time}`;
    this.chosen = { ...defaultOptions, ...(header.seed.options as Partial<HostOptions>) };
    this.lastTime = header.time;
    this.repository = new CimRepository(new HostSchema(header.seed.build), header.seed.hostName);
    this.jobs = new JobBoard(this.repository, this.timeline, ({ work }, time) => this.doWork(work, time));
    const groups = header.seed.groups.map((group) => ({ ...group, id: this.collectionId(group.id) }));
    putSeedInstances(this.repository, { ...header.seed, groups }, header.time);
  }

  /** The options in force. */
  get options(): HostOptions {
    return this.chosen;
  }

  /** The sequence number of the next record. */
  get nextSequence(): number {
    return this.lastSequence + 1;
  }

  /** The host's clock. It never goes back: neither behind a record nor behind what has been seen. */
  get time(): number {
    return this.lastTime;
  }

  /** How often each method was called, by its name. */
  get methodCalls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.calls);
  }

  /** The fault that the next call of a method meets. */
  faultFor(method: string): PendingFault | undefined {
    return this.pending.find(({ fault }) => fault.method.toLowerCase() === method.toLowerCase());
  }

  /** Writes a GUID as this host writes CollectionIDs. */
  collectionId(guid: string): string {
    // behaviour: collectionIdForm
    const { collectionIdForm } = this.chosen;
    return collectionIdForm === "lowerCase" ? guid.toLowerCase() : collectionIdForm === "braced" ? `{${guid}}` : guid;
  }

  /** Whether a record of this time can still be applied: nothing has happened yet that comes after it. */
  accepts(time: number): boolean {
    return time >= this.timeline.lastEventAt;
  }

  /** Lets happen what happens by itself until a moment. */
  advance(now: number): void {
    this.timeline.advance(now);
    this.lastTime = Math.max(this.lastTime, now);
  }

  /** Applies the next record. */
  apply(record: HostRecord): void {
    this.advance(record.time);
    this.lastSequence = record.sequence;
    for (const change of record.changes) this.applyChange(change, record.time);
  }

  private applyChange(change: HostChange, time: number): void {
    switch (change.kind) {
      case "method":
        this.calls.set(change.method, (this.calls.get(change.method) ?? 0) + 1);
        break;
      case "jobStarted":
        this.jobs.start(change.job, time);
        break;
      case "jobStopped":
        this.jobs.stop(change.jobId, change.state, time);
        break;
      case "workDone":
        this.doWork(change.work, time);
        break;
      case "optionSet":
        this.chosen = { ...this.chosen, [change.name]: change.value };
        break;
      case "faultInjected":
        this.pending = [
          ...this.pending,
          { faultId: change.faultId, fault: change.fault, timesLeft: change.fault.times },
        ];
        break;
      case "faultUsed":
        this.pending = this.pending
          .map((fault) => (fault.faultId === change.faultId ? { ...fault, timesLeft: fault.timesLeft - 1 } : fault))
          .filter(({ timesLeft }) => timesLeft > 0);
        break;
    }
  }

  /** @returns The objects that a job's rows with effect 5 name. */
  private doWork(work: HostWork, time: number): readonly StoredInstance[] {
    if (work.kind === "destroySnapshots") {
      destroySnapshots(this.repository, work);
      return [];
    }
    const [collection, ...snapshots] = takeSnapshots(this.repository, work, this.chosen, time);
    // behaviour: jobResultRow
    const { jobResultRow } = this.chosen;
    if (jobResultRow === "memberSnapshots") return snapshots;
    return collection !== undefined && jobResultRow === "collection" ? [collection] : [];
  }
}
