import type { IntentFiles } from "./record-files";

/** So long the note of a delete is kept, in milliseconds: 30 days. Until then, a run that was cut off has long been repeated. */
const keptMs = 30 * 24 * 3_600_000;

/** What is written down of a resource that is about to be deleted. */
export interface DeleteNote {
  readonly moment: Date;
  /**
   * What a snapshot that isn't complete has come to, once its job is over: its reference, null for nothing. A repetition must not look for
   * it again: what it would find by then may be somebody else's.
   */
  readonly made?: string | null;
}

/** The file of such a note: the moment, and in the next line what was made. */
export const deleteNote = (id: string): string => `${id}.deleted`;

const nothing = "nothing";

export const deleteNoteText = ({ moment, made }: DeleteNote): string =>
  made === undefined ? moment.toISOString() : `${moment.toISOString()}\n${made ?? nothing}`;

export function readDeleteNote(text: string): DeleteNote {
  const [moment = "", made] = text.split("\n");
  return { moment: new Date(moment), ...(made !== undefined && { made: made === nothing ? null : made }) };
}

/** Whether a file's name is that of such a note. */
export const isDeleteNote = (name: string): boolean => name.endsWith(".deleted");

/** Forgets the notes of deletes of long ago, in all folders. */
export async function forgetOldDeletes(files: IntentFiles, moment: Date): Promise<void> {
  for (const folder of await files.folders()) {
    for (const name of (await files.list(folder)).filter(isDeleteNote)) {
      const noted = readDeleteNote((await files.read(folder, name)) ?? "");
      if (moment.getTime() - noted.moment.getTime() > keptMs) await files.remove(folder, name);
    }
  }
}
