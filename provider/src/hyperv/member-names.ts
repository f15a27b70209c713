import type { MemberSnapshot } from "./snapshot-collection";
import type { VirtualMachine } from "./virtual-system-collection";

/** One machine's snapshot, with the machine's name. */
export interface NamedSnapshot extends MemberSnapshot {
  /** What people call the machine; its id where the host doesn't show it. */
  readonly vmName: string;
}

/** Names the machines of some snapshots, in the order of those names. */
export function withMachineNames(
  members: readonly MemberSnapshot[],
  machines: readonly VirtualMachine[],
): readonly NamedSnapshot[] {
  const nameOf = (id: string) => machines.find(({ vmId }) => vmId === id)?.vmName ?? id;
  return members
    .map((member) => ({ ...member, vmName: nameOf(member.vmId) }))
    .toSorted((a, b) => a.vmName.localeCompare(b.vmName, "en") || a.vmId.localeCompare(b.vmId, "en"));
}
