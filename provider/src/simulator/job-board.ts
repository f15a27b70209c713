import type { CimInstancePath } from "../cim/cim-instance-path";
import { ClassName } from "../schema/names";
import { ElementEffects, JobState } from "../schema/value-maps";
import type { CimRepository, StoredInstance } from "./cim-repository";
import type { JobOrder } from "./host-record";
import type { MachineActivity } from "./machine-activity";
import { type JobStop, SimulatedJob } from "./simulated-job";
import type { Timeline } from "./timeline";

/** Does what comes of a job at its start. @returns What its rows name from then on. */
type BeginJob = (job: SimulatedJob) => readonly CimInstancePath[];

/** Does a job's work at its end. @returns The objects that the job's rows with effect 5 refer to. */
type FinishJob = (job: SimulatedJob, time: number) => readonly StoredInstance[];

/** The effects of jobs on other objects. */
interface JobEffects {
  readonly begin: BeginJob;
  readonly finish: FinishJob;
}

/** Holds the jobs of a host with their instances and rows, and ends them. */
export class JobBoard {
  private readonly repository: CimRepository;
  private readonly timeline: Timeline;
  private readonly activity: MachineActivity;
  private readonly effects: JobEffects;
  private readonly jobs = new Map<string, SimulatedJob>();

  constructor(repository: CimRepository, timeline: Timeline, activity: MachineActivity, effects: JobEffects) {
    this.repository = repository;
    this.timeline = timeline;
    this.activity = activity;
    this.effects = effects;
  }

  /** Finds a job that still exists. */
  find(jobId: string): SimulatedJob | undefined {
    return this.jobs.get(jobId.toUpperCase());
  }

  /** Starts a job of a service. */
  start(order: JobOrder, time: number): void {
    const job = new SimulatedJob(order, time);
    this.jobs.set(order.jobId, job);
    const stored = this.repository.put(
      ClassName.concreteJob,
      { ...job.fixedProperties(this.repository.hostName), ...job.propertiesAt(time) },
      (now) => job.propertiesAt(now),
    );
    for (const service of this.repository.instancesOf(order.serviceClass)) {
      this.repository.put("Msvm_OwningJobElement", { OwningElement: service.path, OwnedElement: stored.path });
    }
    for (const element of this.effects.begin(job)) this.putRow(job, element, ElementEffects.Unknown);
    this.activity.begin(job);
    this.timeline.plan(job.endsAt, () => this.end(job));
    this.timeline.plan(job.lostAt, () => this.forget(job));
  }

  /** Ends a job before its time. */
  stop({ jobId, ...how }: JobStop & { readonly jobId: string }, time: number): void {
    const job = this.find(jobId);
    if (job === undefined || job.isOver) return;
    job.stop(how, time);
    this.end(job);
  }

  /** Removes every job, as a restarted service does; the running ones take effect or not. */
  restart(time: number, isMade: boolean): void {
    for (const job of [...this.jobs.values()]) {
      this.forget(job);
      if (job.isOver) continue;
      job.stop({ state: JobState.Terminated, isMade }, time);
      this.end(job);
    }
  }

  private end(job: SimulatedJob): void {
    if (job.isOver) return; // it was stopped before its planned end
    job.isOver = true;
    this.activity.end(job);
    const results = this.effects.finish(job, job.endsAt);
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
}
