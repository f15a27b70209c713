import Table from "cli-table3";
import { drawTree } from "../draw-tree";
import { ageText } from "./age-text";
import type { ListedSnapshot, Listing } from "./listing";
import { ownerText } from "./owners";
import { takenText } from "./snapshot-view";

/** How a listing is shown. */
export interface ListingStyle {
  /** Milliseconds since 1970. */
  readonly today: number;
  /** How many columns there are. */
  readonly width: number;
  /** Whether only leftovers are listed. */
  readonly leftovers: boolean;
}

const deletedGroup = "(group deleted)";

const head = ["GROUP", "NAME", "ID", "AGE", "MACHINES", "OWNER"];
/** The columns that may be cut, and how many characters each keeps. */
const shrinkable = [
  { column: 1, least: 10 },
  { column: 0, least: 8 },
  { column: 5, least: 10 },
];

/** Shows a listing as a table, one line a snapshot. An id's first 8 characters are enough for the other commands. */
export function listingTable(listing: Listing, style: ListingStyle): string {
  if (listing.snapshots.length === 0) return emptyText(listing, style);
  const rows = listing.snapshots.map((snapshot) => [
    snapshot.group?.name ?? deletedGroup,
    nameText(snapshot),
    snapshot.snapshotCollectionId.slice(0, 8),
    snapshot.createdAt === null ? "?" : ageText(Math.max(0, style.today - Date.parse(snapshot.createdAt))),
    String(snapshot.members.length),
    ownerText(snapshot.owner),
  ]);
  const table = new Table({
    head,
    colWidths: columnWidths(rows, style.width),
    colAligns: ["left", "left", "left", "left", "right", "left"],
    style: { head: [], border: [], "padding-left": 0, "padding-right": gap },
    chars: noBorders,
  });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const gap = 2;

/** Makes the table fit: the widest columns give up characters. */
function columnWidths(rows: readonly (readonly string[])[], width: number): number[] {
  const widths = head.map((title, at) => gap + Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  let excess = widths.reduce((sum, one) => sum + one, -gap) - width;
  for (const { column, least } of shrinkable) {
    const given = Math.min(Math.max(0, excess), Math.max(0, (widths[column] ?? 0) - gap - least));
    widths[column] = (widths[column] ?? 0) - given;
    excess -= given;
  }
  return widths;
}

function emptyText({ hostName, groups }: Listing, { leftovers }: ListingStyle): string {
  if (leftovers) return `${hostName} has no leftovers of this stack`;
  if (groups.length === 0) return `${hostName} has no VM groups`;
  return `${hostName} has no snapshots of ${groups.map(({ name }) => JSON.stringify(name)).join(", ")}`;
}

const noBorders = Object.fromEntries(
  ["top", "bottom", "left", "right"]
    .flatMap((side) => [side, `${side}-mid`])
    .concat("top-left", "top-right", "bottom-left", "bottom-right", "mid", "mid-mid", "middle")
    .map((name) => [name, ""]),
);

/** Shows a listing as a tree: groups, their snapshots, and the machines in them. */
export function listingTree({ hostName, groups, snapshots }: Listing, { today }: ListingStyle): string {
  const nodes = groups.map(({ name, collectionId }) => ({
    text: `VM group ${name}  ${collectionId}`,
    below: snapshots.filter(({ group }) => group?.collectionId === collectionId).map((one) => node(one, today)),
  }));
  const others = snapshots.filter(({ group }) => group === null).map((one) => node(one, today));
  return drawTree({
    text: hostName,
    below: [...nodes, ...(others.length > 0 ? [{ text: deletedGroup, below: others }] : [])],
  });
}

function node(snapshot: ListedSnapshot, today: number) {
  const { owner, snapshotCollectionId, createdAt, members } = snapshot;
  const suffix = owner.kind === "unknown" ? "" : `  ${ownerText(owner)}`;
  return {
    text: `snapshot ${snapshotCollectionId}  taken ${takenText(createdAt, today)}${suffix}`,
    below: members.map(({ vmName, name }) => ({ text: `${vmName}  "${name}"`, below: [] })),
  };
}

/** The name that all members' snapshots share; the first and a mark if they differ. */
function nameText({ name, members }: ListedSnapshot): string {
  return name ?? (members[0] ? `${members[0].name} …` : "-");
}
