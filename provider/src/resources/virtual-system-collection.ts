import * as pulumi from "@pulumi/pulumi";
import type { output } from "../types";
import { withHiddenInputs } from "./hidden-inputs";
import { isOfType, repeatedOutputs, virtualSystemCollectionType } from "./identity";
import { leaveOutPromiseStacks } from "./promise-stacks";

/**
 * Describes a VM group and its machines. Every change but that of `connection` updates the group in place.
 *
 * @public
 */
export interface VirtualSystemCollectionArgs {
  /** The group's name (`ElementName`). Hosts allow several groups of one name. Default: the resource's name. */
  name?: pulumi.Input<string>;
  /** The machines in the group, each by its name or its id. Any other machine is removed from the group. Default: none. */
  members?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether the group may be destroyed while it has snapshots. Default: false, which refuses and lists them. */
  forceDestroy?: pulumi.Input<boolean>;
  /**
   * The name of one of the configured `connections`. A change replaces the group. Default: the one that the configuration
   * key `connection` names, else the keys outside of `connections`.
   */
  connection?: pulumi.Input<string>;
}

/**
 * Finds a group that is only read.
 *
 * @public
 */
export type VirtualSystemCollectionState = Pick<VirtualSystemCollectionArgs, "connection">;

/**
 * Creates a Hyper-V VM group (`Msvm_CollectionManagementService.DefineCollection`) and puts machines into it.
 *
 * @example
 * ```ts
 * const webTier = new VirtualSystemCollection("web-tier", { members: ["web-01", "web-02", "db-01"] });
 * const before = new CollectionSnapshot("before-upgrade", { collection: webTier });
 * ```
 *
 * @public
 */
export class VirtualSystemCollection extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = virtualSystemCollectionType;

  /** The `CollectionID` of the group; also the resource's id. */
  declare readonly collectionId: pulumi.Output<string>;
  /** The object path of the group. */
  declare readonly collectionPath: pulumi.Output<string>;
  /** The machines in the group, ordered by name. */
  declare readonly machines: pulumi.Output<output.GroupMachine[]>;
  /** The host's own name. */
  declare readonly hostName: pulumi.Output<string>;
  /** As given, or the default. */
  declare readonly name: pulumi.Output<string>;
  /** As given. */
  declare readonly members: pulumi.Output<string[] | undefined>;
  /** As given. */
  declare readonly forceDestroy: pulumi.Output<boolean | undefined>;
  /** As given. */
  declare readonly connection: pulumi.Output<string | undefined>;

  /**
   * Declares a VM group.
   *
   * @param name - The resource's name in the program.
   */
  constructor(name: string, args: VirtualSystemCollectionArgs = {}, options: pulumi.CustomResourceOptions = {}) {
    const endLeavingOut = leaveOutPromiseStacks();
    try {
      super(
        VirtualSystemCollection.__pulumiType,
        name,
        {
          collectionId: undefined,
          collectionPath: undefined,
          machines: undefined,
          hostName: undefined,
          ...args,
          ...(options.id === undefined && { name: args.name ?? name }),
        },
        withHiddenInputs(options, {
          lifecycle: "virtualSystemCollection",
          type: VirtualSystemCollection.__pulumiType,
          repeated: repeatedOutputs.VirtualSystemCollection,
          howToImport: (id, resource) =>
            `To use the group without managing it, write VirtualSystemCollection.get("${resource}", "${id}").`,
        }),
      );
    } finally {
      endLeavingOut();
    }
  }

  /**
   * Reads a VM group that the stack doesn't manage, and never deletes it.
   *
   * @param id - The host's `CollectionID` of the group.
   * @param state - The connection, if it isn't the default one.
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: VirtualSystemCollectionState = {},
    options: pulumi.CustomResourceOptions = {},
  ): VirtualSystemCollection {
    return new VirtualSystemCollection(name, state, { ...options, id });
  }

  /** Tells whether a value is a `VirtualSystemCollection`, from any copy of the package. */
  static override isInstance(value: unknown): value is VirtualSystemCollection {
    return isOfType(value, VirtualSystemCollection.__pulumiType);
  }
}
