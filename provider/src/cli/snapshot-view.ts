import { namedMembers } from "../hyperv/named-members";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import type { VirtualMachine } from "../hyperv/virtual-system-collection";
import { momentText } from "../moment-text";
import { nameOf, SnapshotType } from "../schema/value-maps";
import { ageText } from "./age-text";

/** One machine's snapshot, as `--json` shows it. */
export interface MemberView {
  readonly vmId: string;
  readonly vmName: string;
  readonly snapshotId: string;
  readonly name: string;
  readonly createdAt: string | null;
  readonly hasSavedState: boolean;
}

/** A snapshot collection, as `--json` shows it. */
export interface SnapshotView {
  readonly snapshotCollectionId: string;
  readonly reference: string;
  readonly group: { readonly collectionId: string; readonly name: string } | null;
  readonly createdAt: string | null;
  /** `CreateSnapshot`'s number. */
  readonly snapshotType: number | null;
  readonly members: readonly MemberView[];
}

/** Shows a snapshot collection; machines that the host doesn't show are called by their ids. */
export function snapshotView(snapshot: SnapshotDetails, machines: readonly VirtualMachine[]): SnapshotView {
  const { snapshotCollectionId, path, group, createdAt, snapshotType, members } = snapshot;
  const shown = namedMembers(members, machines).map(({ vmId, vmName, snapshotId, name, createdAt, hasSavedState }) => ({
    vmId,
    vmName,
    snapshotId,
    name,
    createdAt,
    hasSavedState,
  }));
  return {
    snapshotCollectionId,
    reference: path.toString(),
    group: group && { collectionId: group.collectionId, name: group.name },
    createdAt,
    snapshotType,
    members: shown,
  };
}

/** `Standard Snapshot`, for people. */
export function typeText(snapshotType: number | null): string {
  return snapshotType === null ? "type ?" : (nameOf(SnapshotType, snapshotType) ?? `type ${snapshotType}`);
}

/** When something was taken, and how long ago that is by this computer's clock. */
export function takenText(createdAt: string | null, today: number): string {
  if (createdAt === null) return "at a time that the host doesn't tell";
  return `${momentText(createdAt)} (${ageText(Math.max(0, today - Date.parse(createdAt)))} ago)`;
}
