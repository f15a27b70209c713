import { randomUUID } from "node:crypto";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { type HyperVError, InvalidArgumentError, MethodFailedError } from "../errors";
import { retryWhileBusy } from "../hyperv/busy-machines";
import { requestSnapshot, type SnapshotProgress } from "../hyperv/collection-snapshot-service";
import {
  activityOf,
  type MemberState,
  membersNow,
  readMemberStates,
  warnOfMembers,
  withSettings,
} from "../hyperv/member-condition";
import { describeNewSnapshots } from "../hyperv/new-snapshots";
import { explainRefusal } from "../hyperv/refusal";
import { listSnapshotCollections } from "../hyperv/snapshot-collection";
import { nameWarning } from "../hyperv/snapshot-name";
import { snapshotSettingsText } from "../hyperv/snapshot-settings";
import { machinePath, type VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { isDeleted } from "../hyperv/visibility";
import { waitUntil } from "../jobs/wait-until";
import type { Operation } from "../process/operation";
import type { Answer, Json, Pending, Properties } from "../process/resource-call";
import { decideOnCreate, isResultOf } from "../recovery/policy";
import { fingerprint, matches, type Phase, type RecoveryRecord } from "../recovery/record";
import { isRecent, type ResourceRecovery } from "../recovery/recovery";
import { ClassName } from "../schema/names";
import { describeRetained, discardRecord } from "./discard";
import { failedAnswer, finishSnapshot, reachedBy, type SnapshotOperation, unanswered } from "./finish";
import { readInputs, replacingInputs } from "./properties";
import { noTrace } from "./search";

/** The request of a `create`. */
export interface Creation {
  readonly inputs: Properties;
  readonly group: VirtualSystemCollection;
  readonly recovery: ResourceRecovery;
  /** The ids of machines whose disks merge because this process destroyed a snapshot. */
  readonly merging: ReadonlySet<string>;
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
}

/** A group before a snapshot of it is requested. */
export interface GroupState extends Pick<Pending, "before"> {
  readonly members: readonly MemberState[];
}

/** Reads a group, right before a snapshot of it is requested. */
export async function readGroup(session: CimSession, { path }: VirtualSystemCollection): Promise<GroupState> {
  const [members, before] = await Promise.all([
    readMemberStates(session, path),
    listSnapshotCollections(session, path),
  ]);
  return { members, before };
}

/**
 * Takes a snapshot of a group and waits until it is complete; or resumes one that an earlier run requested and the state doesn't have.
 *
 * @param seen - The group, as it was read after its lock was taken.
 * @throws {@link HyperVError} with the effect `none` when nothing was taken.
 */
export async function createSnapshot(operation: Operation, creation: Creation, seen: GroupState): Promise<Answer> {
  const { recovery, inputs } = creation;
  const { call, moment, resumeWithinMs } = operation;
  const records = await recovery.journal.list(operation.connection);
  if (records.every(({ phase }) => phase === "retained")) return takeSnapshot(operation, creation, seen);
  const held = await waitForReturners(operation, recovery, records);
  const saved = await call.saved();
  const decisions = decideOnCreate(records, {
    saved,
    fits: (record) => matches(record.inputs, replacingValues(inputs)),
    isRecent: (record) => isRecent(record, moment(), resumeWithinMs),
    isHeld: (record) => held.has(record.id),
  });
  const earlier = await recovery.settle(decisions, {
    discard: (record) =>
      discardRecord(operation, record, { ...creation, ...(saved && saved !== "unknown" && { held: saved }) }),
    describe: describeRetained,
  });
  const resumed = earlier && (await resume(operation, creation, earlier));
  return resumed ?? takeSnapshot(operation, creation, await readGroup(operation.host.session, creation.group));
}

function replacingValues(inputs: Properties): Json {
  return Object.fromEntries(replacingInputs.map((name) => [name, inputs[name] ?? null]));
}

const returnerPatienceMs = 10_000;

/**
 * Waits for processes that have returned a record and still live: what they returned may be about to be saved.
 *
 * @returns The ids of the records whose process lives on.
 */
async function waitForReturners(
  { clock, progress, call }: Operation,
  recovery: ResourceRecovery,
  records: readonly RecoveryRecord[],
): Promise<ReadonlySet<string>> {
  const returned = records.filter(({ phase, pending }) => phase === "returned" && pending.made !== null);
  if (returned.some((record) => recovery.returner(record) === "thisProcess")) throw sameIdentity(call.resource);
  const living = () => returned.filter((record) => recovery.returner(record) === "alive").map(({ id }) => id);
  const until = clock.now() + returnerPatienceMs;
  return waitUntil<ReadonlySet<string>, readonly string[]>(clock, {
    look: async () => {
      const ids = living();
      return ids.length === 0 || clock.now() >= until ? { done: new Set(ids) } : { waitFor: ids };
    },
    until: () => until,
    firstPauseMs: 250,
    longestPauseMs: 250,
    onWaiting: () => progress.step("waiting for an earlier run to end"),
    late: () => undefined,
    signal: call.signal,
  });
}

function sameIdentity(resource: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "CreateSnapshot",
    target: resource,
    answer: "this run has already created a resource with the same identity",
    outcome: "Nothing was asked of the host",
    remedy: "Give each resource its own name",
  });
}

