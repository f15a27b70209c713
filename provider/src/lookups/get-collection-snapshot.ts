import type * as pulumi from "@pulumi/pulumi";
import type { output } from "../types";
import { lookUp, lookUpOutput } from "./look-up";

/**
 * Arguments of {@link getCollectionSnapshot}.
 *
 * @public
 */
export interface GetCollectionSnapshotArgs {
  /** The snapshot collection: the host's `CollectionID`, or the reference to it. */
  snapshotCollection: string;
  /** The configured connection to use. Default: as for resources. */
  connection?: string;
}

/**
 * Arguments of {@link getCollectionSnapshotOutput}.
 *
 * @public
 */
export interface GetCollectionSnapshotOutputArgs {
  /** The snapshot collection: the host's `CollectionID`, or the reference to it. */
  snapshotCollection: pulumi.Input<string>;
  /** The configured connection to use. Default: as for resources. */
  connection?: pulumi.Input<string>;
}

/**
 * Looks up one snapshot of a VM group, managed or not. The program reads it from the host each time it runs.
 *
 * @example
 * ```ts
 * const { createdAt } = await getCollectionSnapshot({ snapshotCollection: "CEBC65E5-8F30-8BFE-93DA-B98B830A1ADD" });
 * ```
 *
 * @throws {@link NotFoundError} when the host has no such snapshot, {@link AccessDeniedError} when the account can't see whether it has.
 * @public
 */
export function getCollectionSnapshot(
  args: GetCollectionSnapshotArgs,
  options: pulumi.InvokeOptions = {},
): Promise<output.GetCollectionSnapshotResult> {
  return lookUp("getCollectionSnapshot", args, options);
}

/**
 * Looks up a snapshot as {@link getCollectionSnapshot} does, once its arguments are known and the resources it depends on exist.
 *
 * @public
 */
export function getCollectionSnapshotOutput(
  args: GetCollectionSnapshotOutputArgs,
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<output.GetCollectionSnapshotResult> {
  return lookUpOutput("getCollectionSnapshot", args, options);
}
