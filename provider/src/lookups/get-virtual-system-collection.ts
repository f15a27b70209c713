import type * as pulumi from "@pulumi/pulumi";
import type { VirtualSystemCollection } from "../resources/virtual-system-collection";
import type { output } from "../types";
import { lookUp, lookUpOutput, withCollectionId } from "./look-up";

/**
 * Arguments of {@link getVirtualSystemCollection}.
 *
 * @public
 */
export interface GetVirtualSystemCollectionArgs {
  /** The VM group: its name, its `CollectionID` (a GUID in any case, with or without braces), or its object path. */
  collection: string;
  /** The configured connection to use. Default: as for resources. */
  connection?: string;
}

/**
 * Arguments of {@link getVirtualSystemCollectionOutput}.
 *
 * @public
 */
export interface GetVirtualSystemCollectionOutputArgs {
  /** The VM group: its name, its `CollectionID` (a GUID in any case, with or without braces), its object path, or a `VirtualSystemCollection`. */
  collection: pulumi.Input<string> | VirtualSystemCollection;
  /** The configured connection to use. Default: as for resources. */
  connection?: pulumi.Input<string>;
}

/**
 * Looks up a VM group that the stack doesn't manage. The program reads it from the host each time it runs.
 *
 * @example
 * ```ts
 * const { machines } = await getVirtualSystemCollection({ collection: "web-tier" });
 * ```
 *
 * @throws {@link NotFoundError} when there is no such group; the message lists the host's groups.
 * @public
 */
export function getVirtualSystemCollection(
  args: GetVirtualSystemCollectionArgs,
  options: pulumi.InvokeOptions = {},
): Promise<output.GetVirtualSystemCollectionResult> {
  return lookUp("getVirtualSystemCollection", args, options);
}

/**
 * Looks up a VM group as {@link getVirtualSystemCollection} does, once its arguments are known and the resources it depends on exist.
 *
 * @public
 */
export function getVirtualSystemCollectionOutput(
  args: GetVirtualSystemCollectionOutputArgs,
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<output.GetVirtualSystemCollectionResult> {
  return lookUpOutput("getVirtualSystemCollection", withCollectionId(args), options);
}
