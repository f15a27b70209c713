import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { fillFolder } from "../../../../tools/pulumi-cli/cache";
import { placeCompanions } from "../../../../tools/pulumi-cli/companions";
import { temporaryFolder } from "../../../support/temporary-folder";

const longAgo = new Date(0);

describe("fillFolder", () => {
  it("creates the folder only when it is complete", async () => {
    const folder = join(temporaryFolder(), "cli");
    await fillFolder(folder, async (partial) => {
      writeFileSync(join(partial, "pulumi"), "new");
      expect(existsSync(folder)).toBe(false);
    });
    expect(readFileSync(join(folder, "pulumi"), "utf8")).toBe("new");
    expect(readdirSync(dirname(folder))).toEqual(["cli"]);
  });

  it("replaces the folder's earlier content", async () => {
    const folder = join(temporaryFolder(), "cli");
    for (const name of ["old", "new"])
      await fillFolder(folder, async (partial) => writeFileSync(join(partial, name), ""));
    expect(readdirSync(folder)).toEqual(["new"]);
  });

  it("changes nothing if the work fails", async () => {
    const folder = join(temporaryFolder(), "cli");
    await expect(fillFolder(folder, () => Promise.reject(new Error("no power")))).rejects.toThrow("no power");
    expect(readdirSync(dirname(folder))).toEqual([]);
  });

  it("removes files of a killed process after a day, and nothing newer", async () => {
    const folder = join(temporaryFolder(), "cli");
    for (const name of ["cli.partial-old", "cli.partial-new"]) mkdirSync(join(dirname(folder), name));
    utimesSync(join(dirname(folder), "cli.partial-old"), longAgo, longAgo);
    await fillFolder(folder, async () => {});
    expect(readdirSync(dirname(folder)).toSorted()).toEqual(["cli", "cli.partial-new"]);
  });
});

describe("placeCompanions", () => {
  const companions = (host: string) => [
    { name: "language-host.js", content: Buffer.from(host), mode: 0o644 },
    { name: "pulumi-language-nodejs", content: Buffer.from("start"), mode: 0o755 },
  ];

  it("writes the companions, and later only those whose bytes differ", async () => {
    const folder = join(temporaryFolder(), "bin");
    await placeCompanions(folder, companions("one"));
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo);
    await placeCompanions(folder, companions("two"));
    expect(readFileSync(join(folder, "language-host.js"), "utf8")).toBe("two");
    expect(statSync(join(folder, "pulumi-language-nodejs")).mtime).toEqual(longAgo);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it.skipIf(process.platform === "win32")("makes them executable", async () => {
    const folder = temporaryFolder();
    await placeCompanions(folder, companions("one"));
    expect(statSync(join(folder, "pulumi-language-nodejs")).mode & 0o777).toBe(0o755);
  });

  it("changes nothing in a folder that has Pulumi's own language host", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "pulumi-language-nodejs"), "theirs");
    await placeCompanions(folder, companions("ours"));
    expect(readdirSync(folder)).toEqual(["pulumi-language-nodejs"]);
  });
});
