import { CimInstancePath } from "../cim/cim-instance-path";
import { NotFoundError, UnknownOutcomeError } from "../errors";
import { machinesDoing, waitUntilIdle } from "../hyperv/busy-machines";
import { memberSnapshots } from "../hyperv/snapshot-collection";
import { nameSnapshots, nameWarning } from "../hyperv/snapshot-name";
import { describeCollection, type VirtualMachine } from "../hyperv/virtual-system-collection";
import { isDeleted, requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
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

/** The machines of which the host deletes a snapshot now. */
export const deletingMachines = ({ host }: Operation, { outputs }: SavedResource): Promise<readonly VirtualMachine[]> =>
  machinesDoing(
    host.session,
    knownMachines(outputs).map(({ vmId }) => vmId),
    OperationalStatus.DeletingSnapshot,
  );

/**
 * Waits until the host has ended the delete that an interrupted run began.
 *
 * @throws {@link NotFoundError} when it has destroyed the snapshot.
 */
export async function outliveDelete(operation: Operation, state: SavedResource, deadlineAt: number): Promise<void> {
  const { host, call } = operation;
  const { outputs } = state;
  const path = CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
  const target = `the snapshot collection ${path.key("CollectionID")} of ${describeCollection(host.session, String(outputs["collectionName"]))}`;
  const remedy = `Run ${call.words.apply} again: if the snapshot is destroyed, it takes a new one`;
  const error = new UnknownOutcomeError({
    attempted: "Waiting for the delete of an interrupted run",
    target,
    answer: "the host still deletes snapshots of its machines",
    outcome: "The snapshot may be among them",
    remedy,
  });
  const why = "the host still deletes what an interrupted run requested";
  await waitUntilIdle(operation, { busy: () => deletingMachines(operation, state), why, deadlineAt, error });
  if (!(await isDeleted(host.session, path, target, knownThings(outputs)))) return;
  throw new NotFoundError(
    {
      attempted: "Updating",
      target,
      answer: "an interrupted run has destroyed it",
      outcome: "Nothing was changed",
      remedy: `Run ${call.words.apply} again: it takes a new snapshot`,
    },
    { effect: "none" },
  );
}

/** Applies a change to a complete snapshot: a new name goes to the host, everything else into the state. */
export async function updateInPlace(
  { host, progress }: Operation,
  { id, outputs }: SavedResource,
  inputs: Properties,
): Promise<Answer> {
  const { snapshotName: name } = readInputs(inputs);
  if (name !== undefined && name !== outputs["snapshotName"]) {
    const longName = nameWarning(name);
    if (longName !== undefined) progress.warn(longName);
    const collection = CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
    const members = await memberSnapshots(host.session, collection);
    if (members.length === 0) await requireVisibility(host.session, "the members' snapshots", knownThings(outputs));
    const target = `the snapshots of ${describeCollection(host.session, String(outputs["collectionName"]))}`;
    await nameSnapshots(host, { members, name, target });
  }
  return { id, outputs: { ...withoutInputs(outputs), ...inputs }, pending: null };
}
