import { JobFailedError, type MethodFailedError } from "../errors";
import { VendorCode } from "../schema/value-maps";
import { describeMember, isOff, type MemberCondition, memberWarnings } from "./member-condition";

/** The causes of 32770 where no machine is Off. */
const notSupportedWhileRunning =
  "Check that no member uses a VHD Set as a cluster shared volume, a pass-through disk or a shared VHDX, and look into the host's Hyper-V-VMMS event log";

/** So many members are described in one message. */
const membersShown = 12;

/**
 * Adds to a refusal, or to a failed job, in which state the members of the group are, and what of it may be the cause.
 *
 * A number means the same as a return value and as a job's error code, so both get the same remedy.
 *
 * @param outcome - The result, as far as it is known.
 */
export function explainRefusal<E extends MethodFailedError | JobFailedError>(
  error: E,
  members: readonly MemberCondition[],
  outcome: string,
): E {
  const number = JobFailedError.isInstance(error) ? error.errorCode : error.returnValue;
  const { parts } = error;
  const shown = members.slice(0, membersShown).map(describeMember);
  const more = members.length > shown.length ? [`and ${members.length - shown.length} more`] : [];
  return error.with({
    answer: `${parts.answer}. The group's members: ${[...shown, ...more].join("; ") || "none"}`,
    ...(number === VendorCode.NotSupported &&
      members.length > 0 &&
      !members.some(isOff) && { remedy: notSupportedWhileRunning }),
    outcome: withReasons(outcome, members),
  }) as E;
}

/** Adds the possible causes among the members to what is known of the result of a failure. */
export function withReasons(outcome: string, members: readonly MemberCondition[]): string {
  const reasons = memberWarnings(members);
  return reasons.length > 0 ? `${outcome}. Possible causes: ${reasons.join("; ")}` : outcome;
}
