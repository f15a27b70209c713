import type { Command } from "commander";
import { InvalidArgumentError } from "../errors";
import { ageText } from "./age-text";
import type { CommandSite } from "./command-site";
import { withHost } from "./configuration";
import { readDuration } from "./durations";
import type { Ending } from "./exit-codes";
import { type Listing, listHost } from "./listing";
import { listingTable, listingTree } from "./listing-text";
import { type OwnerOptions, readOwners, resourceName, stateHelp } from "./owners";
import type { Report } from "./report";

interface ListOptions extends OwnerOptions {
  readonly tree?: boolean;
  readonly leftovers?: boolean;
  readonly olderThan?: string;
}

/** Adds `list`. */
export function addList(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "list", "list the snapshots of a VM group, or of all, with their owners", [
      ["hyperv-snapshots list", "all snapshots of the stack's host"],
      ["hyperv-snapshots list web-tier --tree", "one group, with the machines"],
      ["hyperv-snapshots list --leftovers", "what the stack doesn't manage in its groups"],
      ["hyperv-snapshots list --older-than 7d", "also warn of snapshots older than a week"],
    ])
    .argument("[group]", "the group's name, CollectionID or object path")
    .option("--tree", "draw groups, their snapshots and the machines in them as a tree")
    .option(
      "--leftovers",
      "list only snapshots of the stack's groups that the stack doesn't manage (retained or orphaned)",
    )
    .option("--older-than <age>", "warn of snapshots older than this, such as 7d")
    .option("--state <file>", stateHelp)
    .action((group: string | undefined, options: ListOptions) =>
      site.run(options, async (report) => {
        const oldMs = options.olderThan === undefined ? undefined : readDuration("--older-than", options.olderThan);
        const owners = await readOwners(options, surroundings);
        if (options.leftovers && !owners.state) throw noState(owners.missing);
        const today = surroundings.today();
        const listing = await withHost(surroundings, options, (host) =>
          listHost(host, {
            group,
            owners,
            onlyLeftovers: options.leftovers ?? false,
            oldBefore: oldMs === undefined ? Number.NEGATIVE_INFINITY : today - oldMs,
          }),
        );
        const text = options.tree ? listingTree : listingTable;
        const width = surroundings.stdout.isTTY ? (surroundings.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
        report.result(listing, () => text(listing, { today, width, leftovers: options.leftovers ?? false }));
        return notes(report, listing, { oldMs, missing: owners.missing, leftovers: options.leftovers ?? false });
      }),
    );
}

function notes(
  report: Report,
  { snapshots, missing, doubts }: Listing,
  how: { readonly oldMs: number | undefined; readonly missing: string | undefined; readonly leftovers: boolean },
): Ending {
  const old = snapshots.filter(({ isOld }) => isOld).length;
  if (!report.isJson) {
    if (how.missing) report.note(how.missing);
    for (const doubt of doubts) report.note(doubt);
    for (const { urn, snapshotCollectionId } of missing) {
      report.note(
        `In the state but not on the host: ${resourceName(urn)} (${snapshotCollectionId}). Run \`pulumi refresh\` to update the state.`,
      );
    }
    if (old > 0) {
      const count = old === 1 ? "1 snapshot is" : `${old} snapshots are`;
      report.note(
        `${count} older than ${ageText(how.oldMs ?? 0)}. The disks grow while a snapshot exists: destroy those that aren't needed.`,
      );
    }
  }
  const isFound = missing.length > 0 || old > 0 || (how.leftovers && snapshots.length > 0);
  return isFound ? "attention" : "ok";
}

function noState(missing: string | undefined): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Finding leftovers",
    target: "--leftovers",
    answer: "it compares the host with a stack, and no stack was read",
    outcome: "The host was not contacted",
    remedy: missing ?? "Pass --state FILE",
  });
}
