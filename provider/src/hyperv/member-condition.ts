import type { CimInstance } from "../cim/cim-instance";
import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { HyperVError } from "../errors";
import { ClassName, isSnapshotType, VirtualSystemType } from "../schema/names";
import {
  activities,
  criticalStates,
  EnabledState,
  healthyStatuses,
  nameOf,
  OperationalStatus,
  ReplicationState,
  UserSnapshotType,
} from "../schema/value-maps";
import { asMachine, type VirtualMachine } from "./virtual-system-collection";
import { lookWithProof } from "./visibility";

/** The state of a member. */
export interface MemberState extends VirtualMachine {
  readonly enabledState: number | null;
  /** The first element, then what the machine is doing, or what is wrong with it. */
  readonly operationalStatus: readonly number[];
  readonly replicationState: number | null;
}

/** The facts of a member that matter when a snapshot of its group is taken. */
export interface MemberCondition extends MemberState {
  /** `10.0`; groups need 6.2 or later. */
  readonly configurationVersion: string | null;
  readonly userSnapshotType: number | null;
  /** How many checkpoints it has, of whatever kind. */
  readonly checkpoints: number;
}

/** A machine has no more checkpoints than this. Source: Plan for Hyper-V scalability in Windows Server. */
const checkpointLimit = 50;

/** Reads the states of a group's members. */
export async function readMemberStates(session: CimSession, group: CimInstancePath): Promise<readonly MemberState[]> {
  const machines = await session.associators(group, {
    associationClass: ClassName.collectedVirtualSystems,
    resultClass: ClassName.computerSystem,
  });
  return machines.map(asState);
}

/** Reads the facts that matter of a group's members. */
export async function readMemberConditions(
  session: CimSession,
  group: CimInstancePath,
): Promise<readonly MemberCondition[]> {
  return withSettings(session, await readMemberStates(session, group));
}

/** Reads the facts that matter of a group's members for a message: none where they can't be read. */
export async function membersNow(session: CimSession, group: CimInstancePath): Promise<readonly MemberCondition[]> {
  try {
    return await lookWithProof(session, {
      look: () => readMemberConditions(session, group),
      isIncomplete: (members) => members.length === 0,
      missing: "the group's members",
      known: [group],
    });
  } catch (error) {
    if (HyperVError.isInstance(error)) return [];
    throw error;
  }
}

/** Reads the facts that matter of some machines, whatever group they are in. Invisible machines are missing from the answer. */
export async function readMachineConditions(
  session: CimSession,
  vmIds: readonly string[],
): Promise<readonly MemberCondition[]> {
  const machines = await queryByKey(session, ClassName.computerSystem, "Name", vmIds);
  return withSettings(session, machines.map(asState));
}

const asState = (machine: CimInstance): MemberState => ({
  ...asMachine(machine),
  enabledState: machine.number("EnabledState"),
  operationalStatus: machine.numbers("OperationalStatus"),
  replicationState: machine.number("ReplicationState"),
});

/** Reads the facts about machines that their settings hold, and adds them to their states. */
export async function withSettings(
  session: CimSession,
  machines: readonly MemberState[],
): Promise<readonly MemberCondition[]> {
  const vmIds = machines.map(({ vmId }) => vmId);
  const settings = await queryByKey(session, ClassName.virtualSystemSettingData, "VirtualSystemIdentifier", vmIds, {
    selected: ["InstanceID", "VirtualSystemIdentifier", "VirtualSystemType", "Version", "UserSnapshotType"],
  });
  return machines.map((machine) => {
    const own = settings.filter((one) => one.string("VirtualSystemIdentifier") === machine.vmId);
    const active = own.find((one) => one.string("VirtualSystemType") === VirtualSystemType.realized);
    return {
      ...machine,
      configurationVersion: active?.string("Version") ?? null,
      userSnapshotType: active?.number("UserSnapshotType") ?? null,
      checkpoints: own.filter((one) => isSnapshotType(one.string("VirtualSystemType"))).length,
    };
  });
}

