import type * as pulumi from "@pulumi/pulumi";
import type { VirtualSystemCollection } from "../resources/virtual-system-collection";
import type { output } from "../types";
import { lookUp, lookUpOutput, withCollectionId } from "./look-up";

/**
 * Arguments of {@link getCollectionSnapshots}.
 *
 * @public
 */
export interface GetCollectionSnapshotsArgs {
  /** The VM group: its name, its `CollectionID`, or its object path. Default: the whole host, including snapshots of deleted groups. */
  collection?: string;
  /** The configured connection to use. Default: as for resources. */
  connection?: string;
}

/**
 * Arguments of {@link getCollectionSnapshotsOutput}.
 *
 * @public
 */
export interface GetCollectionSnapshotsOutputArgs {
  /** The VM group: its name, its `CollectionID`, or its object path, or a `VirtualSystemCollection`. Default: the whole host, including snapshots of deleted groups. */
  collection?: pulumi.Input<string> | VirtualSystemCollection;
  /** The configured connection to use. Default: as for resources. */
  connection?: pulumi.Input<string>;
}

/**
 * Looks up the snapshots of a VM group, or of the whole host, managed or not. The program reads them from the host each time it runs.
 *
 * @example
 * ```ts
 * const { snapshots } = await getCollectionSnapshots({ collection: "web-tier" });
 * const newest = snapshots.at(-1);
 * ```
 *
 * @throws {@link NotFoundError} when there is no such group; the message lists the host's groups.
 * @public
 */
export function getCollectionSnapshots(
  args: GetCollectionSnapshotsArgs = {},
  options: pulumi.InvokeOptions = {},
): Promise<output.GetCollectionSnapshotsResult> {
  return lookUp("getCollectionSnapshots", args, options);
}

/**
 * Looks up snapshots as {@link getCollectionSnapshots} does, once its arguments are known and the resources it depends on exist.
 *
 * @public
 */
export function getCollectionSnapshotsOutput(
  args: GetCollectionSnapshotsOutputArgs = {},
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<output.GetCollectionSnapshotsResult> {
  return lookUpOutput("getCollectionSnapshots", withCollectionId(args), options);
}