/** Keeps the record of an attempt up to date during the work. */
class Attempt {
  private readonly recovery: ResourceRecovery;
  private record: RecoveryRecord;

  constructor(recovery: ResourceRecovery, record: RecoveryRecord) {
    this.recovery = recovery;
    this.record = record;
  }

  readonly advanced = async (phase: Phase, pending: Pending): Promise<void> => {
    const { journal } = this.recovery;
    this.record = await journal.advance(this.record, phase, pending);
    if (phase !== "made" || pending.made === null) return;
    const snapshotCollectionId = String(CimInstancePath.parse(pending.made).key("CollectionID"));
    await journal.markOwned(this.record.id, { snapshotCollectionId });
  };

  /** Records that `create` returns: from then on the state may have the resource. */
  async returned(answer: Answer): Promise<Answer> {
    const { journal } = this.recovery;
    const { id } = this.record;
    const pending = answer.pending ?? this.record.pending;
    // once the snapshot is known, its mark stands already
    if (answer.pending?.job && answer.pending.made === null && answer.pending.failed === undefined)
      await journal.markOwned(id, { job: answer.pending.job });
    await this.recovery.returned(this.record, pending);
    await journal.cleanUp();
    return { ...answer, recordFile: journal.locate(id) };
  }

  /** Removes the record of a request that had no result, or whose result no longer exists. */
  async end(): Promise<void> {
    await this.recovery.journal.unmark(this.record.id);
    await this.recovery.journal.remove(this.record);
  }
}

async function takeSnapshot(
  operation: Operation,
  creation: Creation,
  { members, before }: GroupState,
): Promise<Answer> {
  const { inputs, group, recovery } = creation;
  const longName = nameWarning(readInputs(inputs).snapshotName ?? "");
  if (longName !== undefined) operation.progress.warn(longName);
  operation.progress.step(`requesting a snapshot of ${members.length} machine${members.length === 1 ? "" : "s"}`);
  const record = await recovery.journal.begin(
    {
      id: randomUUID(),
      inputs: fingerprint(replacingValues(inputs)),
      connection: operation.connection,
      subject: { class: ClassName.virtualSystemCollection, key: group.collectionId, path: group.path.toString() },
      machines: members.map(({ vmId, vmName }) => ({ vmId, vmName })),
      before,
    },
    operation.moment(),
  );
  const warned = readAndWarn(operation, members, creation.merging); // side by side with the request
  try {
    return await requestAndFinish(operation, creation, record);
  } finally {
    await warned;
  }
}

/** Warns of the members' states and settings. The snapshot doesn't depend on it: without the settings there is no warning. */
async function readAndWarn(
  { host, progress }: Operation,
  members: readonly MemberState[],
  merging: ReadonlySet<string>,
): Promise<void> {
  try {
    warnOfMembers(progress, await withSettings(host.session, members), merging);
  } catch {
    // whatever it is, the request is under way, and its answer counts
  }
}

async function requestAndFinish(operation: Operation, creation: Creation, record: RecoveryRecord): Promise<Answer> {
  const { before } = record.pending;
  const attempt = new Attempt(creation.recovery, record);
  let sent: SnapshotProgress;
  try {
    sent = await send(operation, { ...creation, before });
  } catch (error) {
    await attempt.end(); // the host refused, or the request was never sent
    throw error;
  }
  const pending = pendingOf(sent, before, operation.moment());
  const begun = snapshotOperation(creation, record, { attempt, isResumed: false, pending });
  if (sent.kind !== "outcomeUnknown") {
    // what the answer named is believed once it was looked at
    await attempt.advanced("accepted", { ...pending, made: null });
  }
  const finished = await finishSnapshot(operation, begun);
  if (finished.kind === "answer") return attempt.returned(finished.answer);
  if (finished.why === "noResult") return attempt.returned(failedAnswer(operation, begun, finished.error));
  await attempt.end();
  if (finished.why === "jobFailed") throw finished.error;
  throw await noTrace(operation, begun.group, (sent as { readonly cause: HyperVError }).cause);
}