type WithStatus = Pick<MemberState, "operationalStatus">;

/** Finds the documented activity of a machine (`Merging Disks`); null when it has none. Only these end by themselves. */
export function activityOf({ operationalStatus }: WithStatus): string | null {
  const doing = operationalStatus.find((status) => activities.includes(status));
  return doing === undefined ? null : (nameOf(OperationalStatus, doing) ?? null);
}

/** Finds the statuses of a machine that are neither healthy nor an activity: an error, or a number that isn't documented. */
export function problemsOf({ operationalStatus }: WithStatus): readonly number[] {
  return operationalStatus.filter((status) => !healthyStatuses.includes(status) && !activities.includes(status));
}

/** Finds the members of a group of which a snapshot is being taken now. */
export async function membersBeingSnapshot(
  session: CimSession,
  group: CimInstancePath,
): Promise<readonly MemberState[]> {
  const members = await readMemberStates(session, group);
  return members.filter(({ operationalStatus }) => operationalStatus.includes(OperationalStatus.CreatingSnapshot));
}

/** Whether a machine is off. */
export const isOff = ({ enabledState }: MemberCondition): boolean => enabledState === EnabledState.Disabled;

/** Describes a member for people: `"db-01": Off, OK, configuration version 10.0, checkpoint type Test, 3 checkpoints`. */
export function describeMember(member: MemberCondition): string {
  const { vmName, enabledState, operationalStatus, configurationVersion, userSnapshotType, checkpoints } = member;
  const type = userSnapshotType === null ? "?" : (nameOf(UserSnapshotType, userSnapshotType) ?? userSnapshotType);
  const facts = [
    stateName(enabledState),
    operationalStatus.map(statusName).join(" and ") || "no status",
    ...(isReplicating(member) ? [replicationName(member)] : []),
    `configuration version ${configurationVersion ?? "?"}`,
    `checkpoint type ${type}`,
    `${checkpoints} ${checkpoints === 1 ? "checkpoint" : "checkpoints"}`,
  ];
  return `${JSON.stringify(vmName)}: ${facts.join(", ")}`;
}

/** Writes a status in words, with its number if it is a problem. */
function statusName(status: number): string {
  const name = nameOf(OperationalStatus, status);
  if (name === undefined) return `undocumented status ${status}`;
  return problemsOf({ operationalStatus: [status] }).length > 0 ? `${name} (${status})` : name;
}

/** Names `EnabledState` as people do, where the documented name differs. */
const stateNames: Readonly<Record<number, string>> = {
  [EnabledState.Enabled]: "Running",
  [EnabledState.Disabled]: "Off",
  [EnabledState.ShuttingDown]: "Stopping",
  [EnabledState.EnabledButOffline]: "Saved",
  [EnabledState.Quiesce]: "Paused",
};

/** Names the state of a machine in words: `Running`, `Off`, `Starting`, `in a critical state (32785)`. */
export function stateName(state: number | null): string {
  if (state === null) return "state ?";
  if (isCritical(state)) return `in a critical state (${state})`;
  return stateNames[state] ?? nameOf(EnabledState, state) ?? `undocumented state ${state}`;
}

/** Versions of Windows number the critical states differently, so only the range counts. */
const isCritical = (state: number) => state >= criticalStates.from && state <= criticalStates.to;

const isReplicating = ({ replicationState: state }: MemberCondition) =>
  state !== null && state !== ReplicationState.Disabled && state !== ReplicationState.ReadyForReplication;

function replicationName({ replicationState: state }: MemberCondition): string {
  const name = nameOf(ReplicationState, state ?? 0);
  return `replication ${name ?? `state ${state}`}`;
}

/** Something about a member that may matter. Members of which the same is true are named in one sentence. */
interface Doubt {
  /** The finding about one member: "is Off". The plural is made from it. */
  readonly is: string;
  readonly why?: string;
}

/**
 * Says what about the members may make a host refuse, or make the snapshot less than expected: one sentence for each reason.
 *
 * These are warnings: it isn't known which of them a host minds.
 */
