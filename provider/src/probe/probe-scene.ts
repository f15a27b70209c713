import { randomUUID } from "node:crypto";
import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { JobLostError, MethodFailedError } from "../errors";
import { anyBusy } from "../hyperv/busy-machines";
import { addMember, defineGroup, type NamedGroup } from "../hyperv/collection-management-service";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { type MemberCondition, readMachineConditions } from "../hyperv/member-condition";
import {
  findVirtualSystemCollection,
  machinePath,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import type { Clock } from "../jobs/clock";
import type { JobReading } from "../jobs/concrete-job";
import { NoAnswer } from "../probe-answer";
import { UserSnapshotType } from "../schema/value-maps";
import { checkpointLimit, memberStateOf } from "./member-state";
import type { Redactor } from "./redactor";

/** The host, the group and the helpers of a probe. */
export interface ProbeSceneParts {
  readonly host: HyperVHost;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** The group that was named; it is only read. */
  readonly group: VirtualSystemCollection;
  readonly members: readonly MemberCondition[];
  readonly abortSignal: AbortSignal;
}

/** A call of the per-machine `CreateSnapshot` that was sent, and what the machine had before. */
export interface MachineTrial {
  readonly vmId: string;
  readonly before: ReadonlySet<string>;
  /** What it made, once that was seen. */
  made?: readonly MachineSnapshot[];
}

/** A snapshot of one machine. */
export interface MachineSnapshot {
  readonly path: CimInstancePath;
  readonly name: string | null;
}

/** Which machines are in a group of the probe's own. */
export type TrialGroup = "none" | "all" | "running" | "off" | "savedOrPaused" | "atLimit" | "disabled";

/** The name of each group of the probe's own, before a number. */
export const groupNamePrefix = "hyperv-snapshots probe";

const jobTimeoutMs = 30 * 60_000;
const idleTimeoutMs = 10 * 60_000;
const idlePauseMs = 250;

/**
 * Gives the questions the host, the named group, and groups of the probe's own.
 *
 * Group snapshots are taken only of the probe's own groups, so that all of them can be removed safely.
 */
export class ProbeScene {
  readonly host: HyperVHost;
  readonly redactor: Redactor;
  readonly group: VirtualSystemCollection;
  readonly members: readonly MemberCondition[];
  /** The `CollectionID`s of the probe's own groups, as they were asked for. */
  readonly ownGroups: string[] = [];
  /** Snapshot collections that the probe made, whether or not they are still there. */
  readonly ownSnapshots = new Map<string, CimInstancePath>();
  /** Snapshots of single machines that were asked for, and may still be there. */
  readonly machineTrials = new Set<MachineTrial>();
  /** Groups of another kind that the probe made. */
  readonly ownCollections: NamedGroup[] = [];
  /** Restores what the probe changed, newest last. */
  readonly toPutBack: (() => Promise<void>)[] = [];
  private readonly clock: Clock;
  private readonly groups = new Map<TrialGroup, Promise<VirtualSystemCollection>>();
  private readonly shared = new Map<string, Promise<unknown>>();
  private abortSignal: AbortSignal | undefined;

  constructor({ host, clock, redactor, group, members, abortSignal }: ProbeSceneParts) {
    this.host = host;
    this.clock = clock;
    this.redactor = redactor;
    this.group = group;
    this.members = members;
    this.abortSignal = abortSignal;
  }

  get session(): CimSession {
    return this.host.session;
  }

  /** Makes all later waits ignore an interruption: what the probe made is removed in any case. */
  beginCleanUp(): void {
    this.abortSignal = undefined;
  }

  /** Does something once, for all questions that need its result. */
  once<T>(what: string, act: () => Promise<T>): Promise<T> {
    const known = this.shared.get(what) as Promise<T> | undefined;
    const begun = known ?? act();
    this.shared.set(what, begun);
    return begun;
  }

  /** A group of the probe's own. @throws {@link NoAnswer} when no machine belongs into it. */
  groupOf(which: TrialGroup): Promise<VirtualSystemCollection> {
    const known = this.groups.get(which) ?? this.makeGroup(this.machinesFor(which));
    this.groups.set(which, known);
    return known;
  }

  /** Makes a group of the probe's own that no other question has. */
  async makeGroup(machines: readonly MemberCondition[]): Promise<VirtualSystemCollection> {
    const collectionId = randomUUID().toUpperCase();
    this.ownGroups.push(collectionId);
    await defineGroup(this.host, { name: `${groupNamePrefix} ${this.ownGroups.length}`, collectionId });
    const group = await findVirtualSystemCollection(this.session, collectionId);
    try {
      for (const { vmId } of machines) await addMember(this.host, group, machinePath(vmId));
    } catch (error) {
      if (!MethodFailedError.isInstance(error)) throw error;
      throw new NoAnswer("the host doesn't let a machine be in two groups");
    }
    return group;
  }

  /** Returns the machines for one of the probe's own groups. @throws {@link NoAnswer} when the host doesn't have them. */
  machinesFor(which: TrialGroup): readonly MemberCondition[] {
    const { wanted, missing } = kinds[which];
    const machines = this.members.filter(wanted);
    if (machines.length === 0 && which !== "none") throw new NoAnswer(missing);
    return machines;
  }

  /** Waits until the host shows no machine of the group to be busy. */
  async untilIdle(): Promise<void> {
    const vmIds = this.members.map(({ vmId }) => vmId);
    const deadline = this.clock.now() + idleTimeoutMs;
    for (;;) {
      this.abortSignal?.throwIfAborted();
      if (!(await anyBusy(this.session, vmIds))) return;
      if (this.clock.now() >= deadline) throw new NoAnswer("a machine was still busy after 10 minutes");
      await this.clock.sleep(idlePauseMs, this.abortSignal);
    }
  }

  /** Reads again and again what the machines show while something is done. @returns The statuses, such as `11,32768`. */
  async watchStatuses<T>(act: () => Promise<T>): Promise<readonly [T, readonly string[]]> {
    const vmIds = this.members.map(({ vmId }) => vmId);
    const seen = new Set<string>();
    let isDone = false;
    const watch = async () => {
      while (!isDone) {
        const machines = await readMachineConditions(this.session, vmIds);
        for (const { operationalStatus } of machines) seen.add(operationalStatus.join());
        await this.clock.sleep(idlePauseMs);
      }
    };
    const done = act().finally(() => {
      isDone = true;
    });
    const [result] = await Promise.all([done, watch()]);
    return [result, [...seen].sort()];
  }

  /**
   * Waits for a job.
   *
   * @returns Its last reading; null where the host shows no jobs, and the machines became idle instead.
   */
  async waitForJob(jobPath: CimInstancePath, operation: string): Promise<JobReading | null> {
    const { abortSignal } = this;
    const options = { timeoutMs: jobTimeoutMs, operation, target: "the probe's group" };
    try {
      return await this.host.jobs.waitFor(jobPath, { ...options, ...(abortSignal && { abortSignal }) });
    } catch (error) {
      if (!JobLostError.isInstance(error)) throw error;
      await this.untilIdle();
      return null;
    }
  }
}

const hasRoom = ({ checkpoints }: MemberCondition) => checkpoints < checkpointLimit;
const isDisabled = ({ userSnapshotType }: MemberCondition) => userSnapshotType === UserSnapshotType.Disable;
const isUsual = (member: MemberCondition) => hasRoom(member) && !isDisabled(member);

/** Machines at the limit, or with disabled checkpoints, would spoil the answers to all other questions. */
const kinds: Readonly<
  Record<TrialGroup, { readonly wanted: (member: MemberCondition) => boolean; readonly missing: string }>
> = {
  none: { wanted: () => false, missing: "" },
  all: { wanted: isUsual, missing: "the group has no machines" },
  running: {
    wanted: (member) => isUsual(member) && memberStateOf(member) === "running",
    missing: "no machine of the group is running",
  },
  off: {
    wanted: (member) => isUsual(member) && memberStateOf(member) === "off",
    missing: "no machine of the group is off",
  },
  savedOrPaused: {
    wanted: (member) => isUsual(member) && ["saved", "paused"].includes(memberStateOf(member)),
    missing: "no machine of the group is saved or paused",
  },
  disabled: {
    wanted: (member) => isDisabled(member) && hasRoom(member) && memberStateOf(member) === "running",
    missing: "no running machine of the group has its checkpoints disabled",
  },
  atLimit: {
    wanted: (member) => !hasRoom(member) && !isDisabled(member) && memberStateOf(member) === "running",
    missing: `no running machine of the group has ${checkpointLimit} checkpoints`,
  },
};
