import type { CimSession } from "../cim/cim-session";
import type { Pending } from "../dynamic/hidden-inputs";
import type { Properties } from "../dynamic/protocol";
import { NotFoundError } from "../errors";
import {
  describeCollection,
  findVirtualSystemCollection,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";

/** A snapshot that was begun, and the resource it belongs to. */
export interface BegunSnapshot {
  /** The resource's id. */
  readonly id: string;
  /** The resource's inputs, hidden ones included. */
  readonly inputs: Properties;
  readonly group: VirtualSystemCollection;
  readonly pending: Pending;
  /** Whether an earlier `pulumi up` has begun it. */
  readonly isResumed?: true;
  /** Whether its job was found by a search, since the host's answer was lost: it may be somebody else's. */
  readonly isAdopted?: true;
  /** The outputs of the snapshot, once it has been read: it is complete then, but for its name. */
  readonly read?: Properties;
  /** Machines whose names are known. */
  readonly machines: readonly VirtualMachine[];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** Jobs and snapshot collections that are known to be others': a search passes them by. */
  readonly others?: Others;
  /** Writes down that the snapshot is made. */
  readonly onMade?: (reference: string) => Promise<void>;
}

/** What is known to be somebody else's. */
export interface Others {
  /** Object paths of jobs. */
  readonly jobs: readonly string[];
  /** Ids of snapshot collections. */
  readonly made: readonly string[];
}

/**
 * Finds the group in which a snapshot was begun.
 *
 * @param outputs - What the state holds of it.
 * @throws {@link NotFoundError} that says what to do when the group is gone.
 */
export async function groupOfBegun(session: CimSession, outputs: Properties): Promise<VirtualSystemCollection> {
  try {
    return await findVirtualSystemCollection(session, String(outputs["collectionId"]));
  } catch (error) {
    if (!NotFoundError.isInstance(error)) throw error;
    throw new NotFoundError(
      {
        attempted: "Finding what became of the snapshot that was begun",
        target: describeCollection(session, String(outputs["collectionName"])),
        answer: "the group is no longer there, and without it what its job made can't be told",
        outcome: "Nothing was changed, and the resource stays in the state",
        remedy:
          "Look at the machines' snapshots on the host and remove those that nobody needs, then take the resource out with `pulumi state delete`",
      },
      { cause: error },
    );
  }
}
