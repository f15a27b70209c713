import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import envPaths from "env-paths";

/** Holds everything that the tools download or build. */
export const cacheFolder = join(envPaths("pulumi-hyperv-snapshots", { suffix: "" }).cache, "pulumi-cli");

const mark = ".partial-";
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes a folder, all of it or nothing: `make` fills a new one beside it, which then takes its place. Two processes may do so at
 * once: one result stays.
 *
 * @throws what `make` throws; the folder is then as it was.
 */
export async function fillFolder(folder: string, make: (partial: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await removeLeftovers(dirname(folder));
  const partial = await mkdtemp(`${folder}${mark}`);
  try {
    await make(partial);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Removes what was left by processes that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((one) => one.includes(mark))) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}

/** Gives a file this content unless it has it already. Another process sees the old file or the new one, never a part. */
export async function writeWhenDifferent(file: string, content: Buffer, mode: number): Promise<void> {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(content)) return;
  const folder = await mkdtemp(`${file}${mark}`);
  const partial = join(folder, basename(file));
  try {
    await writeFile(partial, content);
    await chmod(partial, mode);
    await rename(partial, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
