import { type MemberCondition, memberWarnings } from "../hyperv/member-condition";
import type { Operation } from "../process/operation";
import { OperationalStatus } from "../schema/value-maps";

/**
 * Warns, in one line, of members in a state in which hosts were seen to refuse.
 *
 * @param merging - The ids of machines whose disks merge because this process destroyed a snapshot: so a warning would say nothing new.
 */
export function warnOfMembers(
  { progress }: Pick<Operation, "progress">,
  members: readonly MemberCondition[],
  merging: ReadonlySet<string> = new Set(),
): void {
  const warnings = memberWarnings(members.map((member) => (isOwnMerge(member, merging) ? asIdle(member) : member)));
  if (warnings.length > 0) progress.warn(warnings.join("; "));
}

function isOwnMerge({ vmId, operationalStatus }: MemberCondition, merging: ReadonlySet<string>): boolean {
  return merging.has(vmId.toLowerCase()) && operationalStatus.includes(OperationalStatus.MergingDisks);
}

const asIdle = (member: MemberCondition): MemberCondition => ({
  ...member,
  operationalStatus: member.operationalStatus.filter((status) => status !== OperationalStatus.MergingDisks),
});
