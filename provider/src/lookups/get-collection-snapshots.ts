import type * as pulumi from "@pulumi/pulumi";
import type { output } from "../types";
import { lookUp, lookUpOutput } from "./look-up";

/**
 * Whose snapshots to look up.
 *
 * @public
 */
export interface GetCollectionSnapshotsArgs {
  /** The VM group: its name, its `CollectionID`, or its object path. Default: the whole host, also where the group is gone. */
  collection?: string;
  /** Which of the configured `connections` leads to the host. Default: as for resources. */
  connection?: string;
}

/**
 * Whose snapshots to look up, where that may be known later.
 *
 * @public
 */
export interface GetCollectionSnapshotsOutputArgs {
  /** The VM group: its name, its `CollectionID`, or its object path. Default: the whole host, also where the group is gone. */
  collection?: pulumi.Input<string>;
  /** Which of the configured `connections` leads to the host. Default: as for resources. */
  connection?: pulumi.Input<string>;
}

/**
 * Looks up the snapshots of a VM group, or of the whole host, whoever took them. They are read in the program, each time it runs.
 *
 * @example
 * ```ts
 * const { snapshots } = await getCollectionSnapshots({ collection: "web-tier" });
 * const newest = snapshots.at(-1);
 * ```
 *
 * @throws {@link NotFoundError} when there is no such group, naming those there are.
 * @public
 */
export function getCollectionSnapshots(
  args: GetCollectionSnapshotsArgs = {},
  options: pulumi.InvokeOptions = {},
): Promise<output.GetCollectionSnapshotsResult> {
  return lookUp("getCollectionSnapshots", args, options);
}

/**
 * Looks up snapshots as {@link getCollectionSnapshots} does, once its arguments are known and what it depends on is there.
 *
 * @public
 */
export function getCollectionSnapshotsOutput(
  args: GetCollectionSnapshotsOutputArgs = {},
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<output.GetCollectionSnapshotsResult> {
  return lookUpOutput("getCollectionSnapshots", args, options);
}
