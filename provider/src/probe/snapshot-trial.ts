import { CimInstancePath } from "../cim/cim-instance-path";
import type { MethodResult } from "../cim/cim-session";
import type { CimValue } from "../cim/cim-value";
import { JobFailedError, JobLostError } from "../errors";
import { destroySnapshot } from "../hyperv/collection-snapshot-service";
import { servicePath } from "../hyperv/service-path";
import { listSnapshotCollections, snapshotCollectionPath } from "../hyperv/snapshot-collection";
import type { VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { exists } from "../hyperv/visibility";
import type { JobReading } from "../jobs/concrete-job";
import type { Redacted } from "../probe-answer";
import { NoAnswer } from "../probe-answer";
import { ClassName } from "../schema/names";
import { ReturnValue, SnapshotType } from "../schema/value-maps";
import { accepted, refusalWord, returnWord } from "./outcome-word";
import type { ProbeScene } from "./probe-scene";

/** What `CreateSnapshot` is given beside the group. */
export interface TrialParameters {
  readonly snapshotType?: number;
  readonly snapshotSettings?: CimValue;
}

/** A call of `CreateSnapshot` that the host has answered. */
export interface BegunTrial {
  readonly group: VirtualSystemCollection;
  /** The ids of the group's snapshot collections before. */
  readonly before: readonly string[];
  /** What came of it so far, in one word. */
  readonly word: string;
  /** Null where WMI refused the call itself. */
  readonly result: MethodResult | null;
  /** The job's path; null without a job. */
  readonly jobPath: CimInstancePath | null;
}

/** A call of `CreateSnapshot` with its results. */
export interface Trial extends BegunTrial {
  /** The last reading of its job; null without a job, or if the host doesn't show it. */
  readonly job: JobReading | null;
  /** The snapshot collections that it made: more than one only if several calls ran in parallel. */
  readonly made: readonly CimInstancePath[];
}

/** Calls `CreateSnapshot` on a group of the probe's own, and doesn't wait for its job. */
export async function beginTrial(
  { session }: ProbeScene,
  group: VirtualSystemCollection,
  { snapshotType = SnapshotType.StandardSnapshot, snapshotSettings = "" }: TrialParameters = {},
): Promise<BegunTrial> {
  const before = await listSnapshotCollections(session, group.path);
  const service = await servicePath(session, ClassName.collectionSnapshotService);
  const parameters = { Collection: group.path, SnapshotSettings: snapshotSettings, SnapshotType: snapshotType };
  try {
    const result = await session.invokeMethod(service, "CreateSnapshot", parameters);
    const job = result.outParameters["Job"];
    const isJob =
      result.returnValue === ReturnValue.MethodParametersCheckedJobStarted && job instanceof CimInstancePath;
    return { group, before, word: returnWord(result.returnValue), result, jobPath: isJob ? job : null };
  } catch (error) {
    return { group, before, word: refusalWord(error), result: null, jobPath: null };
  }
}

/** Waits for what a call started, and looks at what it made. */
export async function finishTrial(scene: ProbeScene, begun: BegunTrial): Promise<Trial> {
  let { word } = begun;
  let job: JobReading | null = null;
  try {
    if (begun.jobPath) job = await scene.waitForJob(begun.jobPath, "CreateSnapshot");
  } catch (error) {
    if (!JobFailedError.isInstance(error)) throw error;
    word = refusalWord(error);
  }
  const known = new Set(begun.before);
  const now = await listSnapshotCollections(scene.session, begun.group.path);
  const made = now.filter((id) => !known.has(id)).map(snapshotCollectionPath);
  for (const path of made) scene.ownSnapshots.set(path.identity, path);
  return { ...begun, word, job, made };
}

/** Takes a snapshot of a group of the probe's own, with the machines idle before. */
export async function takeTrial(
  scene: ProbeScene,
  group: VirtualSystemCollection,
  parameters: TrialParameters = {},
): Promise<Trial> {
  await scene.untilIdle();
  return finishTrial(scene, await beginTrial(scene, group, parameters));
}

/** The snapshot collection that a trial made. @throws {@link NoAnswer} when it made none, or several. */
export function madeBy({ made, word }: Trial): CimInstancePath {
  const [only] = made;
  if (only === undefined || made.length > 1) throw new NoAnswer(`no snapshot was made to look at (${word})`);
  return only;
}

/** Removes what a trial made. */
export async function discard(scene: ProbeScene, paths: readonly CimInstancePath[]): Promise<void> {
  for (const path of paths) {
    await scene.untilIdle();
    if (!(await exists(scene.session, path))) continue;
    try {
      await destroySnapshot(scene.host, path, { timeoutMs: discardTimeoutMs, target: path.relativePath });
    } catch (error) {
      if (!JobLostError.isInstance(error)) throw error;
      await scene.untilIdle();
    }
  }
}

const discardTimeoutMs = 30 * 60_000;

/** Tries a call, and removes the snapshot that it made. */
export async function wordOfTrial(
  scene: ProbeScene,
  group: VirtualSystemCollection,
  parameters: TrialParameters = {},
): Promise<{ readonly answer: string; readonly observed: Readonly<Record<string, Redacted>> }> {
  const trial = await takeTrial(scene, group, parameters);
  await discard(scene, trial.made);
  return { answer: trial.word, observed: observedOf(trial) };
}

/** Lists the readings of a trial for the recording. */
export function observedOf({ result, word, job, made }: Trial): Readonly<Record<string, Redacted>> {
  return {
    returnValue: result?.returnValue ?? null,
    ...(word !== accepted && result?.returnValue === ReturnValue.MethodParametersCheckedJobStarted && { job: word }),
    ...(job && { jobState: job.jobState }),
    snapshotCollections: made.length,
  };
}
