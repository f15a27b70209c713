import type { CimSession } from "../cim/cim-session";
import { InvalidArgumentError, NotFoundError } from "../errors";
import { ClassName } from "../schema/names";
import { normalizeGuid } from "./collection-designator";
import { asMachine, type VirtualMachine } from "./virtual-system-collection";

/** Whether a name or an id, as a program gives it, means a machine. */
export function designates(designator: string, { vmId, vmName }: VirtualMachine): boolean {
  return designator === vmName || normalizeGuid(designator) === normalizeGuid(vmId);
}

/**
 * Finds the machines that a program lists, each by its name or its id.
 *
 * @returns One for each, in the same order.
 * @throws {@link NotFoundError} when the host has no such machine, {@link InvalidArgumentError} when several have the name.
 */
export async function findDesignatedMachines(
  session: CimSession,
  designators: readonly string[],
): Promise<readonly VirtualMachine[]> {
  if (designators.length === 0) return [];
  const all = (await session.query(`SELECT * FROM ${ClassName.computerSystem}`)).map(asMachine);
  // the host itself is listed too, under its name instead of a GUID
  const machines = all.filter(({ vmId }) => /^\{?[0-9a-f-]{36}\}?$/i.test(vmId));
  return designators.map((designator) => {
    const [found, another] = machines.filter((machine) => designates(designator, machine));
    if (!found) throw notFound(session, designator, machines);
    if (another) throw ambiguous(session, designator, machines);
    return found;
  });
}

function notFound(session: CimSession, designator: string, machines: readonly VirtualMachine[]): NotFoundError {
  const names = machines.map(({ vmName }) => JSON.stringify(vmName)).join(", ");
  return new NotFoundError({
    attempted: `Finding the machine ${JSON.stringify(designator)}`,
    target: session.hostName,
    answer: names ? `the host shows no such machine; it shows ${names}` : "the host shows no machine at all",
    outcome: "Nothing was changed",
    remedy:
      "Correct `members`. An account without the rights sees no machine: run it elevated, or join Hyper-V Administrators",
  });
}

function ambiguous(session: CimSession, designator: string, machines: readonly VirtualMachine[]): InvalidArgumentError {
  const ids = machines.filter((machine) => designates(designator, machine)).map(({ vmId }) => vmId);
  return new InvalidArgumentError({
    attempted: `Finding the machine ${JSON.stringify(designator)}`,
    target: session.hostName,
    answer: `${ids.length} machines have this name: ${ids.join(", ")}`,
    outcome: "Nothing was changed",
    remedy: "Write the id of the machine you mean in `members`",
  });
}
