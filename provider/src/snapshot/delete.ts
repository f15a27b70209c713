import type { CimInstancePath } from "../cim/cim-instance-path";
import {
  GuardError,
  HyperVError,
  JobFailedError,
  JobLostError,
  MergeError,
  MethodFailedError,
  NotFoundError,
} from "../errors";
import { anyBusy, machinesDoing, retryWhileBusy, waitUntilIdle } from "../hyperv/busy-machines";
import { destroySnapshot } from "../hyperv/collection-snapshot-service";
import { dependentsOf, dependentsUnknownRemedy, describeDependents, locateDependents } from "../hyperv/dependents";
import { describeSwitchedOff, readDiskMerges, switchMergingOn } from "../hyperv/disk-merges";
import { type MemberSnapshot, memberSnapshots } from "../hyperv/snapshot-collection";
import { machinePath, namesOf, type VirtualMachine } from "../hyperv/virtual-system-collection";
import { isDeleted, lookWithProof, requireVisibility } from "../hyperv/visibility";
import { waitUntil } from "../jobs/wait-until";
import { type Operation, waitShowing } from "../process/operation";
import type { Properties, ResourceCall, Words } from "../process/resource-call";
import type { OwnedBy } from "../recovery/journal";
import type { Others } from "../recovery/recovery";
import { OperationalStatus } from "../schema/value-maps";
import { knownMachines, knownThings } from "./properties";

/** What is to be deleted. */
export interface Deletion {
  readonly outputs: Properties;
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** Lists what belongs to other resources: a search passes it by. */
  readonly others?: () => Promise<Others>;
  /** Makes sure, right before something is sent, that the lock is still held. */
  readonly confirmLock: () => Promise<void>;
  /** Called when it is proven that the host has destroyed nothing, and won't. */
  readonly refused?: () => Promise<void>;
}

/**
 * Destroys a snapshot collection. One that is proven to be deleted already counts as success.
 *
 * @throws {@link GuardError} when dependent snapshots exist and it isn't known what the host does with them.
 */
export async function deleteSnapshot(operation: Operation, path: CimInstancePath, deletion: Deletion): Promise<void> {
  const { host, progress } = operation;
  const { outputs, deadlineAt } = deletion;
  const target = `the snapshot collection ${path.key("CollectionID")} of VM group ${JSON.stringify(outputs["collectionName"] ?? "?")} on ${host.session.hostName}`;
  if (await isDeleted(host.session, path, target, knownThings(outputs)))
    progress.step("the snapshot is already deleted");
  else await destroy(operation, path, target, deletion);
  const vmIds = knownMachines(outputs).map(({ vmId }) => vmId);
  if (outputs["waitForMerge"] === true) return waitForMerge(operation, { vmIds, target, deadlineAt });
  const { merging, switchedOff } = await readDiskMerges(host.session, vmIds);
  if (switchedOff.length > 0) progress.warn(`Destroyed, but ${describeSwitchedOff(switchedOff)}. ${switchMergingOn}`);
  if (merging.length > 0) progress.info(`Destroyed; disks still merge: ${namesOf(merging)}`);
}

async function destroy(operation: Operation, path: CimInstancePath, target: string, deletion: Deletion): Promise<void> {
  const { host, clock, progress } = operation;
  const { outputs, deadlineAt } = deletion;
  let warned: string | undefined;
  const members = await lookWithProof(host.session, {
    look: () => memberSnapshots(host.session, path),
    isIncomplete: (found) => found.length === 0,
    missing: `the members of ${target}`,
    known: knownThings(outputs),
  });
  const vmIds = members.map(({ vmId }) => vmId);
  const isBusy = () => anyBusy(host.session, vmIds);
  try {
    await retryWhileBusy(operation, { deadlineAt, isBusy }, async () => {
      // before each try: while the host was busy, another program may have taken a snapshot that depends on this one
      const warning = await guardDependents(operation, members, target, deletion);
      if (warning !== undefined && warning !== warned) progress.warn(warning);
      warned = warning;
      await deletion.confirmLock();
      const timeoutMs = Math.max(0, deadlineAt - clock.now());
      return destroySnapshot(host, path, waitShowing(operation, "destroying", { timeoutMs, target }));
    });
  } catch (error) {
    if (mayBeDestroyed(error)) {
      // a job that can't be seen, an unknown outcome, a snapshot that an earlier destroy is removing
      const busy = () => machinesDoing(host.session, vmIds, OperationalStatus.DeletingSnapshot);
      await waitUntilIdle(operation, { busy, deadlineAt, error });
      if (await isDeleted(host.session, path, target, knownThings(outputs))) return;
    }
    const isRefused = HyperVError.isInstance(error) && error.effect === "none" && error.code !== "LOCKED";
    if (isRefused) await deletion.refused?.();
    throw stillThere(operation, error);
  }
}

