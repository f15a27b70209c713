import { CimInstancePath } from "../cim/cim-instance-path";
import { machinePath, type VirtualMachine } from "../hyperv/virtual-system-collection";
import type { Properties } from "../process/resource-call";

/** The machines that a state knows, with their names. */
export function knownMachines(outputs: Properties): readonly VirtualMachine[] {
  const members = Array.isArray(outputs["members"]) ? outputs["members"] : [];
  return members.map((member) => ({ vmId: String(member.vmId), vmName: String(member.vmName) }));
}

/** What must be visible on the host before anything counts as deleted: the group, and the machines that the state knows. */
export function knownThings(outputs: Properties): readonly CimInstancePath[] {
  const group = typeof outputs["collectionPath"] === "string" ? [CimInstancePath.parse(outputs["collectionPath"])] : [];
  return [...group, ...knownMachines(outputs).map(({ vmId }) => machinePath(vmId))];
}
