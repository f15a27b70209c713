import { CimInstancePath } from "../../cim/cim-instance-path";
import { escapeXml } from "../../cim/embedded-instance";
import { servicePath } from "../../hyperv/service-path";
import { memberSnapshots } from "../../hyperv/snapshot-collection";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { accepted, refusalWord, returnWord } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import type { ProbeScene } from "../probe-scene";
import { madeBy } from "../snapshot-trial";
import { firstSnapshot } from "./first-snapshot";
import { renameSnapshot } from "./rename-snapshot";

const note = "hyperv-snapshots probe";

/** What can be written on a snapshot. */
export const questionsOfNotes: readonly ProbeQuestion[] = [
  {
    id: "snapshotNotes",
    question: "Does a snapshot have its own Notes?",
    asked:
      "Writes a note on a machine's snapshot and reads it back. Also reads the machine's own note, and restores it if it changed.",
    option: "snapshotNotes",
    changesHost: true,
    ask: askOfNotes,
  },
  {
    id: "settingsCompletion",
    question: "Does ModifySystemSettings start a job, or is it done at once?",
    asked: "Gives a machine's snapshot another name, and checks whether the call returned 4096 or 0.",
    option: "settingsCompletion",
    changesHost: true,
    ask: async (scene) => {
      const { word, hasJob } = await nameFirst(scene, note);
      return { answer: word !== accepted ? word : hasJob ? "job" : "atOnce" };
    },
  },
  {
    id: "longNames",
    question: "Does a snapshot accept a name of more than 100 characters?",
    asked: "Gives a machine's snapshot a name of 101 characters.",
    option: "longNames",
    changesHost: true,
    ask: async (scene) => ({ answer: (await nameFirst(scene, note.padEnd(101, "."))).word }),
  },
];

/** Names a machine's part of the first snapshot. */
async function nameFirst(scene: ProbeScene, name: string) {
  const { trial } = await firstSnapshot(scene);
  const [snapshot] = await memberSnapshots(scene.session, madeBy(trial));
  if (!snapshot) throw new NoAnswer("the snapshot has no members");
  return renameSnapshot(scene, snapshot.snapshotId, name);
}

async function askOfNotes(scene: ProbeScene) {
  const { trial } = await firstSnapshot(scene);
  const [snapshot] = await memberSnapshots(scene.session, madeBy(trial));
  if (!snapshot) throw new NoAnswer("the snapshot has no members");
  const machine = `Microsoft:${snapshot.vmId}`;
  const before = await readNotes(scene, machine);
  // a host takes these in no notes, so that they couldn't be put back
  if (before.some((text) => /[&<]/.test(text))) throw new NoAnswer("the machine's own Notes couldn't be put back");
  scene.toPutBack.push(async () => {
    if ((await readNotes(scene, machine)).join() !== before.join()) await writeNotes(scene, machine, before);
  });
  const written = await writeNotes(scene, snapshot.snapshotId, [note]);
  if (written !== accepted) return { answer: written };
  if ((await readNotes(scene, snapshot.snapshotId)).includes(note)) return { answer: "kept" };
  const isOnMachine = (await readNotes(scene, machine)).includes(note);
  return { answer: isOnMachine ? "vm" : "ignored" };
}

async function readNotes({ session }: ProbeScene, instanceId: string): Promise<readonly string[]> {
  const keys = { InstanceID: instanceId };
  const { properties } = await session.get(
    new CimInstancePath({ className: ClassName.virtualSystemSettingData, keys }),
  );
  return [properties["Notes"] ?? []].flat().map(String).filter(Boolean);
}

async function writeNotes({ session }: ProbeScene, instanceId: string, notes: readonly string[]): Promise<string> {
  const service = await servicePath(session, ClassName.virtualSystemManagementService);
  const values = (notes.length > 0 ? notes : [""]).map((text) => `<VALUE>${escapeXml(text)}</VALUE>`).join("");
  const SystemSettings = `<INSTANCE CLASSNAME="${ClassName.virtualSystemSettingData}"><PROPERTY NAME="InstanceID" TYPE="string"><VALUE>${escapeXml(instanceId)}</VALUE></PROPERTY><PROPERTY.ARRAY NAME="Notes" TYPE="string"><VALUE.ARRAY>${values}</VALUE.ARRAY></PROPERTY.ARRAY></INSTANCE>`;
  try {
    return returnWord((await session.invokeMethod(service, "ModifySystemSettings", { SystemSettings })).returnValue);
  } catch (error) {
    return refusalWord(error);
  }
}
