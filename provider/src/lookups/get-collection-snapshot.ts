import type * as pulumi from "@pulumi/pulumi";
import type { output } from "../types";
import { lookUp, lookUpOutput } from "./look-up";

/**
 * Which snapshot to look up.
 *
 * @public
 */
export interface GetCollectionSnapshotArgs {
  /** The snapshot collection: the host's `CollectionID`, or the reference to it. */
  snapshotCollection: string;
  /** Which of the configured `connections` leads to the host. Default: as for resources. */
  connection?: string;
}

/**
 * Which snapshot to look up, where that may be known later.
 *
 * @public
 */
export interface GetCollectionSnapshotOutputArgs {
  /** The snapshot collection: the host's `CollectionID`, or the reference to it. */
  snapshotCollection: pulumi.Input<string>;
  /** Which of the configured `connections` leads to the host. Default: as for resources. */
  connection?: pulumi.Input<string>;
}

/**
 * Looks up one snapshot of a VM group, whoever took it. It is read in the program, each time it runs.
 *
 * @example
 * ```ts
 * const { createdAt } = await getCollectionSnapshot({ snapshotCollection: "CEBC65E5-8F30-8BFE-93DA-B98B830A1ADD" });
 * ```
 *
 * @throws {@link NotFoundError} when the host has no such snapshot, {@link AccessDeniedError} when that can't be told.
 * @public
 */
export function getCollectionSnapshot(
  args: GetCollectionSnapshotArgs,
  options: pulumi.InvokeOptions = {},
): Promise<output.GetCollectionSnapshotResult> {
  return lookUp("getCollectionSnapshot", args, options);
}

/**
 * Looks up a snapshot as {@link getCollectionSnapshot} does, once its arguments are known and what it depends on is there.
 *
 * @public
 */
export function getCollectionSnapshotOutput(
  args: GetCollectionSnapshotOutputArgs,
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<output.GetCollectionSnapshotResult> {
  return lookUpOutput("getCollectionSnapshot", args, options);
}
