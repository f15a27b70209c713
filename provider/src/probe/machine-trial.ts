import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimValue } from "../cim/cim-value";
import { JobFailedError } from "../errors";
import type { MemberCondition } from "../hyperv/member-condition";
import { servicePath } from "../hyperv/service-path";
import { machinePath } from "../hyperv/virtual-system-collection";
import type { Redacted } from "../probe-answer";
import { NoAnswer } from "../probe-answer";
import { ClassName, isSnapshotType } from "../schema/names";
import { ReturnValue } from "../schema/value-maps";
import { refusalWord, returnWord } from "./outcome-word";
import type { MachineSnapshot, MachineTrial, ProbeScene } from "./probe-scene";

/** What `CreateSnapshot` is given beside the machine. */
export interface MachineTrialParameters {
  readonly snapshotType: number;
  readonly snapshotSettings: CimValue;
}

/** Reads the snapshots of a machine, by their ids. */
async function snapshotsOf({ session }: ProbeScene, vmId: string): Promise<ReadonlyMap<string, MachineSnapshot>> {
  const found = await session.associators(machinePath(vmId), {
    associationClass: "Msvm_SnapshotOfVirtualSystem",
    resultClass: ClassName.virtualSystemSettingData,
  });
  const snapshots = found.filter((one) => isSnapshotType(one.string("VirtualSystemType")));
  return new Map(
    snapshots.map((one) => [one.path.identity, { path: one.path, name: one.string("ElementName") }] as const),
  );
}

/**
 * Takes a snapshot of one machine by the per-machine service, and removes it.
 *
 * @param look - Is shown the snapshot before it is removed.
 * @returns What came of the call, in one word.
 */
export async function tryMachine(
  scene: ProbeScene,
  { vmId }: MemberCondition,
  { snapshotType, snapshotSettings }: MachineTrialParameters,
  look: (made: MachineSnapshot) => void = () => {},
): Promise<{ readonly answer: string; readonly observed: Readonly<Record<string, Redacted>> }> {
  if (scene.machineTrials.size > 0) throw new NoAnswer("an earlier snapshot of a machine couldn't be removed");
  await scene.untilIdle();
  const before = new Set((await snapshotsOf(scene, vmId)).keys());
  const trial: MachineTrial = { vmId, before };
  scene.machineTrials.add(trial);
  const { word, returnValue } = await call(scene, "CreateSnapshot", {
    AffectedSystem: machinePath(vmId),
    SnapshotSettings: snapshotSettings,
    SnapshotType: snapshotType,
  });
  const made = await madeBy(scene, trial);
  trial.made = made;
  for (const one of made) look(one);
  await discardTrial(scene, trial);
  return { answer: word, observed: { returnValue, snapshots: made.length } };
}

async function madeBy(scene: ProbeScene, { vmId, before }: MachineTrial): Promise<readonly MachineSnapshot[]> {
  const now = await snapshotsOf(scene, vmId);
  return [...now].flatMap(([id, one]) => (before.has(id) ? [] : [one]));
}

/**
 * Removes what a trial made.
 *
 * @throws {@link NoAnswer} when the host keeps it, or when the machine has several new snapshots, so that any can be the probe's.
 */
export async function discardTrial(scene: ProbeScene, trial: MachineTrial): Promise<void> {
  await scene.untilIdle();
  const left = await madeBy(scene, trial);
  const isOwn = ({ path }: MachineSnapshot) => trial.made?.some((own) => own.path.identity === path.identity) ?? true;
  const [made, ...others] = left.filter(isOwn);
  if (others.length > 0)
    throw new NoAnswer(`the machine has ${others.length + 1} new snapshots, and not all are the probe's`);
  if (made !== undefined) {
    const { word } = await call(scene, "DestroySnapshot", { AffectedSnapshot: made.path });
    const now = await madeBy(scene, trial);
    if (now.some(({ path }) => path.identity === made.path.identity))
      throw new NoAnswer(`its snapshot couldn't be removed (${word})`);
  }
  scene.machineTrials.delete(trial);
}

/** Calls a method of the per-machine service, and waits for its job. */
async function call(
  scene: ProbeScene,
  method: string,
  parameters: Readonly<Record<string, CimValue>>,
): Promise<{ readonly word: string; readonly returnValue: number | null }> {
  const service = await servicePath(scene.session, ClassName.virtualSystemSnapshotService);
  let returnValue: number | null = null;
  try {
    const result = await scene.session.invokeMethod(service, method, parameters);
    returnValue = result.returnValue;
    const job = result.outParameters["Job"];
    if (returnValue === ReturnValue.MethodParametersCheckedJobStarted && job instanceof CimInstancePath) {
      await scene.waitForJob(job, method);
    }
    return { word: returnWord(returnValue), returnValue };
  } catch (error) {
    if (!JobFailedError.isInstance(error) && returnValue !== null) throw error;
    return { word: refusalWord(error), returnValue };
  }
}
