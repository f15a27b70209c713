import { EnabledState, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import type { MethodCall, MethodOutcome } from "../method-call";

const invalidState = { returnValue: VendorCode.InvalidStateForThisOperation };

const idOf = ({ properties }: StoredInstance) => String(properties["Name"]);

/** Returns the refusal of a call while another job works on one of its machines, if the host refuses it. */
export function refusedWhileBusy(call: MethodCall, machineIds: readonly string[]): MethodOutcome | undefined {
  const { options, activity } = call.state;
  // behaviour: membersBusy
  const isBusy = machineIds.some((id) => activity.isWorkedOn(id));
  return isBusy && options.membersBusy === "refuse32775" ? invalidState : undefined;
}

/** Returns the refusal of CreateSnapshot because of a member's state, if the host refuses it. */
export function refusedMembers(call: MethodCall, members: readonly StoredInstance[]): MethodOutcome | undefined {
  const { options, activity } = call.state;
  const isIn = (...states: readonly number[]) =>
    members.some(({ properties }) => states.includes(Number(properties["EnabledState"])));
  // behaviour: emptyGroup
  if (members.length === 0 && options.emptyGroup === "refuse32775") return invalidState;
  // behaviour: membersOff
  if (isIn(EnabledState.Disabled) && options.membersOff === "refuse32770")
    return { returnValue: VendorCode.NotSupported };
  // behaviour: membersSavedOrPaused
  const refuseSaved = options.membersSavedOrPaused === "refuse32775";
  if (isIn(EnabledState.EnabledButOffline, EnabledState.Quiesce) && refuseSaved) return invalidState;
  // behaviour: membersMerging
  const isMerging = members.some((member) => activity.isMerging(idOf(member)));
  if (isMerging && options.membersMerging === "refuse32775") return invalidState;
  return refusedWhileBusy(call, members.map(idOf));
}
