import { randomUUID } from "node:crypto";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { Configuration } from "../config";
import { metaOf, type Pending, pendingOf } from "../dynamic/hidden-inputs";
import type { Properties } from "../dynamic/protocol";
import { type HyperVError, JobFailedError, MethodFailedError, PartialCreateError } from "../errors";
import { requestSnapshot, type SnapshotProgress } from "../hyperv/collection-snapshot-service";
import { activityOf, type MemberCondition, memberWarnings, readMemberConditions } from "../hyperv/member-condition";
import { describeNewSnapshots } from "../hyperv/new-snapshots";
import { explainRefusal } from "../hyperv/refusal";
import { listSnapshotCollections } from "../hyperv/snapshot-collection";
import { snapshotSettingsText } from "../hyperv/snapshot-settings";
import { machinePath, type VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { isDeleted } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import type { ResourceIntents } from "../recovery/journal";
import { decideOnCreate, type Saved } from "../recovery/policy";
import { fingerprint, type Intent } from "../recovery/record";
import { Attempt } from "./attempt";
import type { BegunSnapshot } from "./begun-snapshot";
import { retryWhileBusy } from "./busy-retry";
import { isRecent, settleIntents } from "./discard";
import { completeSnapshot } from "./finish";
import { readInputs, replacingInputs } from "./inputs";
import { noTrace, recoverLostAnswer } from "./search";

/** What `create` is asked for. */
export interface Creation {
  /** The resource's inputs, hidden ones included. */
  readonly inputs: Properties;
  readonly group: VirtualSystemCollection;
  readonly intents: ResourceIntents;
  readonly dependents: Configuration["dependents"];
  /** When to stop waiting, on the operation's clock. */
  readonly deadlineAt: number;
}

/** What `create` answers. */
type Created = { readonly id: string; readonly outs: Properties };

/**
 * Takes a snapshot of a group and waits until it is made; or goes on with one that an earlier run began and that the state doesn't have.
 *
 * @returns The resource's id, and the complete outputs.
 * @throws {@link MethodFailedError}, {@link JobFailedError} when nothing was taken.
 * @throws {@link PartialCreateError} when something was begun whose end was not seen.
 */
export async function createSnapshot(operation: Operation, creation: Creation): Promise<Created> {
  const { intents, inputs } = creation;
  const { hostName: host, namespace } = operation.host.session;
  const decisions = decideOnCreate(await intents.list({ host, namespace }), {
    saved: savedOf(inputs),
    inputs: fingerprintOf(inputs),
    isRecent: (intent) => isRecent(intent, operation),
  });
  const earlier = await settleIntents(operation, decisions, creation);
  return (earlier && (await goOn(operation, creation, earlier))) ?? takeSnapshot(operation, creation);
}

function savedOf(inputs: Properties): Saved {
  const { saved } = metaOf(inputs);
  return saved === undefined ? "unknown" : saved.id;
}

function fingerprintOf(inputs: Properties): string {
  return fingerprint(Object.fromEntries(replacingInputs.map((name) => [name, inputs[name] ?? null])));
}

async function takeSnapshot(operation: Operation, creation: Creation): Promise<Created> {
  const { session } = operation.host;
  const { inputs, group, intents, deadlineAt } = creation;
  const before = await listSnapshotCollections(session, group.path);
  const machines = await readMemberConditions(session, group.path);
  for (const warning of memberWarnings(machines)) operation.progress.warn(warning);
  operation.progress.step(`asking for a snapshot of ${machines.length} machine${machines.length === 1 ? "" : "s"}`);
  const intent = await intents.begin(
    {
      id: randomUUID(),
      inputs: fingerprintOf(inputs),
      where: { host: session.hostName, namespace: session.namespace },
      group: { collectionId: group.collectionId, collectionPath: group.path.toString() },
      members: machines.map(({ vmId, vmName }) => ({ vmId, vmName })),
      before,
    },
    operation.moment(),
  );
  const attempt = new Attempt(intents, intent);
  let progress: SnapshotProgress;
  try {
    progress = await send(operation, { ...creation, before }, machines);
  } catch (error) {
    await attempt.end(); // nothing was taken on: what is lost on the way is no error here
    throw error;
  }
  const begun = { id: attempt.id, inputs, group, machines, deadlineAt, onMade: attempt.onMade };
  return attempt.answer(async () => {
    switch (progress.kind) {
      case "made":
      case "jobStarted": {
        const job = progress.kind === "made" ? null : progress.jobPath.toString();
        const made = progress.kind === "made" ? (progress.path?.toString() ?? null) : null;
        await attempt.accepted({ job, made: null }); // what the answer named is believed once it was looked at
        return completeSnapshot(operation, { ...begun, pending: { job, before, made } });
      }
      case "outcomeUnknown": {
        const lost: BegunSnapshot = { ...begun, pending: { job: null, before, made: null, answerLost: true } };
        const others = await intents.namedElsewhere(attempt.id);
        const found = await recoverLostAnswer(operation, { ...lost, others }, progress.cause);
        if (!found) throw noTrace(operation, group, machines, progress.cause);
        await attempt.accepted(found.pending);
        return completeSnapshot(operation, found);
      }
    }
  });
}

/** Sends the request, again while members are busy; a refusal tells in which state they are. */
async function send(
  operation: Operation,
  { inputs, group, deadlineAt, intents, before }: Creation & Pick<Pending, "before">,
  seen: readonly MemberCondition[],
): Promise<SnapshotProgress> {
  const { session } = operation.host;
  const { snapshotType, settings } = readInputs(inputs);
  let members = seen;
  const isBusy = async () => {
    members = await readMemberConditions(session, group.path);
    return members.some((member) => activityOf(member) !== null);
  };
  const request = { collection: group, snapshotType, snapshotSettings: snapshotSettingsText(settings) };
  try {
    return await retryWhileBusy(operation, { deadlineAt, isBusy }, async () => {
      await intents.confirmClaim();
      return requestSnapshot(session, request);
    });
  } catch (error) {
    if (!MethodFailedError.isInstance(error)) throw error;
    throw explainRefusal(error, members, await describeNewSnapshots(session, { collection: group, before }));
  }
}

/**
 * Goes on with what an earlier run began: finds what came of the request, waits for its job, uses what was made.
 *
 * @returns Undefined when nothing came of it, or nothing is left of it.
 */
async function goOn(operation: Operation, creation: Creation, intent: Intent): Promise<Created | undefined> {
  const { inputs, group, intents, deadlineAt } = creation;
  const attempt = new Attempt(intents, intent);
  const pending: Pending = { ...intent.pending, ...(intent.phase === "started" && { answerLost: true }) };
  if (pending.failed !== undefined || (await isRemoved(operation, intent))) {
    await attempt.end();
    return undefined;
  }
  operation.progress.tell(`Going on with the snapshot that an earlier run began at ${intent.beganAt}`);
  const others = await intents.namedElsewhere(intent.id);
  const begun: BegunSnapshot = {
    id: intent.id,
    inputs,
    group,
    pending,
    machines: intent.members,
    deadlineAt,
    isResumed: true,
    others,
    onMade: attempt.onMade,
  };
  try {
    return await attempt.answer(async () => {
      const found = pending.answerLost ? await recoverLostAnswer(operation, begun, undefined) : begun;
      if (!found) throw new NothingCameOfIt();
      if (found !== begun) await attempt.accepted(found.pending);
      return completeSnapshot(operation, found);
    });
  } catch (error) {
    if (!cameToNothing(error)) throw error;
    await attempt.end();
    if (!(error instanceof NothingCameOfIt)) operation.progress.warn(`${error.message} A new snapshot is taken`);
    return undefined;
  }
}

/** The request was never sent, or the host took no notice of it. */
class NothingCameOfIt extends Error {}

function cameToNothing(error: unknown): error is HyperVError | NothingCameOfIt {
  if (error instanceof NothingCameOfIt) return true;
  if (JobFailedError.isInstance(error)) return error.operation === "CreateSnapshot";
  if (!PartialCreateError.isInstance(error)) return false;
  return pendingOf(error.properties)?.failed !== undefined;
}

async function isRemoved({ host }: Operation, { pending, group, members }: Intent): Promise<boolean> {
  if (pending.made === null) return false;
  const path = CimInstancePath.parse(pending.made);
  const known = [CimInstancePath.parse(group.collectionPath), ...members.map(({ vmId }) => machinePath(vmId))];
  return isDeleted(host.session, path, `the snapshot collection ${path.key("CollectionID")}`, known);
}
