import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName, isSnapshotType, VirtualSystemType } from "../schema/names";
import { EnabledState, nameOf, OperationalStatus, UserSnapshotType } from "../schema/value-maps";
import { asMachine, type VirtualMachine } from "./virtual-system-collection";

/** What is known to matter of a member when its group is snapshot. */
export interface MemberCondition extends VirtualMachine {
  readonly enabledState: number | null;
  /** The first element, then what the machine is busy with. */
  readonly operationalStatus: readonly number[];
  /** `10.0`; groups need 6.2 or later. */
  readonly configurationVersion: string | null;
  readonly userSnapshotType: number | null;
  /** How many checkpoints it has, of whatever kind. */
  readonly checkpoints: number;
}

/** A machine has no more checkpoints than this. Source: Plan for Hyper-V scalability in Windows Server. */
const checkpointLimit = 50;

/** Reads what is known to matter of a group's members. */
export async function readMemberConditions(
  session: CimSession,
  group: CimInstancePath,
): Promise<readonly MemberCondition[]> {
  const machines = await session.associators(group, {
    associationClass: ClassName.collectedVirtualSystems,
    resultClass: ClassName.computerSystem,
  });
  const vmIds = machines.map((machine) => asMachine(machine).vmId);
  const settings = await queryByKey(session, ClassName.virtualSystemSettingData, "VirtualSystemIdentifier", vmIds, {
    selected: ["InstanceID", "VirtualSystemIdentifier", "VirtualSystemType", "Version", "UserSnapshotType"],
  });
  return machines.map((machine) => {
    const { vmId, vmName } = asMachine(machine);
    const own = settings.filter((one) => one.string("VirtualSystemIdentifier") === vmId);
    const active = own.find((one) => one.string("VirtualSystemType") === VirtualSystemType.realized);
    return {
      vmId,
      vmName,
      enabledState: machine.number("EnabledState"),
      operationalStatus: machine.numbers("OperationalStatus"),
      configurationVersion: active?.string("Version") ?? null,
      userSnapshotType: active?.number("UserSnapshotType") ?? null,
      checkpoints: own.filter((one) => isSnapshotType(one.string("VirtualSystemType"))).length,
    };
  });
}

/** What a machine is busy with (`Merging Disks`); null when it is idle. */
export function activityOf({
  operationalStatus: [, doing],
}: Pick<MemberCondition, "operationalStatus">): string | null {
  return doing === undefined ? null : (nameOf(OperationalStatus, doing) ?? `status ${doing}`);
}

/** The members of a group that are having a snapshot taken now. */
export async function membersBeingSnapshot(
  session: CimSession,
  group: CimInstancePath,
): Promise<readonly MemberCondition[]> {
  const members = await readMemberConditions(session, group);
  return members.filter(({ operationalStatus }) => operationalStatus[1] === OperationalStatus.CreatingSnapshot);
}

/** A member for people: `"db-01": Off, OK, configuration version 10.0, checkpoints of type Test, 3 checkpoints`. */
export function describeMember(member: MemberCondition): string {
  const { vmName, enabledState, operationalStatus, configurationVersion, userSnapshotType, checkpoints } = member;
  const state = stateName(enabledState);
  const status = operationalStatus.map((value) => nameOf(OperationalStatus, value) ?? `status ${value}`).join(" and ");
  const type = userSnapshotType === null ? "?" : (nameOf(UserSnapshotType, userSnapshotType) ?? userSnapshotType);
  return `${JSON.stringify(vmName)}: ${state}, ${status || "no status"}, configuration version ${configurationVersion ?? "?"}, checkpoint type ${type}, ${checkpoints} checkpoints`;
}

/** People's words for `EnabledState` where they differ from the documented names. */
const stateNames: Readonly<Record<number, string>> = {
  [EnabledState.Enabled]: "Running",
  [EnabledState.Disabled]: "Off",
  [EnabledState.EnabledButOffline]: "Saved",
  [EnabledState.Quiesce]: "Paused",
};

const stateName = (state: number | null) => (state === null ? "state ?" : (stateNames[state] ?? `state ${state}`));

/**
 * What about the members may make a host refuse, or make the snapshot less than one thinks: one sentence each.
 *
 * Only warnings: nobody knows for certain which of them a host minds.
 */
export function memberWarnings(members: readonly MemberCondition[]): readonly string[] {
  if (members.length === 0) return ["The group has no members, so that there is nothing to take a snapshot of"];
  return members.flatMap((member) => doubts.flatMap((doubt) => doubt(member) ?? []));
}

const doubts: readonly ((member: MemberCondition) => string | undefined)[] = [
  ({ vmName, enabledState }) =>
    enabledState === EnabledState.Disabled
      ? `${vmName} is Off: the one public run of this call was refused for a group whose machine was Off`
      : undefined,
  ({ vmName, enabledState }) =>
    enabledState === EnabledState.EnabledButOffline || enabledState === EnabledState.Quiesce
      ? `${vmName} is ${stateName(enabledState)}: hosts may refuse machines that don't run`
      : undefined,
  (member) => {
    const doing = activityOf(member);
    return doing === null ? undefined : `${member.vmName} is busy (${doing}): hosts may refuse until it is done`;
  },
  ({ vmName, checkpoints }) =>
    checkpoints >= checkpointLimit - 1
      ? `${vmName} has ${checkpoints} checkpoints, and a machine can have ${checkpointLimit} at most`
      : undefined,
  ({ vmName, userSnapshotType }) =>
    userSnapshotType === UserSnapshotType.Disable ? `${vmName} has checkpoints disabled` : undefined,
  ({ vmName, configurationVersion }) =>
    configurationVersion !== null && Number.parseFloat(configurationVersion) < 6.2
      ? `${vmName} has configuration version ${configurationVersion}: VM groups need 6.2 or later`
      : undefined,
];
