import { sharedName, withMachineNames } from "../hyperv/member-names";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import type { VirtualMachine } from "../hyperv/virtual-system-collection";
import { momentText } from "../moment-text";
import { SnapshotType } from "../schema/value-maps";
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
  /** What the members' snapshots are called; null if their names differ. */
  readonly name: string | null;
  readonly reference: string;
  readonly group: { readonly collectionId: string; readonly name: string } | null;
  readonly createdAt: string | null;
  /** As the resource's input: `"Standard"`, `"Recovery"` or a number; null if the host doesn't show it. */
  readonly snapshotType: "Standard" | "Recovery" | number | null;
  readonly members: readonly MemberView[];
}

/** Shows a snapshot collection. A machine that the host doesn't show is called by its id. */
export function snapshotView(snapshot: SnapshotDetails, machines: readonly VirtualMachine[]): SnapshotView {
  const { snapshotCollectionId, path, group, createdAt, snapshotType, members } = snapshot;
  const shown = withMachineNames(members, machines).map(
    ({ vmId, vmName, snapshotId, name, createdAt, hasSavedState }) => ({
      vmId,
      vmName,
      snapshotId,
      name,
      createdAt,
      hasSavedState,
    }),
  );
  return {
    snapshotCollectionId,
    name: sharedName(members),
    reference: path.toString(),
    group: group && { collectionId: group.collectionId, name: group.name },
    createdAt,
    snapshotType: typeName(snapshotType),
    members: shown,
  };
}

function typeName(snapshotType: number | null): SnapshotView["snapshotType"] {
  if (snapshotType === SnapshotType.StandardSnapshot) return "Standard";
  return snapshotType === SnapshotType.RecoverySnapshot ? "Recovery" : snapshotType;
}

/** Says when something was taken, and how long ago that is by this computer's clock. */
export function takenText(createdAt: string | null, today: number): string {
  if (createdAt === null) return "at an unknown time";
  return `${momentText(createdAt)} (${ageText(Math.max(0, today - Date.parse(createdAt)))} ago)`;
}
