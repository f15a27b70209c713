import { chmodSync, mkdirSync, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { isUnfinished, recordFilesIn } from "../../../provider/src/recovery/record-files";
import { temporaryFolder } from "../../support/temporary-folder";

/** What renaming fails with, one after the other. */
const busy = vi.hoisted((): Error[] => []);

vi.mock(import("node:fs/promises"), async (importOriginal) => {
  const real = await importOriginal();
  const rename: typeof real.rename = async (...paths) => {
    const failure = busy.shift();
    if (failure) throw failure;
    return real.rename(...paths);
  };
  return { ...real, rename };
});

vi.mock(import("node:timers/promises"), async (importOriginal) => ({
  ...(await importOriginal()),
  setTimeout: async <T>() => undefined as T,
}));

const folder = "0123456789abcdef";

it("replaces the file with one that only its owner can read, and leaves no temporary file", async () => {
  const root = temporaryFolder();
  const files = recordFilesIn(root);
  await files.write(folder, "a.json", "a longer text than the next");
  await files.write(folder, "a.json", "next");
  expect(await files.read(folder, "a.json")).toBe("next");
  expect(readdirSync(join(root, folder))).toEqual(["a.json"]);
  if (process.platform !== "win32") expect(statSync(join(root, folder, "a.json")).mode & 0o777).toBe(0o600);
});

it("leaves no temporary file if a folder blocks the path", async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, folder, "a.json", "in the way"), { recursive: true });
  await expect(recordFilesIn(root).write(folder, "a.json", "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM|EEXIST/);
  expect(readdirSync(join(root, folder))).toEqual(["a.json"]);
});

it("keeps the old file if the new one can't be written", async () => {
  const root = temporaryFolder();
  const files = recordFilesIn(root);
  await files.write(folder, "a.json", "first");
  // no text: the writing itself fails, as on a full disk
  await expect(files.write(folder, "a.json", 1 as unknown as string)).rejects.toThrow();
  expect(await files.read(folder, "a.json")).toBe("first");
  expect(readdirSync(join(root, folder))).toEqual(["a.json"]);
});

it.each([
  { failures: 2, code: "EPERM", isWritten: true },
  { failures: 2, code: "EBUSY", isWritten: true },
  { failures: 9, code: "EACCES", isWritten: false },
  { failures: 1, code: "ENOSPC", isWritten: false },
])(
  "tries again while another program has the file open: $failures times $code",
  async ({ failures, code, isWritten }) => {
    const files = recordFilesIn(temporaryFolder());
    await files.write(folder, "a.json", "first");
    busy.push(...Array.from({ length: failures }, () => Object.assign(new Error(code), { code })));
    await files.write(folder, "a.json", "second").catch(() => {});
    busy.length = 0;
    expect(await files.read(folder, "a.json")).toBe(isWritten ? "second" : "first");
    expect(await files.list(folder)).toEqual(["a.json"]);
  },
);

it("waits for a write under way", async () => {
  const files = recordFilesIn(temporaryFolder());
  let isWritten = false;
  const written = files.write(folder, "a.json", "text").then(() => {
    isWritten = true;
  });
  await files.settled();
  await Promise.resolve();
  expect(isWritten).toBe(true);
  await written;
});

it.each(["a.json", "a.deleted"])(
  "recognizes the unfinished files of a process that was killed while writing %s, and no others",
  async (name) => {
    const root = temporaryFolder();
    const files = recordFilesIn(root);
    await files.write(folder, name, "text");
    const left = new Promise<string>((resolve) => {
      const watcher = watch(join(root, folder), (_, found) => {
        if (found === null || found === name) return;
        watcher.close();
        resolve(found);
      });
    });
    await files.write(folder, name, "next");
    expect(isUnfinished(await left)).toBe(true);
    expect([name, "ticket-000001-0123456789ab-12-34-abcdef"].some(isUnfinished)).toBe(false);
  },
);

it("counts a missing file as removed, and removes the folder with its last file", async () => {
  const root = temporaryFolder();
  const files = recordFilesIn(root);
  await files.write(folder, "a.json", "a");
  await files.mark(folder, "b", "b");
  await files.remove(folder, "a.json");
  await files.remove(folder, "a.json");
  expect(await files.list(folder)).toEqual(["b"]);
  await files.remove(folder, "b");
  expect(await files.folders()).toEqual([]);
  await files.remove(folder, "b");
  expect(await files.read(folder, "b")).toBeUndefined();
});

it.runIf(process.platform !== "win32")("refuses to read a file that another account could have written", async () => {
  const root = temporaryFolder();
  const files = recordFilesIn(root);
  await files.write(folder, "a.json", "text");
  chmodSync(join(root, folder, "a.json"), 0o666);
  await expect(files.read(folder, "a.json")).rejects.toThrow("other accounts may write to");
  chmodSync(join(root, folder, "a.json"), 0o600);
  chmodSync(join(root, folder), 0o777);
  await expect(files.read(folder, "a.json")).rejects.toThrow("other accounts may write to");
  chmodSync(join(root, folder), 0o700);
  expect(await files.read(folder, "a.json")).toBe("text");
  vi.spyOn(process, "getuid").mockReturnValue(4711);
  await expect(files.read(folder, "a.json")).rejects.toThrow("belongs to another account");
  vi.restoreAllMocks();
});

it("renews an existing file, and never creates one", async () => {
  const files = recordFilesIn(temporaryFolder());
  await files.renew(folder, "a", "text");
  expect(await files.list(folder)).toEqual([]);
  await files.mark(folder, "a", "old");
  await files.renew(folder, "a", "new");
  expect(await files.read(folder, "a")).toBe("new");
});
