import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";

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
}

/** Keeps intents in the file system. */
export function intentFilesIn(root: string): IntentFiles {
  return {
    locate: (folder, name) => join(root, folder, name),
    folders: () => unlessMissing(readdir(root), []),
    list: (folder) => unlessMissing(readdir(join(root, folder)), []),
    read: (folder, name) => unlessMissing(readFile(join(root, folder, name), "utf8"), undefined),
    write: (folder, name, text) =>
      inFolder(join(root, folder), () => writeFileAtomic(join(root, folder, name), text, { mode: 0o600 })),
    mark: (folder, name, text) =>
      inFolder(join(root, folder), () => writeFile(join(root, folder, name), text, { mode: 0o600 })),
    remove: async (folder, name) => {
      await rm(join(root, folder, name), { force: true });
      await rmdir(join(root, folder)).catch(() => {}); // another file is in it, or somebody else was faster
    },
  };
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
  };
}
