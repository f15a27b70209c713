import { CimInstancePath } from "../../cim/cim-instance-path";
import { embedInstance } from "../../cim/embedded-instance";
import { JobFailedError } from "../../errors";
import { servicePath } from "../../hyperv/service-path";
import { ClassName } from "../../schema/names";
import { refusalWord, returnWord } from "../outcome-word";
import type { ProbeScene } from "../probe-scene";

/** Gives a snapshot of the probe's own another name. @returns What came of it, in one word, and whether there was a job. */
export async function renameSnapshot(
  scene: ProbeScene,
  InstanceID: string,
  ElementName: string,
): Promise<{ readonly word: string; readonly hasJob: boolean }> {
  const service = await servicePath(scene.session, ClassName.virtualSystemManagementService);
  const SystemSettings = embedInstance(ClassName.virtualSystemSettingData, { InstanceID, ElementName });
  let hasJob = false;
  try {
    const result = await scene.session.invokeMethod(service, "ModifySystemSettings", { SystemSettings });
    const job = result.outParameters["Job"];
    hasJob = job instanceof CimInstancePath;
    if (job instanceof CimInstancePath) await scene.waitForJob(job, "ModifySystemSettings");
    return { word: returnWord(result.returnValue), hasJob };
  } catch (error) {
    if (hasJob && !JobFailedError.isInstance(error)) throw error;
    return { word: refusalWord(error), hasJob };
  }
}