/** Tells whether a snapshot may be deleted although destroying it failed. */
function mayBeDestroyed(error: unknown): boolean {
  if (NotFoundError.isInstance(error) || MethodFailedError.isInstance(error)) return true;
  return HyperVError.isInstance(error) && error.effect === "unknown";
}

function stillThere({ call: { words } }: Operation, error: unknown): unknown {
  // a failed job may have destroyed a part of it
  if (!HyperVError.isInstance(error) || error.effect !== "unknown" || JobFailedError.isInstance(error)) return error;
  const outcome = "The snapshot is still there, and stays in the state";
  const remedy = JobLostError.isInstance(error) ? { remedy: `Run ${words.destroy} or ${words.apply} again` } : {};
  return error.with({ outcome, ...remedy, effect: "none" });
}

/** @returns A warning that names what is removed, too. @throws {@link GuardError} when the snapshot may not be destroyed. */
async function guardDependents(
  operation: Operation,
  members: readonly MemberSnapshot[],
  target: string,
  { deadlineAt, others }: Deletion,
): Promise<string | undefined> {
  const { host, call, configuration } = operation;
  const { dependents } = configuration;
  if (dependents === "kept") return undefined;
  // a snapshot that is being taken now will depend on it, and isn't visible yet
  const vmIds = members.map(({ vmId }) => vmId);
  const busy = () => machinesDoing(host.session, vmIds, OperationalStatus.CreatingSnapshot);
  const why = "a snapshot is being taken that will depend on this one";
  await waitUntilIdle(operation, {
    busy,
    why,
    deadlineAt,
    error: dependentsGuard(call.words, target, why, dependents),
  });
  const found = await dependentsOf(host.session, members);
  if (found.length === 0) return undefined;
  const { owned = [] } = (await others?.()) ?? {};
  const located = await locateDependents(host.session, found);
  const names = describeDependents(located, (id) => ownerOf(call, owned, id));
  // one that belongs to a collection may be another resource, such as the replacement that was just taken
  if (dependents === "removed" && located.every(({ snapshotCollectionId }) => snapshotCollectionId === null)) {
    return `Destroying ${target} also removes its dependent snapshots: ${names}`;
  }
  const count = found.length;
  const reason = {
    unknown: `${count} later ${count === 1 ? "checkpoint depends" : "checkpoints depend"} on this snapshot, and it isn't known whether the host keeps or removes ${count === 1 ? "it" : "them"}: ${names}`,
    removed: `later snapshots of a whole group depend on it, and this host would remove them too: ${names}`,
  }[dependents];
  throw dependentsGuard(call.words, target, reason, dependents);
}

function dependentsGuard(words: Words, target: string, why: string, dependents: "unknown" | "removed"): GuardError {
  const remedy = {
    unknown: dependentsUnknownRemedy(words.key("dependents")),
    removed: `Destroy the later ones first: ${words.destroy} does so by itself where one stack has them all`,
  }[dependents];
  return new GuardError(
    {
      attempted: "DestroySnapshot",
      target,
      answer: why,
      outcome: "The snapshot is still there, and stays in the state",
      remedy: `${remedy}. Where two resources of one program depend on each other, replace them together: ${words.replaceTogether}`,
    },
    { code: dependents === "unknown" ? "DEPENDENTS_UNKNOWN" : "DEPENDENTS_COLLECTED" },
  );
}

