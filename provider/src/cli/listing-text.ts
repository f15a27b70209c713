import Table from "cli-table3";
import { drawTree } from "../draw-tree";
import { standingTexts } from "./leftovers";
import type { Listing } from "./listing";
import { takenText, typeText } from "./snapshot-view";

type Listed = Listing["snapshots"][number];

const noGroup = "(its group is gone)";

/** A listing as a table: one line a snapshot. */
export function listingTable({ hostName, groups, snapshots }: Listing, today: number): string {
  if (snapshots.length === 0) {
    const names = groups.map(({ name }) => JSON.stringify(name)).join(", ");
    return groups.length === 0 ? `${hostName} has no VM group` : `${hostName} has no snapshots of ${names}`;
  }
  const compared = snapshots.some(({ standing }) => standing !== undefined);
  const head = ["VM GROUP", "SNAPSHOT", "TAKEN", "TYPE", "MACHINES", ...(compared ? ["STANDING"] : [])];
  const table = new Table({
    head,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: noBorders,
  });
  for (const snapshot of snapshots) {
    table.push([
      snapshot.group?.name ?? noGroup,
      snapshot.snapshotCollectionId,
      takenText(snapshot.createdAt, today),
      typeText(snapshot.snapshotType),
      snapshot.members.map(({ vmName }) => vmName).join(", ") || "none",
      ...(compared ? [standingText(snapshot)] : []),
    ]);
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const noBorders = Object.fromEntries(
  ["top", "bottom", "left", "right"]
    .flatMap((side) => [side, `${side}-mid`])
    .concat("top-left", "top-right", "bottom-left", "bottom-right", "mid", "mid-mid", "middle")
    .map((name) => [name, ""]),
);

/** A listing as a tree: groups, their snapshots, and the machines in them. */
export function listingTree({ hostName, groups, snapshots }: Listing, today: number): string {
  const nodes = groups.map(({ name, collectionId }) => ({
    text: `VM group ${name}  ${collectionId}`,
    below: snapshots.filter(({ group }) => group?.collectionId === collectionId).map((one) => node(one, today)),
  }));
  const others = snapshots.filter(({ group }) => group === null).map((one) => node(one, today));
  return drawTree({
    text: hostName,
    below: [...nodes, ...(others.length > 0 ? [{ text: noGroup, below: others }] : [])],
  });
}

function node(snapshot: Listed, today: number) {
  const standing = snapshot.standing ? `  ${standingText(snapshot)}` : "";
  return {
    text: `snapshot ${snapshot.snapshotCollectionId}  taken ${takenText(snapshot.createdAt, today)}${standing}`,
    below: snapshot.members.map(({ vmName, name }) => ({ text: `${vmName}  "${name}"`, below: [] })),
  };
}

const standingText = ({ standing, urn }: Listed) =>
  standing === undefined ? "" : `${standingTexts[standing]}${urn ? `: ${urn.split("::").at(-1)}` : ""}`;