function pendingOf(sent: SnapshotProgress, before: readonly string[], answeredAt: Date): Pending {
  switch (sent.kind) {
    case "made":
      return { job: null, before, made: sent.path?.toString() ?? null };
    case "jobStarted":
      return { job: sent.jobPath.toString(), before, made: null };
    case "outcomeUnknown":
      return { job: null, before, made: null, outcomeUnknown: true, until: reachedBy(answeredAt) };
  }
}

function snapshotOperation(
  { inputs, group, recovery, deadlineAt }: Creation,
  { id, machines }: RecoveryRecord,
  more: Pick<SnapshotOperation, "isResumed" | "pending"> & { readonly attempt: Attempt },
): SnapshotOperation {
  const { attempt, ...state } = more;
  // only what may have to be searched for can be taken for another's
  const isSearched = state.isResumed || state.pending.outcomeUnknown === true;
  return {
    id,
    inputs,
    group,
    machines,
    deadlineAt,
    ...state,
    ...(isSearched && { others: () => recovery.others(id) }),
    advanced: attempt.advanced,
  };
}

/** Sends the request, again while members are busy. A refusal says in which state they are. */
async function send(
  operation: Operation,
  { inputs, group, deadlineAt, recovery, before }: Creation & Pick<Pending, "before">,
): Promise<SnapshotProgress> {
  const { session } = operation.host;
  const { snapshotType, settings } = readInputs(inputs);
  const isBusy = async () => (await readMemberStates(session, group.path)).some((one) => activityOf(one) !== null);
  const request = { collection: group, snapshotType, snapshotSettings: snapshotSettingsText(settings) };
  try {
    return await retryWhileBusy(operation, { deadlineAt, isBusy }, async () => {
      await recovery.confirmLock();
      return requestSnapshot(session, request);
    });
  } catch (error) {
    if (!MethodFailedError.isInstance(error)) throw error;
    const [members, outcome] = await Promise.all([
      membersNow(session, group.path),
      describeNewSnapshots(session, { collection: group, before }),
    ]);
    throw explainRefusal(error, members, outcome);
  }
}

/**
 * Resumes what an earlier run requested.
 *
 * @returns Undefined when it made nothing, or when it is deleted or in the state already.
 */
async function resume(operation: Operation, creation: Creation, record: RecoveryRecord): Promise<Answer | undefined> {
  const { progress } = operation;
  const attempt = new Attempt(creation.recovery, record);
  const isUnanswered = record.phase === "requested" && record.pending.job === null && record.pending.made === null;
  const pending: Pending = { ...record.pending, ...(isUnanswered && unanswered(record)) };
  if (pending.failed !== undefined || (await isResultDeleted(operation, record))) {
    await attempt.end();
    return undefined;
  }
  if (pending.made !== null && (await isTaken(creation.recovery, record))) {
    progress.warn(`The snapshot that an earlier run requested at ${record.beganAt} belongs to another resource now`);
    await attempt.end();
    return undefined;
  }
  progress.info(`Resuming the snapshot that an earlier run requested at ${record.beganAt}`);
  const begun = snapshotOperation(creation, record, { attempt, isResumed: true, pending });
  const finished = await finishSnapshot(operation, begun);
  if (finished.kind === "answer") {
    const { answer } = finished;
    // an import may have put it into a state under another id
    const isSaved = async () => {
      const ids = await operation.call.savedIds();
      return ids !== "unknown" && ids.has(String(answer.outputs["snapshotCollectionId"]).toLowerCase());
    };
    if (answer.pending || !(await isSaved())) return attempt.returned(answer);
  }
  // warn first: if this run is killed before the record is removed, the next run warns again
  if (finished.kind === "nothing" && finished.why !== "noTrace")
    progress.warn(`${finished.error.message} A new snapshot is taken`);
  await attempt.end();
  return undefined;
}

/** Tells whether another resource has the snapshot of a record, since it was imported meanwhile. */
async function isTaken(recovery: ResourceRecovery, record: RecoveryRecord): Promise<boolean> {
  return (await recovery.others(record.id)).made.some((id) => isResultOf(record, id));
}

async function isResultDeleted({ host }: Operation, { pending, subject, machines }: RecoveryRecord): Promise<boolean> {
  if (pending.made === null) return false;
  const path = CimInstancePath.parse(pending.made);
  const known = [CimInstancePath.parse(subject.path), ...machines.map(({ vmId }) => machinePath(vmId))];
  return isDeleted(host.session, path, `the snapshot collection ${path.key("CollectionID")}`, known);
}
