import { MethodFailedError } from "../errors";
import { ReturnValue, VendorCode } from "../schema/value-maps";
import { describeMember, type MemberCondition, memberWarnings } from "./member-condition";

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

/** So many members are told of in one message. */
const membersShown = 12;

/** Adds to a refusal in which state the members of the group are, and what of it may be the reason. */
export function explainRefusal(error: MethodFailedError, members: readonly MemberCondition[]): MethodFailedError {
  const { parts } = error;
  const shown = members.slice(0, membersShown).map(describeMember);
  const more = members.length > shown.length ? [`and ${members.length - shown.length} more`] : [];
  const reasons = memberWarnings(members);
  return new MethodFailedError(
    {
      ...parts,
      answer: `${parts.answer}. The group's members: ${[...shown, ...more].join("; ") || "none"}`,
      outcome: reasons.length > 0 ? `${parts.outcome}. What may be the reason: ${reasons.join("; ")}` : parts.outcome,
    },
    { ...error, cause: error },
  );
}
