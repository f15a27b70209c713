import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isGone, ownIdentity } from "./process-identity";

const mark = ".partial-";
let count = 0;

/**
 * Gives the name under which something that belongs at `path` is made before it is renamed into place. The name tells
 * whose work it is, so that others can remove it when its maker was killed.
 */
export function partialName(path: string): string {
  count += 1;
  return `${path}.${count}${mark}${ownIdentity()}`;
}

/** Removes from a folder what makers left half-made that are gone. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const at = name.indexOf(mark);
    if (at === -1 || !isGone(name.slice(at + mark.length))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
