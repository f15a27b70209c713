import type { Command } from "commander";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { stateName } from "../hyperv/member-condition";
import type { CommandSite } from "./command-site";
import { withHost } from "./configuration";
import { findSnapshot, snapshotHelp } from "./find-snapshot";
import { type OwnerOptions, type Owners, ownerOf, ownerText, readOwners, stateHelp } from "./owners";
import { readSnapshotMachines, type SnapshotMachine } from "./snapshot-machines";
import { snapshotView, takenText } from "./snapshot-view";

/** Adds `show`. */
export function addShow(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "show", "show one snapshot: its group, its machines, its owner, and the checkpoints taken after it", [
      ["hyperv-snapshots show 7E426644", "by the beginning of its id"],
      ["hyperv-snapshots show before-upgrade", "by the resource's name in the stack"],
    ])
    .argument("<snapshot>", snapshotHelp)
    .option("--state <file>", stateHelp)
    .action((word: string, options: OwnerOptions) =>
      site.run(options, async (report) => {
        const owners = await readOwners(options, surroundings);
        const shown = await withHost(surroundings, options, (host) => showSnapshot(host, word, owners));
        report.result(shown, () => showText(shown, surroundings.today()));
        return "ok";
      }),
    );
}

type Shown = Awaited<ReturnType<typeof showSnapshot>>;

async function showSnapshot({ session }: HyperVHost, word: string, owners: Owners) {
  const snapshot = await findSnapshot(session, word, owners);
  const machines = await readSnapshotMachines(session, snapshot);
  const { members, ...view } = snapshotView(snapshot, machines);
  return { hostName: session.hostName, ...view, owner: ownerOf(snapshot, owners), machines };
}

function showText(shown: Shown, today: number): string {
  const { owner, group, snapshotType } = shown;
  const rows: readonly (readonly [string, string])[] = [
    ["snapshot", shown.snapshotCollectionId],
    ["name", shown.name ?? "each machine's snapshot has its own"],
    ["reference", shown.reference],
    ["VM group", group ? `${group.name}  ${group.collectionId}` : "deleted"],
    ["taken", takenText(shown.createdAt, today)],
    ["type", snapshotType === null ? "unknown" : String(snapshotType)],
    ["owner", owner.kind === "unknown" ? "unknown" : `${ownerText(owner)} (${owner.urn})`],
  ];
  return [...rows.map(([name, value]) => `${name.padEnd(10)} ${value}`), ...shown.machines.flatMap(machineText)].join(
    "\n",
  );
}

function machineText({ vmName, enabledState, name, hasSavedState, laterCheckpoints }: SnapshotMachine): string[] {
  const later = laterCheckpoints.map((checkpoint) => `    later: "${checkpoint}"`);
  const saved = hasSavedState ? ", holds a saved state" : "";
  return [`  ${vmName}  ${stateName(enabledState)}, snapshot "${name}"${saved}`, ...later];
}
