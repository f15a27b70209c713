import type { CimSession } from "../cim/cim-session";
import { HyperVError } from "../errors";
import { type GroupBefore, newSnapshotCollections } from "./find-result";
import { membersBeingSnapshot } from "./member-condition";
import { lookWithProof } from "./visibility";

/**
 * Searches the host for snapshots that a failed `CreateSnapshot` made: a refusal or a failed job needn't mean that nothing was done.
 *
 * @returns A sentence for the failure's message. It says that no snapshot was taken only if that is visible.
 */
export async function describeNewSnapshots(session: CimSession, group: GroupBefore): Promise<string> {
  try {
    const left = await newCollections(session, group);
    if (left.length > 0) return describeGained(left);
    const busy = await membersBeingSnapshot(session, group.collection.path);
    if (busy.length === 0) return "No snapshot was taken";
    const names = busy.map(({ vmName }) => vmName).join(", ");
    return `No snapshot was taken so far; one is being taken now of ${names}, by this call or by another program`;
  } catch (error) {
    if (!HyperVError.isInstance(error)) throw error;
    return `It isn't known whether a snapshot was taken, since the search failed: ${error.parts.answer}`;
  }
}

/** Lists new snapshot collections of a group that can't be assigned to a call. */
export function describeGained(ids: readonly string[]): string {
  const [what, it] =
    ids.length === 1 ? ["a snapshot collection", "it"] : [`${ids.length} snapshot collections`, "them"];
  return `The group has gained ${what} meanwhile, made by this call or by another program: ${ids.join(", ")}. Look at ${it} (\`hyperv-snapshots show\`), and remove what isn't needed (\`hyperv-snapshots destroy\`)`;
}

async function newCollections(session: CimSession, group: GroupBefore): Promise<readonly string[]> {
  return lookWithProof(session, {
    look: () => newSnapshotCollections(session, group),
    isIncomplete: (left) => left.length === 0,
    missing: "new snapshots of the group",
    known: [group.collection.path],
  });
}
