import type { Command } from "commander";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { stateName } from "../hyperv/member-condition";
import type { CommandSite } from "./command-site";
import { type CommonOptions, withHost } from "./configuration";
import { findSnapshot } from "./find-snapshot";
import { compareWithState, standingTexts } from "./leftovers";
import { type PulumiState, readPulumiState } from "./pulumi-state";
import { readSnapshotMachines, type SnapshotMachine } from "./snapshot-machines";
import { snapshotView, takenText, typeText } from "./snapshot-view";

interface ShowOptions extends CommonOptions {
  readonly state?: string;
}

/** What every command that takes the id of a snapshot says of it. */
export const idHelp = "the host's CollectionID or the reference; with --state also the id of a Pulumi resource";

/** What every command that can look into a state says of it. */
export const stateHelp = "what `pulumi stack export` writes (- for standard input)";

/** Adds `show`. */
export function addShow(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "show", "show one snapshot: its group, its machines, and what came after it")
    .argument("<id>", idHelp)
    .option("--state <file>", stateHelp)
    .action((id: string, options: ShowOptions) =>
      site.run(options, async (report) => {
        const state = options.state === undefined ? undefined : await readPulumiState(options.state, surroundings);
        const shown = await withHost(surroundings, options, (host) => showSnapshot(host, id, state));
        report.result(shown, () => showText(shown, surroundings.today()));
        return "ok";
      }),
    );
}

type Shown = Awaited<ReturnType<typeof showSnapshot>>;

async function showSnapshot({ session }: HyperVHost, id: string, state: PulumiState | undefined) {
  const snapshot = await findSnapshot(session, id, state);
  const machines = await readSnapshotMachines(session, snapshot);
  const { members, ...view } = snapshotView(snapshot, machines);
  return {
    hostName: session.hostName,
    ...view,
    ...(state && compareWithState(snapshot, state)),
    machines,
  };
}

function showText(shown: Shown, today: number): string {
  const { standing, urn, group } = shown;
  const rows: readonly (readonly [string, string])[] = [
    ["snapshot", shown.snapshotCollectionId],
    ["reference", shown.reference],
    ["VM group", group ? `${group.name}  ${group.collectionId}` : "gone"],
    ["taken", takenText(shown.createdAt, today)],
    ["type", typeText(shown.snapshotType)],
    ...(standing ? ([["standing", `${standingTexts[standing]}${urn ? `: ${urn}` : ""}`]] as const) : []),
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
