import { OperationalStatus } from "../schema/value-maps";
import type { CimRepository, StoredInstance } from "./cim-repository";
import type { HostOptions } from "./host-options";
import type { HostWork } from "./host-record";
import { idOfMachine, machinePath } from "./machine-snapshots";
import type { SimulatedJob } from "./simulated-job";
import type { Timeline } from "./timeline";

// behaviour: memberStatusWhileWorkedOn
const statusWhile: Partial<Readonly<Record<HostWork["kind"], number>>> = {
  takeSnapshots: OperationalStatus.CreatingSnapshot,
  takeMachineSnapshot: OperationalStatus.CreatingSnapshot,
  destroySnapshots: OperationalStatus.DeletingSnapshot,
  destroyMachineSnapshot: OperationalStatus.DeletingSnapshot,
  convertSnapshots: OperationalStatus.DeletingSnapshot,
  exportSnapshots: OperationalStatus.ExportingVirtualMachine,
};

const applyingKinds: readonly HostWork["kind"][] = ["applySnapshots", "applyMachineSnapshot"];

/** Shows in `OperationalStatus` why each machine is busy: the jobs that work on it, and merges. */
export class MachineActivity {
  private readonly repository: CimRepository;
  private readonly timeline: Timeline;
  private readonly working = new Map<string, readonly SimulatedJob[]>();
  /** When the disks of a machine have merged. */
  private readonly merging = new Map<string, number>();
  /** The status that a machine shows while nothing works on it; by default [2]. */
  private readonly idleStatus = new Map<string, readonly number[]>();
  private readonly options: () => HostOptions;

  constructor(repository: CimRepository, timeline: Timeline, options: () => HostOptions) {
    this.repository = repository;
    this.timeline = timeline;
    this.options = options;
  }

  /** Forgets a machine's earlier activity on this host when it returns from another one. */
  forget(machineId: string): void {
    this.merging.delete(machineId);
    this.idleStatus.delete(machineId);
    this.show(machineId);
  }

  /** Sets the `OperationalStatus` that a machine shows while nothing works on it. */
  setIdleStatus(machineId: string, status: readonly number[]): void {
    this.idleStatus.set(machineId, status);
    this.show(machineId);
  }

  /** Tells whether a job works on a machine now. */
  isWorkedOn(machineId: string): boolean {
    return (this.working.get(machineId)?.length ?? 0) > 0;
  }

  /** Tells whether a machine's disks merge now. */
  isMerging(machineId: string): boolean {
    return this.merging.has(machineId);
  }

  /** Marks a job's machines as busy when it begins. */
  begin(job: SimulatedJob): void {
    for (const id of job.order.machineIds) this.setWorking(id, [...(this.working.get(id) ?? []), job]);
  }

  /** Unmarks a job's machines when it ends. */
  end(job: SimulatedJob): void {
    for (const id of job.order.machineIds) {
      this.setWorking(
        id,
        (this.working.get(id) ?? []).filter((other) => other !== job),
      );
    }
  }

  /** Machines begin to merge their disks; an infinite duration never ends. */
  merge(machines: readonly StoredInstance[], now: number, durationMs: number): void {
    // behaviour: mergeAfterDestroy
    for (const machine of durationMs > 0 ? machines : []) this.mergeUntil(idOfMachine(machine), now + durationMs);
  }

  /** Lets merges that would never end do so after a while. */
  endMerges(now: number, durationMs: number): void {
    for (const [id, until] of this.merging) {
      if (until === Number.POSITIVE_INFINITY) this.mergeUntil(id, now + durationMs);
    }
  }

  private mergeUntil(id: string, until: number): void {
    this.merging.set(id, until);
    this.show(id);
    this.timeline.plan(until, () => {
      if (this.merging.get(id) !== until) return; // another merge takes longer
      this.merging.delete(id);
      this.show(id);
    });
  }

  private setWorking(machineId: string, jobs: readonly SimulatedJob[]): void {
    if (jobs.length > 0) this.working.set(machineId, jobs);
    else this.working.delete(machineId);
    this.show(machineId);
  }

  private show(machineId: string): void {
    const machine = this.repository.find(machinePath(this.repository, machineId));
    if (machine === undefined) return;
    const kind = this.working.get(machineId)?.at(-1)?.order.work.kind;
    const doing =
      statusOf(kind, this.options()) ?? (this.isMerging(machineId) ? OperationalStatus.MergingDisks : undefined);
    const idle = this.idleStatus.get(machineId) ?? [OperationalStatus.OK];
    this.repository.update(machine, {
      OperationalStatus: doing === undefined ? [...idle] : [OperationalStatus.InService, doing],
    });
  }
}

function statusOf(kind: HostWork["kind"] | undefined, { applyingStatus }: HostOptions): number | undefined {
  if (kind === undefined) return undefined;
  // behaviour: applyingStatus
  return applyingKinds.includes(kind) ? Number(applyingStatus) : statusWhile[kind];
}
