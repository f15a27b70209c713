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

/** One machine's snapshot, as outputs and look-ups show it. */
export type MemberOutput = Pick<NamedSnapshot, "vmId" | "vmName" | "snapshotId" | "createdAt" | "hasSavedState">;

/** Shows the machines' snapshots of a snapshot collection, in the order of the machines' names. */
export function memberOutputs(members: readonly MemberSnapshot[], machines: readonly VirtualMachine[]): MemberOutput[] {
  return withMachineNames(members, machines).map(({ vmId, vmName, snapshotId, createdAt, hasSavedState }) => ({
    vmId,
    vmName,
    snapshotId,
    createdAt,
    hasSavedState,
  }));
}

/** Finds the one name that some snapshots have; null if they have several. */
export function sharedName(members: readonly { readonly name: string }[]): string | null {
  const [name, ...others] = new Set(members.map((member) => member.name));
  return others.length > 0 ? null : (name ?? null);
}
