import { createHash, randomInt } from "node:crypto";
import { lstat, mkdir, open, readdir, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Scope } from "../process/resource-call";

/** Keeps small files, in one folder for each resource. */
export interface RecordFiles {
  /** Where a file is, for messages. */
  locate(folder: string, name: string): string;
  /** The names of the folders. */
  folders(): Promise<readonly string[]>;
  /** The names of the files in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * Reads a file; undefined when it doesn't exist.
   *
   * @throws An error when another account owns it or may write to it: what it says can't be trusted.
   */
  read(folder: string, name: string): Promise<string | undefined>;
  /** Writes a file: whole or not at all, and flushed to the disk before it is done. */
  write(folder: string, name: string, text: string): Promise<void>;
  /** Writes a file that is useless after a power failure, so it isn't flushed. */
  mark(folder: string, name: string, text: string): Promise<void>;
  /** Writes into a file that exists, and never makes one. */
  renew(folder: string, name: string, text: string): Promise<void>;
  /** Removes a file, and the folder with its last file. A missing file counts as success. */
  remove(folder: string, name: string): Promise<void>;
  /** Waits until nothing is being written. */
  settled(): Promise<void>;
}

/** Keeps files in the file system. */
export function recordFilesIn(root: string): RecordFiles {
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
    read: (folder, name) => unlessMissing(readOwn(join(root, folder), name), undefined),
    write: (folder, name, text) => writing(folder, () => writeWhole(join(root, folder, name), text)),
    mark: (folder, name, text) => writing(folder, () => writeFile(join(root, folder, name), text, { mode: 0o600 })),
    renew: (folder, name, text) => unlessMissing(overwrite(join(root, folder, name), text), undefined),
    remove: async (folder, name) => {
      await unlessMissing(unlink(join(root, folder, name)), undefined);
      await rmdir(join(root, folder)).catch(() => {}); // another file is in it, or another process was faster
    },
    settled: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

/** Reads a file that no other account could have written. */
async function readOwn(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await refuseForeign(folder);
  await refuseForeign(path);
  return readFile(path, "utf8");
}

const writableByOthers = 0o022;

async function refuseForeign(path: string): Promise<void> {
  const account = process.getuid?.();
  if (account === undefined) return; // on Windows the profile's folder is the account's own
  const { uid, mode } = await lstat(path);
  if (uid !== account) throw new Error(`${path} belongs to another account (${uid})`);
  if ((mode & writableByOthers) !== 0) throw new Error(`other accounts may write to ${path}`);
}

/** Writes into a file that is there; one that another process removes meanwhile stays removed. */
async function overwrite(path: string, text: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** The name of a file while it is written. */
const unfinished = (path: string): string => `${path}.${randomInt(1e12)}`;

/** Tells whether a file was never finished, if no process writes it now. */
export const isUnfinished = (name: string): boolean => /\.(json|deleted)\.\d+$/.test(name);

/**
 * Writes a file beside the one whose place it then takes, and flushes both the text and the name.
 *
 * Written here, since write-file-atomic needs twice the calls, at every step of every snapshot, and doesn't flush the name.
 */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = unfinished(path);
  try {
    await writeFile(beside, text, { flag: "wx", mode: 0o600, flush: true });
    await renameOver(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {}); // it doesn't exist, or can't be removed either
    throw error;
  }
  await flushFolder(dirname(path));
}

const busyCodes = ["EPERM", "EACCES", "EBUSY"];

/** Renames a file over another one, which a virus scanner may have open for a moment: on Windows it can't be replaced then. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let pauseMs = 10; ; pauseMs *= 2) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!busyCodes.includes(String((error as { code?: unknown }).code)) || pauseMs > 160) throw error;
      await setTimeout(pauseMs);
    }
  }
}

/** Flushes the names in a folder, where that is possible: Windows can't, nor can some network file systems. */
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

/** Writes into a folder, which is made where it is missing: another process may just have removed it because it was empty. */
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

/** Keeps files in memory: for a resource without a name, and for tests. */
export function recordFilesInMemory(): RecordFiles {
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
    renew: async (folder, name, text) => {
      if (kept.get(folder)?.has(name)) await write(folder, name, text);
    },
    remove: async (folder, name) => {
      kept.get(folder)?.delete(name);
      if (kept.get(folder)?.size === 0) kept.delete(folder);
    },
    settled: async () => {},
  };
}

/** The owner of a record: a resource of a deployment. */
export interface Identity {
  readonly scope: Scope;
  readonly resource: string;
}

/** Names the folder of one resource of one deployment. */
export function resourceFolder({ scope, resource }: Identity): string {
  const { backend, organization, project, stack } = scope;
  return createHash("sha256")
    .update(JSON.stringify([backend, organization, project, stack, resource]))
    .digest("hex")
    .slice(0, 32);
}

/** Tells whether a folder's name is that of a resource. */
export const isResourceFolder = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

/** The folder of the notes of deletes, which belong to an id: a renamed resource keeps them. */
export const deletesFolder = "deletes";

/** The folder of the locks. */
export const locksFolder = "locks";

const fileOfId = (ending: string) => {
  const pattern = new RegExp(`^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.${ending}$`);
  return {
    /** The name of the file of a resource's id. */
    of: (id: string): string => `${id}.${ending}`,
    /** The id in a file's name; undefined for another kind of file. */
    idIn: (name: string): string | undefined => pattern.exec(name)?.[1],
  };
};

/** The file of a record. */
export const recordFile = fileOfId("json");

/** The file that says that a resource is about to be deleted, and what became of its incomplete snapshot. */
export const deleteFile = fileOfId("deleted");

/** The file that says which snapshot, or which job, a resource has. */
export const ownedFile = fileOfId("owns");
