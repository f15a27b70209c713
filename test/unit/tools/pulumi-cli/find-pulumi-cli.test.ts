import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findPulumiCli } from "../../../../tools/pulumi-cli";
import { builtCommand, cliProgram } from "../../../../tools/pulumi-cli/go-build";
import { temporaryFolder } from "../../../support/temporary-folder";
import { writeScript } from "./write-script";

/** Runs a search isolated from this machine: an empty cache, and an npm package that can't download. */
function searchIn(env: NodeJS.ProcessEnv = {}, cache = temporaryFolder()) {
  const npmProgram = join(cache, "no-network.js");
  writeFileSync(npmProgram, "console.error('Downloading ...\\npulumi: fetch failed'); process.exit(1)");
  const reported: string[] = [];
  const search = (options: Parameters<typeof findPulumiCli>[0] = {}) =>
    findPulumiCli({ env, cache, npmProgram, report: (line) => reported.push(line), ...options });
  return { cache, reported, search };
}

/** A cache that has a CLI, which a search finds after the PATH. */
function cacheWithCli(): string {
  const cache = temporaryFolder();
  const command = builtCommand(cliProgram(cache));
  mkdirSync(dirname(command), { recursive: true });
  writeScript(dirname(command), "pulumi", "echo v3.259.0");
  return cache;
}

/** A folder with a `go` that answers `go env` so, and does this for `go build`; `$out` is the output. */
function goThatIs(version: string, toolchain: string, onBuild = "exit 1"): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  const findOutput = 'while [ "$1" != "-o" ]; do shift; done; out="$2"; mkdir -p "$(dirname "$out")"';
  writeScript(folder, "go", `[ $1 = env ] && { echo ${version}; echo ${toolchain}; exit; }\n${findOutput}\n${onBuild}`);
  return { PATH: [folder, "/usr/bin", "/bin"].join(delimiter) };
}

const buildsPulumi = 'printf \'#!/bin/sh\\necho v3.259.0\\n\' > "$out"; chmod +x "$out"';

describe.skipIf(process.platform === "win32")("the search for a Pulumi CLI", () => {
  it("uses the CLI that PULUMI_CLI names", async () => {
    const command = writeScript(temporaryFolder(), "my-pulumi", "echo v3.254.0");
    const found = await searchIn({ PULUMI_CLI: command }).search();
    expect(found).toEqual({ command, version: "3.254.0", source: "PULUMI_CLI" });
  });

  it.each([
    ["a file that doesn't exist", undefined, "there is no such file"],
    ["a program that fails", "echo broken >&2; exit 3", "ended with exit code 3: broken"],
    ["another program", "echo hello", `answered "hello", which isn't a version`],
    ["a CLI that is too old", "echo v3.253.9", "is version 3.253.9, and 3.254.0 or newer is needed"],
  ])("fails if PULUMI_CLI names %s", async (_what, script, reason) => {
    const folder = temporaryFolder();
    const command = script === undefined ? join(folder, "none") : writeScript(folder, "pulumi", script);
    const searching = searchIn({ PULUMI_CLI: command, PATH: folder }, cacheWithCli()).search();
    await expect(searching).rejects.toMatchObject({
      name: "NoPulumiCliError",
      message: expect.stringContaining(reason),
    });
  });

  it("uses the first one on the PATH that can be run", async () => {
    const [without, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const command = writeScript(first, "pulumi", "echo v4.0.0");
    writeScript(second, "pulumi", "echo v5.0.0");
    const { search } = searchIn({ PULUMI_CLI: "", PATH: [without, first, second].join(delimiter) });
    expect(await search()).toEqual({ command, version: "4.0.0", source: "PATH" });
  });

  it("skips the npm package's own program on the PATH, which would download into the user's home", async () => {
    const folder = temporaryFolder();
    symlinkSync(require.resolve("pulumi/run.js"), join(folder, "pulumi"));
    expect(await searchIn({ PATH: folder }, cacheWithCli()).search()).toMatchObject({ source: "cache" });
  });

  it("reports a CLI on the PATH that is too old, and uses the cached one with its companions", async () => {
    const [folder, cache] = [temporaryFolder(), cacheWithCli()];
    writeScript(folder, "pulumi", "echo v3.99.1");
    const { search, reported } = searchIn({ PATH: folder }, cache);
    const { command } = await search();
    expect(command).toBe(builtCommand(cliProgram(cache)));
    expect(reported[0]).toMatch(/^Can't use the pulumi on the PATH: .* is version 3.99.1/);
    expect(existsSync(join(dirname(command), "language-host.js"))).toBe(true);
  });

  it("downloads it into the cache by the npm package, and finds it there the next time", async () => {
    const { cache, search } = searchIn();
    const npmProgram = join(cache, "downloads.js");
    writeFileSync(
      npmProgram,
      `const { mkdirSync, writeFileSync } = require("node:fs");
const folder = process.env.PULUMI_HOME + "/versions/" + process.env.PULUMI_VERSION + "/bin";
mkdirSync(folder, { recursive: true });
writeFileSync(folder + "/pulumi", "#!/bin/sh\\necho v3.265.0\\n", { mode: 0o755 });
writeFileSync(folder + "/pulumi-language-nodejs", "theirs", { mode: 0o755 });`,
    );
    const downloaded = await search({ npmProgram });
    expect(downloaded).toMatchObject({ version: "3.265.0", source: "npm package" });
    expect(downloaded.command).toContain(cache);
    expect(readdirSync(dirname(downloaded.command))).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(await search()).toEqual({ ...downloaded, source: "cache" });
  });

  it.each([
    ["go1.25.11", "local"],
    ["go1.26", "auto"],
    ["go1.22.0", "auto"],
    ["go1.22.0", "go1.23.1+auto"],
  ])("builds it with %s and GOTOOLCHAIN=%s if the download fails", async (version, toolchain) => {
    const { cache, search, reported } = searchIn(goThatIs(version, toolchain, buildsPulumi));
    expect(await search()).toEqual({
      command: builtCommand(cliProgram(cache)),
      version: "3.259.0",
      source: "go build",
    });
    expect(reported).toContain("Can't use Pulumi's npm package: it ended with exit code 1: pulumi: fetch failed");
    expect(existsSync(join(cache, "npm", "versions"))).toBe(false);
  });

  it("reports every attempt and the fix in one message", async () => {
    const { search, cache } = searchIn(goThatIs("go1.19.8", "local"));
    const error = await search().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: "NoPulumiCliError" });
    for (const text of [
      "1. the PULUMI_CLI variable: not set",
      "4. Pulumi's npm package: it ended with exit code 1: pulumi: fetch failed",
      "is version 1.19.8, and 1.25.11 or newer is needed",
      "Install the Pulumi CLI, 3.254.0 or newer",
      "PULUMI_CLI=/path/to/pulumi",
      "https://get.pulumi.com",
      "Install Go 1.25.11 or newer",
      cache,
    ]) {
      expect((error as Error).message).toContain(text);
    }
  });

  it("removes everything if a build fails, and shows Go's output", async () => {
    const { cache, search } = searchIn(goThatIs("go1.26.8", "local", 'echo part > "$out"; echo "no disk" >&2; exit 2'));
    await expect(search()).rejects.toThrow(/`go build` ended with exit code 2\s+no disk/);
    expect(readdirSync(cache)).toEqual(["no-network.js"]);
  });

  it("stops the search when it is aborted", async () => {
    const { search } = searchIn({}, cacheWithCli());
    await expect(search({ abortSignal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });
});
