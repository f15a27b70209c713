import type * as pulumi from "@pulumi/pulumi";
import type { output } from "../types";
import { lookUp, lookUpOutput } from "./look-up";

/**
 * Which VM group to look up.
 *
 * @public
 */
export interface GetVirtualSystemCollectionArgs {
  /** The VM group: its name, its `CollectionID` (a GUID in any case, with or without braces), or its object path. */
  collection: string;
  /** Which of the configured `connections` leads to the host. Default: as for resources. */
  connection?: string;
}

/**
 * Which VM group to look up, where that may be known later.
 *
 * @public
 */
export interface GetVirtualSystemCollectionOutputArgs {
  /** The VM group: its name, its `CollectionID` (a GUID in any case, with or without braces), or its object path. */
  collection: pulumi.Input<string>;
  /** Which of the configured `connections` leads to the host. Default: as for resources. */
  connection?: pulumi.Input<string>;
}

/**
 * Looks up a VM group that the stack doesn't manage. It is read in the program, each time it runs.
 *
 * @example
 * ```ts
 * const { machines } = await getVirtualSystemCollection({ collection: "web-tier" });
 * ```
 *
 * @throws {@link NotFoundError} when there is no such group, naming those there are.
 * @public
 */
export function getVirtualSystemCollection(
  args: GetVirtualSystemCollectionArgs,
  options: pulumi.InvokeOptions = {},
): Promise<output.GetVirtualSystemCollectionResult> {
  return lookUp("getVirtualSystemCollection", args, options);
}

/**
 * Looks up a VM group as {@link getVirtualSystemCollection} does, once its arguments are known and what it depends on is there.
 *
 * @public
 */
export function getVirtualSystemCollectionOutput(
  args: GetVirtualSystemCollectionOutputArgs,
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<output.GetVirtualSystemCollectionResult> {
  return lookUpOutput("getVirtualSystemCollection", args, options);
}
