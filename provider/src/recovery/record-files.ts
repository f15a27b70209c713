import { randomInt } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where intents are kept: small files in one folder for each resource. */
export interface IntentFiles {
  /** Where a file is, for messages. */
  locate(folder: string, name: string): string;
  /** The names of the folders. */
  folders(): Promise<readonly string[]>;
  /** The names of the files in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Undefined when it isn't there. */
  read(folder: string, name: string): Promise<string | undefined>;
  /** Writes a file: whole or not at all, and flushed to the disk before it is done. */
  write(folder: string, name: string, text: string): Promise<void>;
  /** Writes a file that means nothing any more when the machine has lost its power. */
  mark(folder: string, name: string, text: string): Promise<void>;
  /** Gone already is success; so is a folder that goes with its last file. */
  remove(folder: string, name: string): Promise<void>;
  /** Waits until nothing is being written. */
  settled(): Promise<void>;
}

/** Keeps intents in the file system. */
export function intentFilesIn(root: string): IntentFiles {
  const underWay = new Set<Promise<void>>();
  const writing = async (folder: string, write: () => Promise<void>) => {
    const work = inFolder(join(root, folder), write).finally(() => underWay.delete(work));
    underWay.add(work);
    await work;
  };
  return {
    locate: (folder, name) => join(root, folder, name),
    folders: () => unlessMissing(readdir(root), []),
    list: (folder) => unlessMissing(readdir(join(root, folder)), []),
    read: (folder, name) => unlessMissing(readFile(join(root, folder, name), "utf8"), undefined),
    write: (folder, name, text) => writing(folder, () => writeWhole(join(root, folder, name), text)),
    mark: (folder, name, text) => writing(folder, () => writeFile(join(root, folder, name), text, { mode: 0o600 })),
    remove: async (folder, name) => {
      await unlessMissing(unlink(join(root, folder, name)), undefined);
      await rmdir(join(root, folder)).catch(() => {}); // another file is in it, or somebody else was faster
    },
    settled: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

/** The name of a file while it is written. */
const unfinished = (path: string): string => `${path}.${randomInt(1e12)}`;

/** Whether a file's name is that of one that was never finished, if nobody writes it now. */
export const isUnfinished = (name: string): boolean => /\.(json|deleted)\.\d+$/.test(name);

/**
 * Writes a file beside the one whose place it then takes, and flushes both the text and the name.
 *
 * Done here, since write-file-atomic also looks up where the path really leads, and whose the old file is: twice the calls, at every step
 * of every snapshot. It doesn't flush the name.
 */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = unfinished(path);
  try {
    await writeFile(beside, text, { flag: "wx", mode: 0o600, flush: true });
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {}); // it isn't there, or can't be helped
    throw error;
  }
  await flushFolder(dirname(path));
}

/** Flushes the names in a folder, where that can be done: Windows can't, nor can some file systems of a network. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // the text is on the disk; without its name the next run looks at the host
  }
}

/** Writes into a folder, which is made where it is missing: somebody else may just have removed it because it was empty. */
async function inFolder(folder: string, write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isMissing(error) || tries === 5) throw error;
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
  }
}

const isMissing = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes(String((error as { code?: unknown }).code));

async function unlessMissing<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return otherwise;
    throw error;
  }
}

/** Keeps intents in memory: for a resource whose URN nobody told, and for tests. */
export function intentFilesInMemory(): IntentFiles {
  const kept = new Map<string, Map<string, string>>();
  const write = async (folder: string, name: string, text: string) => {
    kept.set(folder, (kept.get(folder) ?? new Map()).set(name, text));
  };
  return {
    locate: (folder, name) => `${folder}/${name}`,
    folders: async () => [...kept.keys()],
    list: async (folder) => [...(kept.get(folder)?.keys() ?? [])],
    read: async (folder, name) => kept.get(folder)?.get(name),
    write,
    mark: write,
    remove: async (folder, name) => {
      kept.get(folder)?.delete(name);
      if (kept.get(folder)?.size === 0) kept.delete(folder);
    },
    settled: async () => {},
  };
}
