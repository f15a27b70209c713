import type { CimInstancePath } from "../cim/cim-instance-path";
import { ClassName } from "../schema/names";
import { affectedElements } from "./affected-elements";
import { CimRepository, type PropertyBag, type StoredInstance } from "./cim-repository";
import { dropSnapshotCollection, putSnapshotCollection } from "./collection-work";
import { mergesDisks } from "./disk-merging";
import { type FaultedRequest, meets, type ResolvedFault } from "./fault";
import { defaultOptions, type HostOptions } from "./host-options";
import type { HostChange, HostHeader, HostRecord, HostWork, WorkOf } from "./host-record";
import { HostSchema } from "./host-schema";
import { doHostWork } from "./host-work";
import { JobBoard } from "./job-board";
import { MachineActivity } from "./machine-activity";
import { MachineDisks } from "./machine-disks";
import { machinePath, type WorkScene } from "./machine-snapshots";
import type { Rights } from "./rights";
import type { ResolvedSeed } from "./seed";
import { putSeedInstances } from "./seed-instances";
import type { SimulatedJob } from "./simulated-job";
import { Timeline } from "./timeline";

/** The state of the host's Virtual Machine Management Service. */
export type VmmsState = "running" | "stopped" | "starting";

/** A fault that waits for its request. */
export interface PendingFault {
  readonly faultId: string;
  readonly fault: ResolvedFault;
  readonly timesLeft: number;
}

/**
 * Holds the whole host at one moment: a function of its records and the time, the same in every process.
 *
 * It applies records in their order, and before each all events that the time has caused until then.
 */
export class HostState {
  readonly repository: CimRepository;
  readonly jobs: JobBoard;
  readonly activity: MachineActivity;
  readonly disks = new MachineDisks();
  readonly seed: ResolvedSeed;
  /** Makes the ids of this host's new objects differ from those of another host made from the same seed. */
  readonly origin: string;
  private readonly timeline = new Timeline();
  private readonly calls = new Map<string, number>();
  private pending: readonly PendingFault[] = [];
  private chosen: HostOptions;
  private lastSequence = 0;
  private lastTime: number;
  private downUntil = Number.NEGATIVE_INFINITY;
  /** When VMMS runs; infinite while it is stopped. */
  private vmmsRunsFrom = Number.NEGATIVE_INFINITY;

  constructor(header: HostHeader) {
    this.seed = header.seed;
    this.origin = `${header.seed.hostName} ${header.time}`;
    this.chosen = { ...defaultOptions, ...(header.seed.options as Partial<HostOptions>) };
    this.lastTime = header.time;
    this.repository = new CimRepository(new HostSchema(header.seed.build), header.seed.hostName);
    this.activity = new MachineActivity(this.repository, this.timeline, () => this.chosen);
    this.jobs = new JobBoard(this.repository, this.timeline, this.activity, {
      begin: (job) => this.beginJob(job),
      finish: (job, time) => this.finishJob(job, time),
    });
    const { seed } = header;
    const groups = seed.groups.map((group) => ({ ...group, id: this.collectionId(group.id) }));
    const managementGroups = seed.managementGroups.map((group) => ({
      ...group,
      id: this.collectionId(group.id),
      memberIds: group.memberIds.map((id) => this.collectionId(id)),
    }));
    putSeedInstances(
      { repository: this.repository, disks: this.disks, options: this.chosen, now: header.time },
      { ...seed, groups, managementGroups },
    );
    for (const { id, properties } of header.seed.machines) this.showStatus(id, properties);
  }

  /** Returns the options in force. */
  get options(): HostOptions {
    return this.chosen;
  }

  /** Returns the sequence number of the next record. */
  get nextSequence(): number {
    return this.lastSequence + 1;
  }

  /** Returns the host's time. It never goes back: neither behind a record nor behind a time that was read. */
  get time(): number {
    return this.lastTime;
  }

