import type { VirtualMachine, VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import type { Properties } from "./dynamic-provider";
import type { Pending } from "./hidden-inputs";

/** A snapshot that was begun, and the resource it belongs to. */
export interface BegunSnapshot {
  /** The resource's id. */
  readonly id: string;
  /** The resource's inputs, hidden ones included. */
  readonly inputs: Properties;
  readonly group: VirtualSystemCollection;
  readonly pending: Pending;
  /** The outputs of the snapshot, once it has been read: it is complete then, but for its name. */
  readonly read?: Properties;
  /** Machines whose names are known. */
  readonly machines: readonly VirtualMachine[];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
}
