import type { IntentFiles } from "./intent-files";

/** So long the note of a delete is kept whose resource nobody creates again, in milliseconds: 30 days. */
const keptMs = 30 * 24 * 3_600_000;

/** The file that notes that a resource is about to be deleted; it holds the moment. */
export const deleteNote = (id: string): string => `${id}.deleted`;

/** Whether a file's name is that of such a note. */
export const isDeleteNote = (name: string): boolean => name.endsWith(".deleted");

/** Forgets the notes of deletes of long ago, in all folders: a resource that is created again forgets its own. */
export async function forgetOldDeletes(files: IntentFiles, moment: Date): Promise<void> {
  for (const folder of await files.folders()) {
    for (const name of (await files.list(folder)).filter(isDeleteNote)) {
      const notedAt = Date.parse((await files.read(folder, name)) ?? "");
      if (moment.getTime() - notedAt > keptMs) await files.remove(folder, name);
    }
  }
}