  /** Counts the calls of each method, by its name. */
  get methodCalls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.calls);
  }

  /** Tells whether the host responds: it doesn't while it restarts. */
  get isUp(): boolean {
    return this.lastTime >= this.downUntil;
  }

  /** Returns the state of VMMS, the host's service. */
  get vmms(): VmmsState {
    if (this.vmmsRunsFrom === Number.POSITIVE_INFINITY) return "stopped";
    return this.lastTime < this.vmmsRunsFrom ? "starting" : "running";
  }

  /** Returns what a client can see: by its rights, or nothing while VMMS doesn't run. */
  get rights(): Rights {
    return this.vmms !== "running" && this.chosen.stoppedVmms === "empty" ? "allHidden" : this.chosen.rights;
  }

  /** Returns what work on the host's objects needs. */
  get scene(): WorkScene {
    return { repository: this.repository, disks: this.disks, options: this.chosen, now: this.lastTime };
  }

  /** Finds the fault that a request meets. */
  faultFor(request: FaultedRequest): PendingFault | undefined {
    return this.pending.find(({ fault }) => meets(fault, request));
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
        this.jobs.stop(change, time);
        break;
      case "workDone":
        this.doWork(change.work, time);
        break;
      case "optionSet":
        this.chosen = { ...this.chosen, [change.name]: change.value };
        if (this.chosen.merging === "ends") this.activity.endMerges(time, this.seed.mergeSeconds * 1000);
        break;
      case "restarted":
        this.downUntil = change.downUntil;
        this.endJobs(time);
        break;
      case "hostRenamed":
        this.repository.rename(change.hostName);
        break;
      case "vmmsStopped":
        this.vmmsRunsFrom = Number.POSITIVE_INFINITY;
        this.endJobs(time);
        break;
      case "vmmsStarted":
        this.vmmsRunsFrom = change.runsFrom;
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

  private endJobs(time: number): void {
    // behaviour: jobsAtRestart
    const { jobsAtRestart } = this.chosen;
    if (jobsAtRestart !== "continued") this.jobs.restart(time, jobsAtRestart === "forgottenButMade");
  }

  private beginJob({ order }: SimulatedJob): readonly CimInstancePath[] {
    const { repository, chosen: options } = this;
    // behaviour: snapshotCollectionAppears
    if (order.work.kind === "takeSnapshots" && options.snapshotCollectionAppears === "atStart") {
      putSnapshotCollection({ repository, options }, order.work);
    }
    return affectedElements(repository, order, options);
  }

  private finishJob(job: SimulatedJob, time: number): readonly StoredInstance[] {
    const { work, fault, namesResult } = job.order;
    if (job.takesEffect) {
      // behaviour: snapshotCreationTime
      const isAtStart = work.kind === "takeSnapshots" && this.chosen.snapshotCreationTime === "atStart";
      const made = this.doWork(work, isAtStart ? job.startedAt : time);
      return namesResult === undefined ? made : this.snapshotCollections(namesResult);
    }
    // behaviour: failedMember
    const leftOver = fault?.failsMember !== undefined && this.chosen.failedMember === "leavesOthers";
    if (work.kind !== "takeSnapshots") return [];
    if (leftOver) return this.doWork(this.without(fault.failsMember ?? "", work), time);
    dropSnapshotCollection({ repository: this.repository }, work);
    return [];
  }

  private snapshotCollections(id: string): readonly StoredInstance[] {
    const found = this.repository.find(this.repository.path(ClassName.snapshotCollection, { CollectionID: id }));
    return found === undefined ? [] : [found];
  }

  private without(machineName: string, work: WorkOf<"takeSnapshots">): HostWork {
    const nameOf = (id: string) => this.repository.find(machinePath(this.repository, id))?.properties["ElementName"];
    return { ...work, members: work.members.filter(({ machineId }) => nameOf(machineId) !== machineName) };
  }

  /** Does a job's work. @returns The objects that the job's rows with effect 5 refer to. */
  private doWork(work: HostWork, time: number): readonly StoredInstance[] {
    const { made = [], merging = [] } = doHostWork(
      { repository: this.repository, disks: this.disks, options: this.chosen, now: time },
      work,
    );
    this.merge(merging, time);
    if (work.kind === "receiveMachine") this.activity.forget(work.machineId);
    if (work.kind === "changeMachine") this.showStatus(work.machineId, work.properties);
    return made;
  }

  private merge(machines: readonly StoredInstance[], time: number): void {
    // behaviour: merging
    const { merging } = this.chosen;
    if (merging === "neverBegins") return;
    const able = machines.filter((machine) => mergesDisks(this.repository, machine));
    this.activity.merge(able, time, merging === "neverEnds" ? Number.POSITIVE_INFINITY : this.seed.mergeSeconds * 1000);
  }

  private showStatus(machineId: string, { OperationalStatus: status }: PropertyBag): void {
    if (Array.isArray(status)) this.activity.setIdleStatus(machineId, status as readonly number[]);
  }
}
