import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { partialName } from "./partial";

/**
 * Gives a file the wanted content and mode, touching it only when its bytes differ.
 *
 * Whoever reads or runs the file at that moment sees the old one or the new one, never a part: the new one is written
 * beside it and renamed over it.
 */
export async function writeWhenDifferent(file: string, content: Buffer, mode: number): Promise<void> {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(content)) return;
  const partial = partialName(file);
  try {
    await writeFile(partial, content);
    await chmod(partial, mode);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}
