import type { CimSession } from "../cim/cim-session";
import { HyperVError } from "../errors";
import { type GroupBefore, newSnapshotCollections } from "./find-result";
import { membersBeingSnapshot } from "./member-condition";
import { requireVisibility } from "./visibility";

/**
 * Looks for what a `CreateSnapshot` that failed has left on the host: a refusal or a failed job needn't mean that nothing was done.
 *
 * @returns A sentence for the failure's message. It says that no snapshot was taken only where that can be seen.
 */
export async function describeNewSnapshots(session: CimSession, group: GroupBefore): Promise<string> {
  try {
    const left = await newCollections(session, group);
    if (left.length > 0) return describeGained(left);
    const busy = await membersBeingSnapshot(session, group.collection.path);
    if (busy.length === 0) return "No snapshot was taken";
    const names = busy.map(({ vmName }) => vmName).join(", ");
    return `No snapshot was taken so far; one is being taken now of ${names}, by this call or for somebody else`;
  } catch (error) {
    if (!HyperVError.isInstance(error)) throw error;
    return `Whether a snapshot was taken is not known, since looking for it failed: ${error.parts.answer}`;
  }
}

/** Says which snapshot collections a group has gained that nothing ties to a call. */
export function describeGained(ids: readonly string[]): string {
  const gained = ids.length === 1 ? "a snapshot collection" : `${ids.length} snapshot collections`;
  return `The group has gained ${gained} meanwhile, left by this call or made by somebody else: ${ids.join(", ")}. Look at it on the host, and remove what nobody needs`;
}

async function newCollections(session: CimSession, group: GroupBefore): Promise<readonly string[]> {
  const left = await newSnapshotCollections(session, group);
  if (left.length > 0) return left;
  await requireVisibility(session, "what was left", [group.collection.path]);
  return newSnapshotCollections(session, group); // sight may have come only between the two
}
