import type { MemberCondition } from "../hyperv/member-condition";
import { EnabledState } from "../schema/value-maps";
import type { RecordedMember } from "./recording";

/** A machine has no more checkpoints than this. Source: Plan for Hyper-V scalability in Windows Server. */
export const checkpointLimit = 50;

const states: Readonly<Record<number, RecordedMember["state"]>> = {
  [EnabledState.Enabled]: "running",
  [EnabledState.Disabled]: "off",
  [EnabledState.EnabledButOffline]: "saved",
  [EnabledState.Quiesce]: "paused",
};

/** What a machine is doing, in a recording's words. */
export function memberStateOf({ enabledState }: MemberCondition): RecordedMember["state"] {
  return states[enabledState ?? -1] ?? "other";
}
