import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cache } from "../../../../tools/pulumi-cli/cache";
import { placeCompanions } from "../../../../tools/pulumi-cli/companions";
import { ownIdentity } from "../../../../tools/pulumi-cli/process-identity";
import { temporaryFolder } from "../../../support/temporary-folder";

describe("Cache.fill", () => {
  it("shows the CLI only once it is complete", async () => {
    const cache = new Cache("1.2.3", temporaryFolder());
    await cache.fill(async (_folder, command) => {
      writeFileSync(command, "new");
      expect(existsSync(cache.command)).toBe(false);
    });
    expect(readFileSync(cache.command, "utf8")).toBe("new");
    expect(readdirSync(cache.folder)).toEqual([`v1.2.3-${process.platform}-${process.arch}`]);
  });

  it("replaces a CLI that was found unusable", async () => {
    const cache = new Cache("1.2.3", temporaryFolder());
    for (const content of ["old", "new"]) {
      await cache.fill(async (_folder, command) => {
        writeFileSync(command, content);
      });
    }
    expect(readFileSync(cache.command, "utf8")).toBe("new");
  });

  it("leaves nothing when the making fails", async () => {
    const cache = new Cache("1.2.3", temporaryFolder());
    await expect(cache.fill(() => Promise.reject(new Error("no power")))).rejects.toThrow("no power");
    expect(readdirSync(cache.folder)).toEqual([]);
  });

  it("removes what killed makers left, and nobody else's", async () => {
    const cache = new Cache("1.2.3", temporaryFolder());
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    mkdirSync(join(cache.folder, `v1.0.0.1.partial-${pid}-1@${hostname()}`, "bin"), { recursive: true });
    const living = `v1.0.0.1.partial-${ownIdentity()}`;
    mkdirSync(join(cache.folder, living));
    await cache.fill(async () => {});
    expect(readdirSync(cache.folder)).toEqual([living, `v1.2.3-${process.platform}-${process.arch}`]);
  });
});

describe("placeCompanions", () => {
  const companions = (host: string) => [
    { name: "language-host.js", content: Buffer.from(host), mode: 0o644 },
    { name: "pulumi-language-nodejs", content: Buffer.from("start"), mode: 0o755 },
  ];

  it("writes them, and later only those whose bytes differ", async () => {
    const folder = join(temporaryFolder(), "bin");
    await placeCompanions(folder, companions("one"));
    const longAgo = new Date(0);
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

  it("leaves a folder alone that has Pulumi's own language host", async () => {
    const cache = new Cache("1.2.3", temporaryFolder());
    const folder = dirname(cache.command);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "pulumi-language-nodejs"), "theirs");
    await placeCompanions(folder, companions("ours"));
    expect(readdirSync(folder)).toEqual(["pulumi-language-nodejs"]);
  });
});
