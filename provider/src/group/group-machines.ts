import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { HyperVError, MethodFailedError, NotFoundError } from "../errors";
import { addMember, removeMember, renameGroup } from "../hyperv/collection-management-service";
import { findDesignatedMachines } from "../hyperv/machine-designator";
import {
  findVirtualSystemCollection,
  machinePath,
  membersOf,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import { waitUntil } from "../jobs/wait-until";
import { type Operation, waitingForDelete } from "../process/operation";
import type { VirtualSystemCollectionInputs } from "./properties";

/** A group, and the machines in it. */
export interface FilledGroup {
  readonly group: VirtualSystemCollection;
  readonly machines: readonly VirtualMachine[];
}

/** Finds a group by its id. @param known - What must be visible before it counts as deleted, beside the service. */
export async function findGroup(
  session: CimSession,
  id: string,
  known: readonly CimInstancePath[] = [],
): Promise<VirtualSystemCollection | undefined> {
  try {
    return await findVirtualSystemCollection(session, id, known);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return undefined;
    throw error;
  }
}

const pauseMs = 2000;

/** Searches for a group whose request has no known outcome: a job that isn't known may still make it. */
export function searchGroup(operation: Operation, id: string): Promise<VirtualSystemCollection | undefined> {
  const why = "the outcome of an earlier request is unknown: searching for its VM group";
  const forMs = operation.unknownOutcomeSearchMs;
  return watchGroup(operation, id, { isEnd: (group) => group !== undefined, forMs, why });
}

/**
 * Waits until the delete of an interrupted run has removed a group, or the time is over: a job that can't be found may still remove it.
 *
 * @param notedAt - When the run was about to send its request.
 * @returns The group if it still exists.
 */
export function groupAfterDelete(
  operation: Operation,
  id: string,
  notedAt: Date,
): Promise<VirtualSystemCollection | undefined> {
  const ageMs = operation.moment().getTime() - notedAt.getTime();
  const forMs = operation.unknownOutcomeSearchMs - Math.max(0, ageMs);
  return watchGroup(operation, id, { isEnd: (group) => group === undefined, forMs, why: waitingForDelete });
}

/** What to wait for, and how long. */
interface GroupWatch {
  readonly isEnd: (group: VirtualSystemCollection | undefined) => boolean;
  readonly forMs: number;
  /** What the resource's row says meanwhile. */
  readonly why: string;
}

/** Looks for a group until `isEnd` holds or the time is over. @returns What the last look found. */
function watchGroup(
  { clock, host, call, progress }: Operation,
  id: string,
  { isEnd, forMs, why }: GroupWatch,
): Promise<VirtualSystemCollection | undefined> {
  const until = clock.now() + forMs;
  return waitUntil<VirtualSystemCollection | undefined, undefined>(clock, {
    look: async () => {
      const group = await findGroup(host.session, id);
      return isEnd(group) || clock.now() >= until ? { done: group } : { waitFor: undefined };
    },
    until: () => until,
    firstPauseMs: pauseMs,
    longestPauseMs: pauseMs,
    onWaiting: () => progress.step(why),
    late: () => undefined,
    signal: call.signal,
  });
}

/** Gives a group its name and members, with only the calls that change something. */
export async function bringInLine(
  { host }: Operation,
  id: string,
  { name, members }: VirtualSystemCollectionInputs,
): Promise<FilledGroup> {
  const { session } = host;
  const machines = await findDesignatedMachines(session, members);
  const group = await findVirtualSystemCollection(session, id);
  if (group.name !== name) await renamed(host, group, name);
  const present = await membersOf(session, group.path);
  const isIn = (list: readonly VirtualMachine[], { vmId }: VirtualMachine) => list.some((one) => one.vmId === vmId);
  for (const machine of present) if (!isIn(machines, machine)) await makeMember(host, group, machine, false);
  for (const machine of machines) if (!isIn(present, machine)) await makeMember(host, group, machine, true);
  return { group: { ...group, name }, machines };
}

/** Tells whether a call may have taken effect although it failed: its job, its answer or a refusal doesn't prove otherwise. */
export function mayHaveHappened(error: unknown): boolean {
  return HyperVError.isInstance(error) && (error.effect !== "none" || MethodFailedError.isInstance(error));
}

async function renamed(host: Operation["host"], group: VirtualSystemCollection, name: string): Promise<void> {
  try {
    await renameGroup(host, group, name);
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    const now = await findGroup(host.session, group.collectionId);
    if (now?.name !== name) throw error;
  }
}

/** Puts a machine into a group, or takes it out. A host may refuse a change that is already made. */
async function makeMember(
  host: Operation["host"],
  group: VirtualSystemCollection,
  { vmId }: VirtualMachine,
  wanted: boolean,
): Promise<void> {
  try {
    await (wanted ? addMember : removeMember)(host, group, machinePath(vmId));
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    await requireVisibility(host.session, "the group's members", [group.path]);
    const isMember = (await membersOf(host.session, group.path)).some((machine) => machine.vmId === vmId);
    if (isMember !== wanted) throw error;
  }
}
