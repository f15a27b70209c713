import type { CimInstancePath } from "../cim/cim-instance-path";
import { ClassName } from "../schema/names";
import { ElementEffects, OperationalStatus } from "../schema/value-maps";
import type { CimRepository, StoredInstance } from "./cim-repository";
import type { JobOrder } from "./host-record";
import { SimulatedJob } from "./simulated-job";
import { machinePath } from "./snapshot-work";
import type { Timeline } from "./timeline";

/** Does what a job was ordered for. @returns The objects to which the job's rows with effect 5 lead. */
type FinishJob = (order: JobOrder, time: number) => readonly StoredInstance[];

/** The jobs of a host: their instances and rows, the machines they work on, and what happens at their ends. */
export class JobBoard {
  private readonly repository: CimRepository;
  private readonly timeline: Timeline;
  private readonly finish: FinishJob;
  private readonly jobs = new Map<string, SimulatedJob>();
  private readonly working = new Map<string, readonly SimulatedJob[]>();

  constructor(repository: CimRepository, timeline: Timeline, finish: FinishJob) {
    this.repository = repository;
    this.timeline = timeline;
    this.finish = finish;
  }

  /** A job that the host still knows. */
  find(jobId: string): SimulatedJob | undefined {
    return this.jobs.get(jobId.toUpperCase());
  }

  /** Whether a job works on a machine now. */
  isWorkedOn(machineId: string): boolean {
    return (this.working.get(machineId)?.length ?? 0) > 0;
  }

  /** Starts a job. */
  start(order: JobOrder, time: number): void {
    const job = new SimulatedJob(order, time);
    this.jobs.set(order.jobId, job);
    const stored = this.repository.put(
      ClassName.concreteJob,
      { ...job.fixedProperties(this.repository.hostName), ...job.propertiesAt(time) },
      (now) => job.propertiesAt(now),
    );
    for (const service of this.repository.instancesOf(ClassName.collectionSnapshotService)) {
      this.repository.put("Msvm_OwningJobElement", { OwningElement: service.path, OwnedElement: stored.path });
    }
    for (const machineId of order.machineIds) {
      // behaviour: jobAffectsMachines
      this.putRow(job, machinePath(this.repository, machineId), ElementEffects.Unknown);
      this.setWorking(machineId, [...(this.working.get(machineId) ?? []), job]);
    }
    this.timeline.plan(job.endsAt, () => this.end(job));
    this.timeline.plan(job.lostAt, () => this.forget(job));
  }

  /** Ends a job before its time. */
  stop(jobId: string, state: number, time: number): void {
    const job = this.find(jobId);
    if (job === undefined || job.isOver) return;
    job.stop(state, time);
    this.end(job);
  }

  private end(job: SimulatedJob): void {
    if (job.isOver) return; // it was stopped before its planned end
    job.isOver = true;
    for (const machineId of job.order.machineIds) {
      const others = this.working.get(machineId)?.filter((other) => other !== job) ?? [];
      this.setWorking(machineId, others);
    }
    const results = job.takesEffect ? this.finish(job.order, job.endsAt) : [];
    // behaviour: jobResultRowAtEnd
    if (this.find(job.order.jobId) !== undefined) {
      for (const result of results) this.putRow(job, result.path, ElementEffects.Create);
    }
    this.timeline.plan(job.removedAt, () => this.forget(job));
  }

  private forget(job: SimulatedJob): void {
    this.jobs.delete(job.order.jobId);
    const stored = this.repository.find(this.pathOf(job));
    if (stored !== undefined) this.repository.remove(stored);
  }

  private pathOf(job: SimulatedJob): CimInstancePath {
    return this.repository.path(ClassName.concreteJob, { InstanceID: job.order.jobId });
  }

  private putRow(job: SimulatedJob, element: CimInstancePath, effect: number): void {
    this.repository.put(ClassName.affectedJobElement, {
      AffectedElement: element,
      AffectingElement: this.pathOf(job),
      ElementEffects: [effect],
    });
  }

  private setWorking(machineId: string, jobs: readonly SimulatedJob[]): void {
    if (jobs.length > 0) this.working.set(machineId, jobs);
    else this.working.delete(machineId);
    const machine = this.repository.find(machinePath(this.repository, machineId));
    if (machine === undefined) return;
    // behaviour: memberStatusWhileWorkedOn
    const kind = jobs.at(-1)?.order.work.kind;
    const doing = kind === "takeSnapshots" ? OperationalStatus.CreatingSnapshot : OperationalStatus.DeletingSnapshot;
    this.repository.update(machine, {
      OperationalStatus: kind === undefined ? [OperationalStatus.OK] : [OperationalStatus.InService, doing],
    });
  }
}
