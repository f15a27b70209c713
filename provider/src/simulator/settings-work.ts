import type { CimValue } from "../cim/cim-value";
import { ClassName, VirtualSystemType } from "../schema/names";
import type { StoredInstance } from "./cim-repository";
import type { WorkOf } from "./host-record";
import { linked, links, reversed } from "./links";
import { activeSettings, type WorkScene } from "./machine-snapshots";

/** Writes settings of a machine or of a snapshot. */
export function modifySettings(scene: WorkScene, { instanceId, values }: WorkOf<"modifySettings">): void {
  const { repository } = scene;
  const settings = repository.find(repository.path(ClassName.virtualSystemSettingData, { InstanceID: instanceId }));
  if (settings === undefined) return;
  const { Notes: notes, ...others } = values;
  const changed = repository.update(settings, others as Readonly<Record<string, CimValue>>);
  if (settings.properties["VirtualSystemType"] === VirtualSystemType.realized && "ElementName" in others) {
    const [machine] = linked(repository, reversed(links.settingsOfMachine), settings);
    if (machine !== undefined) repository.update(machine, { ElementName: others["ElementName"] as string });
  }
  if (Array.isArray(notes)) writeNotes(scene, changed, notes);
}

function writeNotes({ repository, options }: WorkScene, settings: StoredInstance, notes: readonly string[]): void {
  // behaviour: firstNoteOnly
  const kept = { Notes: notes.slice(0, 1) };
  const [machine] = linked(repository, reversed(links.snapshotsOfMachine), settings);
  if (machine === undefined) {
    repository.update(settings, kept);
    return;
  }
  // behaviour: snapshotNotes
  if (options.snapshotNotes === "kept") repository.update(settings, kept);
  if (options.snapshotNotes === "vm") repository.update(activeSettings(repository, machine), kept);
}
