import type { CimInstancePath } from "../cim/cim-instance-path";
import type { Properties } from "../dynamic/protocol";
import { type MemberSnapshot, snapshotTypeOf } from "../hyperv/snapshot-collection";
import { collectionOfSnapshot, type VirtualMachine } from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import { knownThings } from "./delete";
import { snapshotTypeInput } from "./inputs";
import { groupOutputs, snapshotOutputs } from "./outputs";

/**
 * Reads a snapshot that is there into properties, inputs included, and says what has changed behind Pulumi's back.
 *
 * @param outputs - What the state holds of it; of `get`, nothing.
 */
export async function readSnapshot(
  { host: { session }, progress }: Pick<Operation, "host" | "progress">,
  path: CimInstancePath,
  outputs: Properties,
): Promise<Properties> {
  const before = knownMachines(outputs);
  const { outputs: found, members } = await snapshotOutputs(session, path, before);
  const group = await collectionOfSnapshot(session, path);
  const gone = before.filter(({ vmId }) => !members.some((member) => member.vmId === vmId));
  if (gone.length > 0) {
    await requireVisibility(session, "the members' snapshots", knownThings(outputs));
    progress.warn(membersGone(gone));
  }
  if (!group) progress.warn(groupGone(outputs));
  const nameBefore = outputs["collectionName"];
  const isRenamed = group !== null && typeof nameBefore === "string" && nameBefore !== group.name;
  if (isRenamed) progress.tell(groupRenamed(nameBefore, group.name));
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

/** The name that the members' snapshots bear, where it is one that this resource has given, or was given by hand instead. */
function nameOutput(outputs: Properties, members: readonly MemberSnapshot[]): Properties {
  const wanted = outputs["snapshotName"];
  if (typeof wanted !== "string") return {};
  const other = members.find(({ name }) => name !== wanted);
  return { snapshotName: other ? other.name : wanted };
}

function membersGone(gone: readonly VirtualMachine[]): string {
  const names = gone.map(({ vmName }) => vmName).join(", ");
  return `The snapshots of ${names} are gone from the host: what is left is no snapshot of the whole group. Nothing is done about it by itself; a changed trigger takes a new one`;
}

function groupGone(outputs: Properties): string {
  const name = outputs["collectionName"] ?? outputs["collection"] ?? "?";
  return `The VM group ${JSON.stringify(name)} is no longer there, its snapshot is. It stays managed, and can be destroyed`;
}

function groupRenamed(before: string, now: string): string {
  return `The VM group ${JSON.stringify(before)} is called ${JSON.stringify(now)} now. Its snapshot stays as it is, whichever name the program has`;
}

function knownMachines(outputs: Properties): readonly VirtualMachine[] {
  const members = Array.isArray(outputs["members"]) ? outputs["members"] : [];
  return members.map((member) => ({ vmId: String(member.vmId), vmName: String(member.vmName) }));
}
