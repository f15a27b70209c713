import { NotFoundError } from "../errors";
import { destroyGroup, type NamedGroup } from "../hyperv/collection-management-service";
import { listSnapshotCollections, snapshotCollectionPath } from "../hyperv/snapshot-collection";
import { findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { exists } from "../hyperv/visibility";
import { discardTrial } from "./machine-trial";
import type { ProbeScene } from "./probe-scene";
import { discard } from "./snapshot-trial";

/** Something that the probe made and couldn't remove. */
export interface LeftBehind {
  /** What it is, as a person finds it on the host. */
  readonly what: string;
  /** Why it is still there. */
  readonly because: string;
}

/**
 * Removes all that a probe made, newest first, and puts back what it changed.
 *
 * Goes on past whatever fails.
 *
 * @returns The objects that couldn't be removed.
 */
export async function cleanUp(scene: ProbeScene): Promise<readonly LeftBehind[]> {
  scene.beginCleanUp();
  const left: LeftBehind[] = [];
  const attempt = async (what: string, act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      left.push({ what, because: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const putBack of scene.toPutBack.toReversed()) await attempt("Notes of a machine, as they were before", putBack);
  const groups: NamedGroup[] = [];
  const lookInto = async (group: NamedGroup | undefined) => {
    if (!group || !(await exists(scene.session, group.path))) return;
    groups.push(group);
    // a job that the probe didn't wait for may still make one
    await scene.untilIdle();
    for (const id of await listSnapshotCollections(scene.session, group.path)) {
      const path = snapshotCollectionPath(id);
      scene.ownSnapshots.set(path.identity, path);
    }
  };
  for (const collectionId of scene.ownGroups) {
    await attempt(`VM group ${collectionId}`, async () => lookInto(await groupThere(scene, collectionId)));
  }
  for (const group of scene.ownCollections) await attempt(`VM group ${group.name}`, () => lookInto(group));
  for (const trial of [...scene.machineTrials].toReversed()) {
    await attempt(`a checkpoint of the machine ${trial.vmId}`, () => discardTrial(scene, trial));
  }
  for (const path of [...scene.ownSnapshots.values()].toReversed()) {
    await attempt(path.relativePath, () => discard(scene, [path]));
  }
  for (const group of groups.toReversed()) {
    await attempt(`VM group ${group.name}`, async () => {
      // the group shows whose snapshots these are
      if ((await listSnapshotCollections(scene.session, group.path)).length > 0) {
        throw new Error("it still has snapshots");
      }
      await destroyGroup(scene.host, group);
    });
  }
  return left;
}

async function groupThere({ session }: ProbeScene, collectionId: string): Promise<NamedGroup | undefined> {
  try {
    return await findVirtualSystemCollection(session, collectionId);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return undefined;
    throw error;
  }
}
