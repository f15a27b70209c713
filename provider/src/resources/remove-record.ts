import { rmdir, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";

/**
 * Removes the file of a recovery record.
 *
 * @param id - The resource's, which is the file's name: the path comes from a state, so nothing else is ever removed.
 */
export async function removeRecord(file: string, id: string): Promise<void> {
  const isRecord = basename(file) === `${id.toLowerCase()}.json` && /^[0-9a-f]{32}$/.test(basename(dirname(file)));
  if (!isRecord) return;
  try {
    await unlink(file);
    await rmdir(dirname(file));
  } catch {
    // another file is in the folder, or an earlier run has removed the record
  }
}
