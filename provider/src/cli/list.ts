import type { Command } from "commander";
import type { CommandSite } from "./command-site";
import { type CommonOptions, withHost } from "./configuration";
import type { Ending } from "./exit-codes";
import { type Listing, listHost } from "./listing";
import { listingTable, listingTree } from "./listing-text";
import { readPulumiState } from "./pulumi-state";
import type { Report } from "./report";

interface ListOptions extends CommonOptions {
  readonly tree?: boolean;
  readonly leftovers?: string;
}

/** Adds `list`. */
export function addList(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "list", "list the snapshot collections of a VM group, or of all")
    .argument("[group]", "the group's name, CollectionID or object path")
    .option("--tree", "draw groups, their snapshots and the machines in them as a tree")
    .option(
      "--leftovers <file>",
      "compare with what `pulumi stack export` writes (- for standard input): what is in this stack, kept or lost, not of this stack",
    )
    .action((group: string | undefined, options: ListOptions) =>
      site.run(options, async (report) => {
        const file = options.leftovers;
        const state = file === undefined ? undefined : await readPulumiState(file, surroundings);
        const listing = await withHost(surroundings, options, (host) => listHost(host, group, state));
        return show(report, listing, { tree: options.tree ?? false, today: surroundings.today() });
      }),
    );
}

function show(report: Report, listing: Listing, how: { readonly tree: boolean; readonly today: number }): Ending {
  report.result(listing, () => (how.tree ? listingTree(listing, how.today) : listingTable(listing, how.today)));
  const { snapshots, missing = [], doubts = [] } = listing;
  if (!report.isJson) {
    for (const doubt of doubts) report.note(doubt);
    for (const { urn, snapshotCollectionId } of missing) {
      report.note(`In the state and not on the host: ${urn} (${snapshotCollectionId}). pulumi refresh tells the state`);
    }
  }
  const isFound = missing.length > 0 || snapshots.some(({ standing }) => standing === "keptOrLost");
  return isFound ? "attention" : "ok";
}
