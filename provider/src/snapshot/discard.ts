import type { CimInstancePath } from "../cim/cim-instance-path";
import { HyperVError } from "../errors";
import { normalizeGuid } from "../hyperv/collection-designator";
import { memberSnapshots } from "../hyperv/snapshot-collection";
import { collectionOfSnapshot } from "../hyperv/virtual-system-collection";
import type { Operation } from "../process/operation";
import type { Pending, Properties } from "../process/resource-call";
import type { Held } from "../recovery/policy";
import type { RecoveryRecord } from "../recovery/record";
import type { ResourceRecovery } from "../recovery/recovery";
import { ClassName } from "../schema/names";
import { type Deletion, deleteSnapshot } from "./delete";
import { endRequested } from "./end";
import { unanswered } from "./snapshot-operation";

/** What discarding works with. */
export interface Discarding {
  readonly recovery: ResourceRecovery;
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
  /** The resource that the state holds: its snapshot is never discarded. */
  readonly held?: Held | undefined;
}

/**
 * Destroys what an earlier run requested and no state will ever hold. Keeps and reports what isn't proven to be the result, or may not be
 * destroyed.
 */
export async function discardRecord(
  operation: Operation,
  record: RecoveryRecord,
  { recovery, deadlineAt, held }: Discarding,
): Promise<void> {
  const { progress } = operation;
  const { journal } = recovery;
  progress.step(`cleaning up what an earlier run requested at ${record.beganAt}`);
  // if this is interrupted, the next run must still know that the outcome is unknown
  const isUnanswered = record.phase === "requested";
  const pending: Pending = { ...record.pending, ...(isUnanswered && unanswered(record)) };
  const discarded = await journal.advance(record, "discarded", pending);
  const { subject, machines, id } = discarded;
  const outputs: Properties = {
    collectionId: subject.key,
    collectionPath: subject.path,
    collectionName: subject.key,
    members: machines,
  };
  const deletion: Deletion = {
    outputs,
    deadlineAt,
    others: () => recovery.others(id),
    confirmLock: () => recovery.confirmLock(),
  };
  try {
    const path = await endRequested(operation, pending, deletion);
    const doubt = path && (await doubtAbout(operation, discarded, path, { recovery, held }));
    if (doubt) {
      if (doubt !== "held") progress.warn(`${described(record, path)} ${doubt}: it stays on the host`);
    } else if (path) {
      // if this is interrupted, the next run must not search again: it could find another request's snapshot
      if (pending.made === null) await journal.advance(discarded, "discarded", { ...pending, made: path.toString() });
      await remove(operation, record, path, deletion, recovery);
    }
  } catch (error) {
    if (!HyperVError.isInstance(error) || !isFinal(error)) throw error;
    progress.warn(
      `What an earlier run requested at ${record.beganAt} for this resource stays on the host, remove it there if it isn't needed: ${error.parts.answer}`,
    );
  }
  await journal.ownership.release(id);
  await journal.remove(discarded);
}

/**
 * Checks, against the host, that a snapshot is what a record's request made: records are data, and a file can be forged.
 *
 * @returns Why it may not be destroyed; `held` when the state holds it.
 */
async function doubtAbout(
  { host: { session } }: Operation,
  { id, subject, machines }: RecoveryRecord,
  path: CimInstancePath,
  { recovery, held }: Pick<Discarding, "recovery" | "held">,
): Promise<string | undefined> {
  const same = (one: string, other: string) => normalizeGuid(one) === normalizeGuid(other);
  if (path.className.toLowerCase() !== ClassName.snapshotCollection.toLowerCase()) return "isn't a snapshot collection";
  const snapshotId = String(path.key("CollectionID"));
  if (held?.snapshotCollectionId && same(held.snapshotCollectionId, snapshotId)) return "held";
  const { made } = await recovery.others(id);
  if (made.some((other) => same(other, snapshotId))) return "belongs to another resource";
  const group = await collectionOfSnapshot(session, path);
  if (group && !same(group.collectionId, subject.key)) return `belongs to the VM group ${JSON.stringify(group.name)}`;
  const members = await memberSnapshots(session, path);
  const foreign = members.filter(({ vmId }) => !machines.some((machine) => same(machine.vmId, vmId)));
  if (foreign.length > 0) return "holds machines that weren't in the group";
  return undefined;
}

async function remove(
  operation: Operation,
  record: RecoveryRecord,
  path: CimInstancePath,
  deletion: Deletion,
  { journal }: ResourceRecovery,
): Promise<void> {
  await deleteSnapshot(operation, path, deletion);
  const snapshotCollectionId = String(path.key("CollectionID"));
  await journal.ownership.releaseSnapshot(snapshotCollectionId);
  operation.progress.tell(
    `Removed the snapshot collection ${snapshotCollectionId}, which an earlier run requested at ${record.beganAt} and no state holds`,
  );
}

/** Tells whether another try would change nothing: a guard's refusal, an unknown outcome, a group that is deleted. */
function isFinal({ code }: HyperVError): boolean {
  return ["DEPENDENTS_UNKNOWN", "DEPENDENTS_COLLECTED", "OUTCOME_UNKNOWN", "JOB_LOST", "CIM_NOT_FOUND"].includes(code);
}

/** Names, for a warning, a snapshot that stays because the state may have had it. */
export function nameLeft({ beganAt, pending }: RecoveryRecord): string {
  const what = pending.made ?? `the result of ${pending.job ?? "its request"}`;
  return `An earlier run took a snapshot for this resource at ${beganAt} (${what}). We can't tell whether the state ever had it, and it may be kept on purpose, so it stays on the host as it is: remove it there if it isn't needed`;
}

const described = ({ beganAt }: RecoveryRecord, path: CimInstancePath): string =>
  `The recovery record of ${beganAt} names the snapshot collection ${path.key("CollectionID")}, which`;
