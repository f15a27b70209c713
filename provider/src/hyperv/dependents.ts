import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { ClassName, isSnapshotType } from "../schema/names";
import type { MemberSnapshot } from "./snapshot-collection";
import { findMachines } from "./virtual-system-collection";

/** A checkpoint that was taken after others, and depends on them. */
export interface DependentSnapshot {
  readonly vmId: string;
  /** `InstanceID` of its settings, `Microsoft:<GUID>`. */
  readonly snapshotId: string;
  /** `ElementName`. */
  readonly name: string;
}

/** A dependent checkpoint with all that a person needs to find it. */
export interface LocatedDependent extends DependentSnapshot {
  /** What people call its machine. */
  readonly vmName: string;
  /** The snapshot collection that it belongs to; null for a checkpoint of one machine. */
  readonly snapshotCollectionId: string | null;
}

/**
 * Finds the checkpoints that depend on a collection's snapshots, through any number of generations.
 *
 * Checkpoints of any kind count, by whatever program; the machines' own present state doesn't.
 */
export async function dependentsOf(
  session: CimSession,
  members: readonly MemberSnapshot[],
): Promise<readonly DependentSnapshot[]> {
  const vmIds = [...new Set(members.map(({ vmId }) => vmId))];
  const settings = await queryByKey(session, ClassName.virtualSystemSettingData, "VirtualSystemIdentifier", vmIds);
  const snapshots = settings.filter((one) => isSnapshotType(one.string("VirtualSystemType")));
  const ancestors = new Set(members.map(({ path }) => path.identity));
  const dependents: CimInstance[] = [];
  for (let grown = true; grown; ) {
    grown = false;
    for (const snapshot of snapshots) {
      if (ancestors.has(snapshot.path.identity)) continue;
      const parent = snapshot.reference("Parent");
      if (parent && ancestors.has(parent.identity)) {
        ancestors.add(snapshot.path.identity);
        dependents.push(snapshot);
        grown = true;
      }
    }
  }
  return dependents.map((one) => ({
    vmId: one.string("VirtualSystemIdentifier") ?? "",
    snapshotId: one.string("InstanceID") ?? "",
    name: one.string("ElementName") ?? one.path.relativePath,
  }));
}

/** Finds the machine and the snapshot collection of each dependent checkpoint, side by side. */
export async function locateDependents(
  session: CimSession,
  dependents: readonly DependentSnapshot[],
): Promise<readonly LocatedDependent[]> {
  const vmIds = [...new Set(dependents.map(({ vmId }) => vmId))];
  const [machines, collections] = await Promise.all([
    findMachines(session, vmIds),
    Promise.all(dependents.map(({ snapshotId }) => collectionOf(session, snapshotId))),
  ]);
  return dependents.map((dependent, at) => ({
    ...dependent,
    vmName: machines.find(({ vmId }) => vmId === dependent.vmId)?.vmName ?? dependent.vmId,
    snapshotCollectionId: collections[at] ?? null,
  }));
}

async function collectionOf(session: CimSession, snapshotId: string): Promise<string | null> {
  const keys = { InstanceID: snapshotId };
  const path = new CimInstancePath({ className: ClassName.virtualSystemSettingData, keys });
  const [collection] = await session.associators(path, {
    associationClass: ClassName.collectedSnapshots,
    resultClass: ClassName.snapshotCollection,
  });
  return collection?.string("CollectionID") ?? null;
}

/** So many dependents are named in one message. */
const shownAtMost = 5;

/**
 * Describes dependents for people: each with its machines and its owner, the checkpoints of one snapshot collection together.
 *
 * @param ownerOf - Who owns a snapshot collection: "resource before-upgrade of this stack". Undefined where the owner isn't known.
 */
export function describeDependents(
  dependents: readonly LocatedDependent[],
  ownerOf: (snapshotCollectionId: string) => string | undefined = () => undefined,
): string {
  const groups = new Map<string, LocatedDependent[]>();
  for (const dependent of dependents) {
    const key = dependent.snapshotCollectionId ?? dependent.snapshotId;
    groups.set(key, [...(groups.get(key) ?? []), dependent]);
  }
  const texts = [...groups.values()].map((group) => describeTogether(group, ownerOf));
  const more = texts.length - shownAtMost;
  return more > 0 ? `${texts.slice(0, shownAtMost).join("; ")}; and ${more} more` : texts.join("; ");
}

function describeTogether(
  group: readonly LocatedDependent[],
  ownerOf: (snapshotCollectionId: string) => string | undefined,
): string {
  const [first] = group;
  if (!first) return "";
  const name = JSON.stringify(first.name);
  if (first.snapshotCollectionId === null) {
    return `checkpoint ${name} of ${first.vmName}, taken of this machine alone, by a person or another program`;
  }
  const machines = group.map(({ vmName }) => vmName).join(", ");
  const owner = ownerOf(first.snapshotCollectionId) ?? "without a known owner";
  return `snapshot collection ${first.snapshotCollectionId} (${name} of ${machines}): ${owner}`;
}

/**
 * Says what to do about dependents where it isn't known what the host does with them, in the order that works.
 *
 * @param key - How the configuration key `dependents` is written.
 */
export function dependentsUnknownRemedy(key: string): string {
  return `Destroy the later ones before it, newest first. Or find out what your host does with dependent snapshots (\`hyperv-snapshots probe --take-one\`), then set ${key} to kept or removed`;
}
