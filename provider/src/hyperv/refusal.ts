import { MethodFailedError } from "../errors";
import { ReturnValue, VendorCode } from "../schema/value-maps";
import { describeMember, isOff, type MemberCondition, memberWarnings } from "./member-condition";

/** What a host returns while somebody else works on what it is asked for. */
const busyCodes: readonly number[] = [
  ReturnValue.InvalidState,
  VendorCode.SystemIsInUse,
  VendorCode.InvalidStateForThisOperation,
];

/** Whether a refusal may be over when what goes on at the host is over. */
export function mayPass(error: unknown): error is MethodFailedError {
  return MethodFailedError.isInstance(error) && busyCodes.includes(error.returnValue);
}

/** What is known of 32770 where it can't be a machine that is Off. */
const notSupportedWhileRunning =
  "Check that no member uses a VHD Set as a cluster shared volume, a pass-through disk or a shared VHDX, and look into the host's Hyper-V-VMMS event log";

/** So many members are told of in one message. */
const membersShown = 12;

/**
 * Adds to a refusal in which state the members of the group are, and what of it may be the reason.
 *
 * @param outcome - What is known of the result.
 */
export function explainRefusal(
  error: MethodFailedError,
  members: readonly MemberCondition[],
  outcome: string,
): MethodFailedError {
  const { parts } = error;
  const shown = members.slice(0, membersShown).map(describeMember);
  const more = members.length > shown.length ? [`and ${members.length - shown.length} more`] : [];
  return error.with({
    answer: `${parts.answer}. The group's members: ${[...shown, ...more].join("; ") || "none"}`,
    ...(error.returnValue === VendorCode.NotSupported && !members.some(isOff) && { remedy: notSupportedWhileRunning }),
    outcome: withReasons(outcome, members),
  });
}

/** Adds to what is known of the result of a failure what of the members may be the reason. */
export function withReasons(outcome: string, members: readonly MemberCondition[]): string {
  const reasons = memberWarnings(members);
  return reasons.length > 0 ? `${outcome}. What may be the reason: ${reasons.join("; ")}` : outcome;
}
