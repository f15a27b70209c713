import type { CimSession } from "../cim/cim-session";
import { InvalidArgumentError } from "../errors";
import { readMemberConditions, stateName } from "../hyperv/member-condition";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import type { VirtualMachine } from "../hyperv/virtual-system-collection";
import { EnabledState } from "../schema/value-maps";
import { ageText } from "./age-text";
import { readSnapshotMachines, type SnapshotMachine } from "./snapshot-machines";
import { takenText } from "./snapshot-view";

/** Describes what a restore would do. */
export interface RestorePlan {
  readonly snapshotCollectionId: string;
  readonly reference: string;
  readonly hostName: string;
  readonly group: { readonly collectionId: string; readonly name: string } | null;
  readonly createdAt: string | null;
  readonly machines: readonly SnapshotMachine[];
  /** Members of the group that aren't in the snapshot: they stay as they are. */
  readonly notInSnapshot: readonly VirtualMachine[];
}

/**
 * Reads what a restore would do; changes nothing.
 *
 * @throws {@link InvalidArgumentError} when the snapshot holds no machine.
 */
export async function readRestorePlan(session: CimSession, snapshot: SnapshotDetails): Promise<RestorePlan> {
  const { snapshotCollectionId, path, group, createdAt } = snapshot;
  const machines = await readSnapshotMachines(session, snapshot);
  if (machines.length === 0) {
    throw new InvalidArgumentError({
      attempted: "Restoring a snapshot",
      target: path.toString(),
      answer: "it holds no machine's snapshot",
      outcome: "Nothing was changed",
      remedy: "Choose another one from `hyperv-snapshots list`",
    });
  }
  const members = group ? await readMemberConditions(session, group.path) : [];
  return {
    snapshotCollectionId,
    reference: path.toString(),
    hostName: session.hostName,
    group: group && { collectionId: group.collectionId, name: group.name },
    createdAt,
    machines,
    notInSnapshot: members
      .filter(({ vmId }) => !machines.some((machine) => machine.vmId === vmId))
      .map(({ vmId, vmName }) => ({ vmId, vmName })),
  };
}

/** Shows a plan to the person who decides: what each machine would lose. */
export function planText(plan: RestorePlan, today: number): string {
  const { machines, notInSnapshot, group, hostName, createdAt } = plan;
  const what = group ? `VM group ${group.name}` : "a deleted VM group";
  return [
    `Snapshot ${plan.snapshotCollectionId} of ${what} on ${hostName}, taken ${takenText(createdAt, today)}`,
    "",
    "What restoring it would lose:",
    ...machines.flatMap((machine) => machineText(machine, today)),
    ...notInSnapshot.map(
      ({ vmName }) =>
        `  ${vmName}  is in the group but not in the snapshot: it stays as it is, so the group's machines won't be at the same moment`,
    ),
    "",
    "Afterwards the machines are off, or saved if their snapshot holds a saved state.",
  ].join("\n");
}

function machineText(machine: SnapshotMachine, today: number): string[] {
  const { vmName, enabledState, busyWith, createdAt, laterCheckpoints, hasSavedState } = machine;
  const running = enabledState === EnabledState.Enabled ? "; powered off without a guest shutdown" : "";
  const since =
    createdAt === null ? "everything since the snapshot" : `the last ${ageText(today - Date.parse(createdAt))}`;
  const unless = laterCheckpoints.length === 0 ? "" : ", unless a later checkpoint holds it";
  const later = laterCheckpoints.map((name) => `"${name}"`).join(", ");
  return [
    `  ${vmName}  ${stateName(enabledState)}: loses ${since}${unless}${running}`,
    ...(busyWith === null ? [] : [`    busy (${busyWith}): the host may refuse`]),
    ...(laterCheckpoints.length === 0
      ? []
      : [
          `    ${laterCheckpoints.length === 1 ? "1 later checkpoint stays, on a separate branch" : `${laterCheckpoints.length} later checkpoints stay, on a separate branch`}: ${later}`,
        ]),
    ...(hasSavedState ? ["    its snapshot holds a saved state"] : []),
  ];
}
