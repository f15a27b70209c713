import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { NotFoundError, UnknownOutcomeError } from "../errors";
import { machinesDoing, waitUntilIdle } from "../hyperv/busy-machines";
import { type MemberSnapshot, memberSnapshots } from "../hyperv/snapshot-collection";
import { nameSnapshots, nameWarning } from "../hyperv/snapshot-name";
import { describeCollection } from "../hyperv/virtual-system-collection";
import { isDeleted, lookWithProof } from "../hyperv/visibility";
import { type Operation, waitingForDelete } from "../process/operation";
import type { Answer, Pending, Properties, SavedResource } from "../process/resource-call";
import type { ResourceRecovery } from "../recovery/recovery";
import { OperationalStatus } from "../schema/value-maps";
import { failedAnswer, finishSnapshot, groupOfRequested, type SnapshotOperation } from "./finish";
import { knownMachines, knownThings, readInputs, withoutInputs } from "./properties";
import { tookNoEffect } from "./search";

/** Resumes the snapshot of a resource that isn't complete. */
export async function resumeIncomplete(
  operation: Operation,
  recovery: ResourceRecovery,
  how: {
    readonly state: SavedResource;
    readonly pending: Pending;
    readonly inputs: Properties;
    readonly deadlineAt: number;
  },
): Promise<Answer> {
  const { state, pending, inputs, deadlineAt } = how;
  const { id, outputs } = state;
  const { journal } = recovery;
  const group = await groupOfRequested(operation, outputs);
  operation.progress.step("resuming the snapshot that an earlier run requested");
  const begun: SnapshotOperation = {
    id,
    inputs,
    group,
    pending,
    machines: [],
    deadlineAt,
    isResumed: true,
    others: () => recovery.others(id),
    advanced: async (phase, { job, made }) => {
      if (phase === "made" && made !== null) {
        await journal.markOwned(id, {
          snapshotCollectionId: String(CimInstancePath.parse(made).key("CollectionID")),
        });
      } else if (phase === "accepted" && job !== null) await journal.markOwned(id, { job });
    },
    // a snapshot that only lacks its name has been read already, and so has its job
    ...(outputs["job"] && { read: { job: outputs["job"] } }),
  };
  const finished = await finishSnapshot(operation, begun);
  if (finished.kind === "answer") return finished.answer;
  const error = finished.why === "noTrace" ? tookNoEffect(operation, group) : finished.error;
  return failedAnswer(operation, begun, error);
}

/**
 * Waits until the host has ended the delete that an interrupted run began.
 *
 * @returns `underWay` when the deadline comes first. The host may be deleting another snapshot of the same machines.
 */
export async function endOfDelete(
  operation: Operation,
  outputs: Properties,
  path: CimInstancePath,
  deadlineAt: number,
): Promise<"destroyed" | "kept" | "underWay"> {
  const { host } = operation;
  const known = knownMachines(outputs);
  const machines = known.length > 0 ? known : await membersIfThere(host.session, path);
  const vmIds = machines.map(({ vmId }) => vmId);
  const busy = () => machinesDoing(host.session, vmIds, OperationalStatus.DeletingSnapshot);
  const late = new Error(waitingForDelete);
  try {
    await waitUntilIdle(operation, { busy, why: waitingForDelete, deadlineAt, error: late });
  } catch (error) {
    if (error !== late) throw error;
    return "underWay";
  }
  const target = describeSnapshot(operation, outputs, path);
  return (await isDeleted(host.session, path, target, knownThings(outputs))) ? "destroyed" : "kept";
}

async function membersIfThere(session: CimSession, path: CimInstancePath): Promise<readonly MemberSnapshot[]> {
  try {
    return await memberSnapshots(session, path);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return [];
    throw error;
  }
}

/**
 * Waits for the delete of an interrupted run, so that only a snapshot that still exists is changed.
 *
 * @throws {@link NotFoundError} when it has destroyed the snapshot.
 * @throws {@link UnknownOutcomeError} when it may still destroy it.
 */
export async function waitForInterruptedDelete(
  operation: Operation,
  outputs: Properties,
  path: CimInstancePath,
  deadlineAt: number,
): Promise<void> {
  const end = await endOfDelete(operation, outputs, path, deadlineAt);
  if (end === "kept") return;
  const target = describeSnapshot(operation, outputs, path);
  const { apply } = operation.call.words;
  const call = { attempted: "Updating", target };
  if (end === "underWay") {
    const answer = "the host is still deleting a snapshot of its machines";
    throw new UnknownOutcomeError({ ...call, answer, outcome: "It may be this one", remedy: `Run ${apply} again` });
  }
  throw new NotFoundError(
    {
      ...call,
      answer: "an interrupted run has destroyed it",
      outcome: "Nothing was changed",
      remedy: `Run ${apply} again: it takes a new snapshot`,
    },
    { effect: "none" },
  );
}

const groupOf = ({ host: { session } }: Operation, outputs: Properties): string =>
  describeCollection(session, String(outputs["collectionName"]));

const describeSnapshot = (operation: Operation, outputs: Properties, path: CimInstancePath): string =>
  `the snapshot collection ${path.key("CollectionID")} of ${groupOf(operation, outputs)}`;

/** Applies a change to a complete snapshot: a new name goes to the host, everything else into the state. */
export async function updateInPlace(
  operation: Operation,
  { id, outputs }: SavedResource,
  inputs: Properties,
): Promise<Answer> {
  const { host, progress } = operation;
  const { snapshotName: name } = readInputs(inputs);
  if (name !== undefined && name !== outputs["snapshotName"]) {
    const longName = nameWarning(name);
    if (longName !== undefined) progress.warn(longName);
    const path = CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
    const members = await lookWithProof(host.session, {
      look: () => memberSnapshots(host.session, path),
      isIncomplete: (found) => found.length === 0,
      missing: "the members' snapshots",
      known: knownThings(outputs),
    });
    await nameSnapshots(host, { members, name, target: `the snapshots of ${groupOf(operation, outputs)}` });
  }
  return { id, outputs: { ...withoutInputs(outputs), ...inputs }, pending: null };
}
