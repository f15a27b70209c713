import { CimInstancePath } from "../cim/cim-instance-path";
import { memberSnapshots } from "../hyperv/snapshot-collection";
import { nameSnapshots, nameWarning } from "../hyperv/snapshot-name";
import { describeCollection } from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import type { Answer, Pending, Properties, SavedResource } from "../process/resource-call";
import type { ResourceRecovery } from "../recovery/recovery";
import { failedAnswer, finishSnapshot, groupOfRequested, type SnapshotOperation } from "./finish";
import { knownThings, readInputs, withoutInputs } from "./properties";
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
