import { MethodFailedError } from "../errors";
import { requestSnapshot, type SnapshotProgress } from "../hyperv/collection-snapshot-service";
import { activityOf, type MemberCondition, memberWarnings, readMemberConditions } from "../hyperv/member-condition";
import { explainRefusal } from "../hyperv/refusal";
import { listSnapshotCollections } from "../hyperv/snapshot-collection";
import { snapshotSettingsText } from "../hyperv/snapshot-settings";
import { whatIsLeft } from "../hyperv/what-is-left";
import type { BegunSnapshot } from "./begun-snapshot";
import { retryWhileBusy } from "./busy-retry";
import { completeSnapshot } from "./collection-snapshot-complete";
import { readInputs } from "./collection-snapshot-inputs";
import type { Properties } from "./dynamic-provider";
import type { Pending } from "./hidden-inputs";
import { noTrace, recoverLostAnswer } from "./lost-answer";
import type { Operation } from "./operation";

/**
 * Takes a snapshot of a group and waits until it is made.
 *
 * @returns The complete outputs.
 * @throws {@link MethodFailedError}, {@link JobFailedError} when nothing was taken.
 * @throws {@link PartialCreateError} when something was begun whose end was not seen.
 */
export async function takeSnapshot(
  operation: Operation,
  request: Pick<BegunSnapshot, "id" | "inputs" | "group" | "deadlineAt">,
): Promise<Properties> {
  const { session } = operation.host;
  const { group } = request;
  const before = await listSnapshotCollections(session, group.path);
  const machines = await readMemberConditions(session, group.path);
  for (const warning of memberWarnings(machines)) operation.progress.warn(warning);
  operation.progress.step(`asking for a snapshot of ${machines.length} machine${machines.length === 1 ? "" : "s"}`);
  const progress = await send(operation, { ...request, before }, machines);
  const begun = { ...request, machines };
  switch (progress.kind) {
    case "made":
      return completeSnapshot(operation, {
        ...begun,
        pending: { job: null, before, made: progress.path?.toString() ?? null },
      });
    case "jobStarted":
      return completeSnapshot(operation, {
        ...begun,
        pending: { job: progress.jobPath.toString(), before, made: null },
      });
    case "answerLost": {
      const lost: BegunSnapshot = { ...begun, pending: { job: null, before, made: null, answerLost: true } };
      const found = await recoverLostAnswer(operation, lost, progress.cause);
      if (!found) throw noTrace(operation, group, progress.cause);
      return completeSnapshot(operation, found);
    }
  }
}

/** Sends the request, again while members are busy; a refusal tells in which state they are. */
async function send(
  operation: Operation,
  {
    inputs,
    group,
    deadlineAt,
    before,
  }: Pick<BegunSnapshot, "inputs" | "group" | "deadlineAt"> & Pick<Pending, "before">,
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
    return await retryWhileBusy(operation, { deadlineAt, isBusy }, () => requestSnapshot(session, request));
  } catch (error) {
    if (!MethodFailedError.isInstance(error)) throw error;
    throw explainRefusal(error, members, await whatIsLeft(session, { collection: group, before }));
  }
}
