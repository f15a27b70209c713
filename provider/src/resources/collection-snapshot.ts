import * as pulumi from "@pulumi/pulumi";
import type { input, output } from "../types";
import { forgetRecordWhenSaved } from "./forget-record";
import { withHiddenInputs } from "./hidden-inputs";
import { collectionSnapshotType, isOfType, repeatedOutputs } from "./identity";
import { markLostValues } from "./mark-lost-values";
import { leaveOutPromiseStacks } from "./promise-stacks";
import { VirtualSystemCollection } from "./virtual-system-collection";

/**
 * Describes a snapshot. A change of any input replaces the snapshot, except `snapshotName` and `waitForMerge`, which are updated in place.
 *
 * @public
 */
export interface CollectionSnapshotArgs {
  /**
   * The VM group: its name (`ElementName`), its `CollectionID` (a GUID in any case, with or without braces), or its
   * object path. If two groups have the name, the error lists both ids.
   */
  collection: pulumi.Input<string> | VirtualSystemCollection;
  /**
   * `CreateSnapshot`'s `SnapshotType`: `"Standard"` (1), `"Recovery"` (2, meant for backup and replication), or a vendor's
   * number from 32768 to 65535. Default: `"Standard"`.
   */
  snapshotType?: pulumi.Input<"Standard" | "Recovery" | number>;
  /**
   * `CreateSnapshot`'s `SnapshotSettings`: an object, or the text of an embedded instance
   * (`<INSTANCE CLASSNAME="…">…</INSTANCE>`), which is sent unchanged. Default: none, sent as the empty string.
   */
  settings?: pulumi.Input<input.SnapshotSettings | string>;
  /**
   * The name (`ElementName`) of every member's snapshot, written after the snapshots exist. Hosts refuse `&` and `<`;
   * control characters can't be sent. Default: the resource's name.
   */
  snapshotName?: pulumi.Input<string>;
  /**
   * Whether destroying the snapshot also waits until every machine has merged its disks. Default: false, which reports the
   * machines that still merge.
   */
  waitForMerge?: pulumi.Input<boolean>;
  /** Any JSON value. It is only compared: if it changes, a new snapshot replaces the old one. Default: none. */
  triggers?: pulumi.Input<pulumi.Input<unknown>[] | Record<string, pulumi.Input<unknown>>>;
  /**
   * The name of one of the configured `connections`. Default: the one that the configuration key `connection` names, else
   * the keys outside of `connections`.
   */
  connection?: pulumi.Input<string>;
}

/**
 * Finds a snapshot that is only read.
 *
 * @public
 */
export type CollectionSnapshotState = Pick<CollectionSnapshotArgs, "connection">;

/**
 * Takes one consistent snapshot of all machines of a Hyper-V VM group (`Msvm_CollectionSnapshotService.CreateSnapshot`).
 *
 * `pulumi up` takes the snapshot and waits for the host's job; `pulumi destroy` removes it. If the wait ends before the job does, the
 * resource stays in the state and the next `pulumi up` resumes. `customTimeouts` default to 30 minutes for create and delete, and to
 * 10 minutes for update.
 *
 * @example
 * ```ts
 * const before = new CollectionSnapshot("before-upgrade", {
 *   collection: "web-tier",
 *   triggers: [appVersion],
 * });
 * export const reference = before.resultingSnapshotCollection;
 * ```
 *
 * @public
 */
export class CollectionSnapshot extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = collectionSnapshotType;

  /** The reference: `\\HOST\root\virtualization\v2:Msvm_SnapshotCollection.CollectionID="…"`. */
  declare readonly resultingSnapshotCollection: pulumi.Output<string>;
  /** The `CollectionID` of the snapshot collection. */
  declare readonly snapshotCollectionId: pulumi.Output<string>;
  /** The `CollectionID` of the VM group. */
  declare readonly collectionId: pulumi.Output<string>;
  /** The object path of the VM group. */
  declare readonly collectionPath: pulumi.Output<string>;
  /** The name of the VM group when the snapshot was taken. */
  declare readonly collectionName: pulumi.Output<string>;
  /** The host's own name. */
  declare readonly hostName: pulumi.Output<string>;
  /** One snapshot per machine, in the order of the machines' names. */
  declare readonly members: pulumi.Output<output.SnapshotMember[]>;
  /** When the earliest of the members' snapshots was created, as ISO 8601 in UTC. */
  declare readonly createdAt: pulumi.Output<string | null>;
  /** The job that took the snapshot; null if the host needed none. */
  declare readonly job: pulumi.Output<output.SnapshotJob | null>;
  /** As given. */
  declare readonly collection: pulumi.Output<string>;
  /** As given, or the default. */
  declare readonly snapshotType: pulumi.Output<"Standard" | "Recovery" | number>;
  /** As given. */
  declare readonly settings: pulumi.Output<input.SnapshotSettings | string | undefined>;
  /** As given. */
  declare readonly triggers: pulumi.Output<unknown>;
  /** As given, or the default; after a refresh, the name on the host. */
  declare readonly snapshotName: pulumi.Output<string>;
  /** As given. */
  declare readonly waitForMerge: pulumi.Output<boolean | undefined>;
  /** As given. */
  declare readonly connection: pulumi.Output<string | undefined>;

  /**
   * Declares a snapshot.
   *
   * @param name - The resource's name in the program.
   */
  constructor(name: string, args: CollectionSnapshotArgs, options: pulumi.CustomResourceOptions = {}) {
    const collection = VirtualSystemCollection.isInstance(args.collection)
      ? args.collection.collectionId
      : args.collection;
    const endLeavingOut = leaveOutPromiseStacks();
    try {
      super(
        CollectionSnapshot.__pulumiType,
        name,
        {
          resultingSnapshotCollection: undefined,
          snapshotCollectionId: undefined,
          collectionId: undefined,
          collectionPath: undefined,
          collectionName: undefined,
          hostName: undefined,
          members: undefined,
          createdAt: undefined,
          job: undefined,
          __record: undefined,
          ...args,
          collection,
          ...(args.triggers !== undefined && { triggers: markLostValues(args.triggers) }),
          // one that is only read gets no name
          ...(options.id === undefined && { snapshotName: args.snapshotName ?? name }),
        },
        withHiddenInputs(options, {
          lifecycle: "collectionSnapshot",
          type: CollectionSnapshot.__pulumiType,
          repeated: repeatedOutputs.CollectionSnapshot,
          dependsOnOld: true,
          howToImport: (id, resource) =>
            `Then run: npx hyperv-snapshots import '${id}' --name ${resource}, and pulumi import --file hyperv-snapshots-import.json.`,
        }),
      );
    } finally {
      endLeavingOut();
    }
    if (options.id === undefined) forgetRecordWhenSaved(this);
  }

  /**
   * Reads a snapshot that the stack doesn't manage, and never deletes it.
   *
   * @param id - The host's `CollectionID` of the snapshot collection, or the reference to it.
   * @param state - The connection, if it isn't the default one.
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: CollectionSnapshotState = {},
    options: pulumi.CustomResourceOptions = {},
  ): CollectionSnapshot {
    return new CollectionSnapshot(name, state as CollectionSnapshotArgs, { ...options, id });
  }

  /** Tells whether a value is a `CollectionSnapshot`, from any copy of the package. */
  static override isInstance(value: unknown): value is CollectionSnapshot {
    return isOfType(value, CollectionSnapshot.__pulumiType);
  }
}
