import { dateTimeFromMilliseconds, intervalFromMilliseconds } from "../cim/cim-value";
import { JobState, OperationalStatus, VendorCode } from "../schema/value-maps";
import type { PropertyBag } from "./cim-repository";
import type { JobOrder } from "./host-record";
import { fractionReaching, type ProgressPoint, percentAt, progressPoints } from "./job-progress";
import { textsIn } from "./texts";

/** How long a host keeps a job after its end. */
const removalDelayMs = 5 * 60_000;

/** How long a job is New before it runs; at most a tenth of its duration. */
const newForMs = 100;

const otherErrorType = 0;

const timeBeforeRemoval = intervalFromMilliseconds(removalDelayMs);
const zeroTime = "16010101000000.000000+000";

/** How a job ends early: its state, and whether its work is still done. */
export interface JobStop {
  readonly state: number;
  readonly isMade: boolean;
}

/**
 * Computes the state of a job of the simulated host.
 *
 * It isn't run by anything: its state at a moment follows from when it began and what was ordered, so that it goes on
 * while no process looks at it.
 */
export class SimulatedJob {
  readonly order: JobOrder;
  readonly startedAt: number;
  /** When the job ends; infinite for a stalled one. */
  endsAt: number;
  endState: number;
  /** Whether its end has happened. */
  isOver = false;
  /** When a lost job disappears before its end; infinite for all others. */
  readonly lostAt: number;
  private readonly points: readonly ProgressPoint[];
  private stopped: JobStop | undefined;

  constructor(order: JobOrder, startedAt: number) {
    const { fault } = order;
    this.order = order;
    this.startedAt = startedAt;
    this.points = progressPoints(order.progress);
    this.endState = fault?.endState ?? (fault?.failsMember === undefined ? JobState.Completed : JobState.Exception);
    this.endsAt =
      fault?.stallAtPercent === undefined ? this.timeReaching(fault?.atPercent ?? null) : Number.POSITIVE_INFINITY;
    this.lostAt =
      fault?.lostAtPercent === undefined ? Number.POSITIVE_INFINITY : this.timeReaching(fault.lostAtPercent);
  }

  /** Returns when the host forgets the job after its end. */
  get removedAt(): number {
    // behaviour: jobForgottenAfterFiveMinutes
    return this.endsAt + removalDelayMs;
  }

  /** Whether what was ordered is done when the job ends. */
  get takesEffect(): boolean {
    const good = this.endState === JobState.Completed || this.endState === JobState.CompletedWithWarnings;
    return this.stopped?.isMade ?? this.order.fault?.takesEffect ?? (good && this.errorCode === 0);
  }

  /** Ends the job before its time. */
  stop(stop: JobStop, now: number): void {
    this.stopped = stop;
    this.endState = stop.state;
    this.endsAt = now;
  }

  /** Returns the state at a moment. */
  stateAt(now: number): number {
    if (now >= this.endsAt) return this.endState;
    const newUntil = this.startedAt + Math.min(newForMs, this.durationMs / 10);
    return now < newUntil ? JobState.New : JobState.Running;
  }

  /** Returns what a client reads of the job at a moment. */
  propertiesAt(now: number): PropertyBag {
    const over = now >= this.endsAt;
    const succeeded =
      over && (this.endState === JobState.Completed || this.endState === JobState.CompletedWithWarnings);
    const failed = over && !succeeded;
    const until = Math.min(now, this.endsAt);
    const texts = textsIn(this.order.language).job;
    return {
      JobState: this.stateAt(now),
      PercentComplete: this.percentAt(now),
      ElapsedTime: intervalFromMilliseconds(until - this.startedAt),
      TimeOfLastStateChange: dateTimeFromMilliseconds(over ? this.endsAt : this.startedAt),
      // behaviour: jobOperationalStatus
      OperationalStatus: succeeded ? [17, OperationalStatus.OK] : failed ? [6] : [OperationalStatus.OK],
      JobStatus: failed ? texts.failed : succeeded ? texts.succeeded : texts.running,
      ErrorCode: over ? this.errorCode : 0,
      ErrorDescription: over && this.errorCode !== 0 ? this.errorText : null,
      ErrorSummaryDescription: over && this.errorCode !== 0 ? texts.summary(this.order.text) : null,
    };
  }

  /** Returns the job's `Msvm_Error` properties at a moment, as `GetErrorEx` does; empty without an error. */
  errorsAt(now: number): readonly PropertyBag[] {
    if (now < this.endsAt || this.errorCode === 0) return [];
    return [
      {
        ErrorType: otherErrorType,
        OwningEntity: "VMMS",
        MessageID: String(this.errorCode),
        Message: this.errorText,
        PerceivedSeverity: 0,
        ProbableCause: 0,
        ErrorSource: this.order.fault?.failsMember ?? null,
      },
    ];
  }

  /** Returns the properties that never change while the job exists. */
  fixedProperties(hostName: string): PropertyBag {
    const { jobId, jobType, text, cancellable } = this.order;
    const began = dateTimeFromMilliseconds(this.startedAt);
    return {
      InstanceID: jobId,
      JobType: jobType,
      Caption: text,
      Description: text,
      ElementName: text,
      Name: text,
      Cancellable: cancellable,
      DeleteOnCompletion: false,
      TimeBeforeRemoval: timeBeforeRemoval,
      TimeSubmitted: began,
      StartTime: began,
      // behaviour: jobInstallDateZero
      InstallDate: zeroTime,
      HealthState: 5,
      Status: "OK",
      Owner: `${hostName}\\Administrator`,
    };
  }

  private get durationMs(): number {
    const { fault, durationMs } = this.order;
    return fault?.seconds === undefined ? durationMs : fault.seconds * 1000;
  }

  private get errorCode(): number {
    if (this.stopped) return 0;
    const failed = this.endState === JobState.Exception;
    return this.order.fault?.errorCode ?? (failed ? VendorCode.Failed : 0);
  }

  private get errorText(): string {
    const { fault, text, language } = this.order;
    return fault?.errorDescription ?? textsIn(language).job.description(text, this.errorCode);
  }

  private percentAt(now: number): number {
    const { fault } = this.order;
    const over = now >= this.endsAt;
    if (over && fault?.atPercent === undefined && !this.stopped) return 100;
    const until = Math.min(now, this.endsAt);
    const elapsed = this.durationMs === 0 ? 1 : Math.min(1, (until - this.startedAt) / this.durationMs);
    const limit = fault?.stallAtPercent === undefined ? 1 : fractionReaching(this.points, fault.stallAtPercent);
    return percentAt(this.points, Math.min(elapsed, limit));
  }

  private timeReaching(percent: number | null): number {
    const fraction = percent === null ? 1 : fractionReaching(this.points, percent);
    return this.startedAt + Math.round(fraction * this.durationMs);
  }
}