export function memberWarnings(members: readonly MemberCondition[]): readonly string[] {
  if (members.length === 0) return ["The group has no members, so there is nothing to take a snapshot of"];
  const named = new Map<string, { readonly doubt: Doubt; readonly names: string[] }>();
  for (const find of doubts) {
    for (const member of members) {
      const doubt = find(member);
      if (!doubt) continue;
      const known = named.get(doubt.is) ?? { doubt, names: [] };
      known.names.push(member.vmName);
      named.set(doubt.is, known);
    }
  }
  return [...named.values()].map(({ doubt: { is, why }, names }) => {
    const verb = names.length === 1 ? is : is.replace(/^is /, "are ").replace(/^has /, "have ");
    return `${listed(names)} ${verb}${why ? `: ${why}` : ""}`;
  });
}

/**
 * Warns, in one line, of members in a state in which hosts were seen to refuse.
 *
 * @param merging - The ids of machines whose disks merge because this process destroyed a snapshot, which the user knows.
 */
export function warnOfMembers(
  progress: { warn(text: string): void },
  members: readonly MemberCondition[],
  merging: ReadonlySet<string> = new Set(),
): void {
  const isNews = ({ vmId }: MemberCondition, status: number) =>
    status !== OperationalStatus.MergingDisks || !merging.has(vmId.toLowerCase());
  const warnings = memberWarnings(
    members.map((member) => ({
      ...member,
      operationalStatus: member.operationalStatus.filter((status) => isNews(member, status)),
    })),
  );
  if (warnings.length > 0) progress.warn(warnings.join("; "));
}

/** Lists so many names at most. */
const namesShown = 8;

function listed(names: readonly string[]): string {
  const more = names.length - namesShown;
  return more > 0 ? `${names.slice(0, namesShown).join(", ")} and ${more} more` : names.join(", ");
}

const mayRefuse = "hosts may refuse machines that don't run";

const doubts: readonly ((member: MemberCondition) => Doubt | undefined)[] = [
  (member) =>
    isOff(member)
      ? { is: "is Off", why: "the one public run of this call was refused for a group whose machine was Off" }
      : undefined,
  (member) => {
    const { enabledState } = member;
    if (enabledState === null || enabledState === EnabledState.Enabled || isOff(member)) return undefined;
    const name = stateName(enabledState);
    const isPassing = transitions.includes(enabledState);
    return { is: `is ${name}`, why: isPassing ? "hosts may refuse until that is done" : mayRefuse };
  },
  (member) => {
    const doing = activityOf(member);
    return doing === null ? undefined : { is: `is busy (${doing})`, why: "hosts may refuse until it is done" };
  },
  (member) => {
    const problems = problemsOf(member);
    if (problems.length === 0) return undefined;
    return { is: `has the status ${problems.map(statusName).join(" and ")}`, why: "look at it on the host" };
  },
  (member) =>
    isReplicating(member)
      ? { is: `is replicating (${replicationName(member)})`, why: "hosts may refuse replicating machines" }
      : undefined,
  ({ checkpoints }) =>
    checkpoints >= checkpointLimit - 1
      ? { is: `has ${checkpoints} checkpoints`, why: `a machine can have ${checkpointLimit} at most` }
      : undefined,
  ({ userSnapshotType }) =>
    userSnapshotType === UserSnapshotType.Disable ? { is: "has checkpoints disabled" } : undefined,
  ({ configurationVersion }) =>
    configurationVersion !== null && Number.parseFloat(configurationVersion) < 6.2
      ? { is: `has configuration version ${configurationVersion}`, why: "VM groups need 6.2 or later" }
      : undefined,
];

/** States that end by themselves. */
const transitions: readonly number[] = [
  EnabledState.ShuttingDown,
  EnabledState.Starting,
  EnabledState.Reset,
  EnabledState.Saving,
  EnabledState.Pausing,
  EnabledState.Resuming,
  EnabledState.FastSaving,
];
