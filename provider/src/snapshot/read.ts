import type { CimInstancePath } from "../cim/cim-instance-path";
import { sharedName } from "../hyperv/member-names";
import { type MemberSnapshot, snapshotTypeOf } from "../hyperv/snapshot-collection";
import { collectionOfSnapshot, type VirtualMachine } from "../hyperv/virtual-system-collection";
import { lookWithProof } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import type { Properties } from "../process/resource-call";
import { groupOutputs, knownMachines, knownThings, snapshotOutputs, snapshotTypeInput } from "./properties";

/**
 * Reads a snapshot into properties, inputs included, and reports what has changed on the host.
 *
 * @param outputs - What the state holds; nothing when a program only reads the snapshot.
 */
export async function readSnapshot(
  { host: { session }, progress }: Pick<Operation, "host" | "progress">,
  path: CimInstancePath,
  outputs: Properties,
): Promise<Properties> {
  const before = knownMachines(outputs);
  const without = (members: readonly MemberSnapshot[]) =>
    before.filter(({ vmId }) => !members.some((member) => member.vmId === vmId));
  const { outputs: found, members } = await lookWithProof(session, {
    look: () => snapshotOutputs(session, path, before),
    isIncomplete: (now) => without(now.members).length > 0,
    missing: "the members' snapshots",
    known: knownThings(outputs),
  });
  const group = await collectionOfSnapshot(session, path);
  const missing = without(members);
  if (missing.length > 0) progress.warn(membersMissing(missing));
  if (!group) progress.warn(groupDeleted(outputs));
  const nameBefore = outputs["collectionName"];
  const isRenamed = group !== null && typeof nameBefore === "string" && nameBefore !== group.name;
  if (isRenamed) progress.info(groupRenamed(nameBefore, group.name));
  const type = snapshotTypeOf(members);
  const isKnown = "collection" in outputs;
  return {
    ...(group && !isKnown && { collection: group.name }),
    ...(type !== null && { snapshotType: snapshotTypeInput(type) }),
    job: null,
    ...outputs,
    ...(group && groupOutputs(session, group)),
    ...found,
    ...nameOutput(outputs, members),
  };
}

/** The name of the members' snapshots: the one that this resource gave them, or one that was given by hand since. */
function nameOutput(outputs: Properties, members: readonly MemberSnapshot[]): Properties {
  const wanted = outputs["snapshotName"];
  if (!("collection" in outputs)) {
    // for a program that imports them: without the name the next `up` would rename them
    const shared = sharedName(members);
    return shared === null ? {} : { snapshotName: shared };
  }
  if (typeof wanted !== "string") return {};
  const other = members.find(({ name }) => name !== wanted);
  return { snapshotName: other ? other.name : wanted };
}

function membersMissing(missing: readonly VirtualMachine[]): string {
  const names = missing.map(({ vmName }) => vmName).join(", ");
  return `The snapshots of ${names} were deleted on the host: this is no longer a snapshot of the whole group. A changed trigger takes a new one`;
}

function groupDeleted(outputs: Properties): string {
  const name = outputs["collectionName"] ?? outputs["collection"] ?? "?";
  return `The VM group ${JSON.stringify(name)} no longer exists, but its snapshot does. The snapshot stays managed and can be destroyed`;
}

function groupRenamed(before: string, now: string): string {
  return `The VM group ${JSON.stringify(before)} is now called ${JSON.stringify(now)}. Its snapshot stays as it is, whichever name the program uses`;
}