/** Names the resource that has a snapshot collection, as its mark says; undefined without one. */
function ownerOf({ scope }: ResourceCall, owned: readonly OwnedBy[], snapshotCollectionId: string): string | undefined {
  const mark = owned.find((one) => one.snapshotCollectionId?.toLowerCase() === snapshotCollectionId.toLowerCase());
  if (!mark) return undefined;
  const name = mark.resource.split("::").at(-1);
  const isOurs = mark.scope.project === scope.project && mark.scope.stack === scope.stack;
  return `resource ${name} of ${isOurs ? "this stack" : `stack ${mark.scope.stack} (project ${mark.scope.project})`}`;
}

/** Whose disks merge, and how long to wait. */
export interface MergeWait {
  readonly vmIds: readonly string[];
  /** What was destroyed, for messages. */
  readonly target: string;
  /** When to give up, on the operation's clock. */
  readonly deadlineAt: number;
}

/** How long a merge may take to begin after the job has ended. */
const beginsWithinMs = 5000;

/**
 * Waits until the disks of no machine are merging.
 *
 * @throws {@link MergeError} with the code `MERGE_TIMEOUT` when the deadline comes first, `MERGE_SWITCHED_OFF` when the disks won't merge.
 */
export async function waitForMerge({ host, clock, progress, call }: Operation, wait: MergeWait): Promise<void> {
  const attempted = "Waiting for the merge after DestroySnapshot";
  const { target, vmIds, deadlineAt } = wait;
  const startedAt = clock.now();
  let seen = false;
  await waitUntil<void, readonly VirtualMachine[]>(clock, {
    look: async () => {
      const { merging, switchedOff, visible } = await readDiskMerges(host.session, vmIds);
      if (switchedOff.length > 0) {
        const outcome = "The snapshot is destroyed, and its disks are still in the chain";
        const remedy = `${switchMergingOn}, then run ${call.words.destroy} again; or set waitForMerge to false`;
        const answer = describeSwitchedOff(switchedOff);
        throw new MergeError({ attempted, target, answer, outcome, remedy }, { code: "MERGE_SWITCHED_OFF" });
      }
      seen ||= merging.length > 0;
      const elapsedMs = clock.now() - startedAt;
      const mayBegin = !seen && elapsedMs < beginsWithinMs && clock.now() < deadlineAt && visible > 0;
      if (merging.length > 0 || mayBegin) return { waitFor: merging };
      // the disks of invisible machines may be merging
      if (vmIds.length > visible) await requireVisibility(host.session, "the machines' states", vmIds.map(machinePath));
      if (!seen && visible > 0) progress.info(noMergeSeen(elapsedMs));
      return { done: undefined };
    },
    until: () => (seen ? deadlineAt : Math.min(deadlineAt, startedAt + beginsWithinMs)),
    firstPauseMs: 500,
    longestPauseMs: 5000,
    onWaiting: (merging) =>
      progress.step(
        merging.length > 0 ? `destroyed; disks still merge: ${namesOf(merging)}` : "destroyed; waiting for the merge",
      ),
    late: (merging, elapsedMs) =>
      new MergeError(
        {
          attempted,
          target,
          answer: `after ${Math.round(elapsedMs / 1000)} s the disks of ${namesOf(merging)} were still merging`,
          outcome:
            "The snapshot is destroyed; the host is still merging, and until it ends the chain of disks is there",
          remedy: `Run ${call.words.destroy} again to wait longer, give it more time (${call.words.moreTime}), or set waitForMerge to false`,
        },
        { code: "MERGE_TIMEOUT" },
      ),
    signal: call.signal,
  });
}

function noMergeSeen(elapsedMs: number): string {
  return `Destroyed; no merge was seen within ${Math.round(elapsedMs / 1000)} s: the disks have merged already, or the merge failed. A disk whose path ends in .avhdx (Get-VMHardDiskDrive) is still in the chain`;
}
