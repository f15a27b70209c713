import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromCache } from "../../../../tools/pulumi-cli/ways/from-cache";
import { fromGoBuild } from "../../../../tools/pulumi-cli/ways/from-go-build";
import { fromPath } from "../../../../tools/pulumi-cli/ways/from-path";
import { fromVariable } from "../../../../tools/pulumi-cli/ways/from-variable";
import { temporaryFolder } from "../../../support/temporary-folder";
import { searchForTests } from "./search-for-tests";
import { writeScript } from "./write-script";

const shellOnly = describe.skipIf(process.platform === "win32");

shellOnly("PULUMI_CLI", () => {
  it("is taken when it answers with a new enough version", async () => {
    const command = writeScript(temporaryFolder(), "my-pulumi", "echo v3.254.0");
    const search = searchForTests({ env: { PULUMI_CLI: command } });
    expect(await fromVariable.go(search)).toEqual({ command, version: "3.254.0", source: "PULUMI_CLI" });
  });

  it("is passed over when it is empty", async () => {
    expect(await fromVariable.go(searchForTests({ env: { PULUMI_CLI: "" } }))).toBe("not set");
  });

  it.each([
    ["a file that isn't there", undefined, "there is no such file"],
    ["a program that fails", "echo broken >&2; exit 3", "ended with exit code 3: broken"],
    ["another program", "echo hello", 'answered no version but "hello"'],
    ["a CLI that is too old", "echo v3.253.9", "it is version 3.253.9, and 3.254.0 or newer is needed"],
  ])("ends the search when it names %s", async (_what, script, reason) => {
    const folder = temporaryFolder();
    const command = script === undefined ? join(folder, "none") : writeScript(folder, "pulumi", script);
    const going = fromVariable.go(searchForTests({ env: { PULUMI_CLI: command } }));
    await expect(going).rejects.toMatchObject({ name: "NoPulumiCliError", message: expect.stringContaining(reason) });
  });
});

shellOnly("pulumi on the PATH", () => {
  it("is the first one that can be run", async () => {
    const [without, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const command = writeScript(first, "pulumi", "echo v4.0.0");
    writeScript(second, "pulumi", "echo v5.0.0");
    const search = searchForTests({ env: { PATH: [without, first, second].join(delimiter) } });
    expect(await fromPath.go(search)).toEqual({ command, version: "4.0.0", source: "PATH" });
  });

  it.each([
    ["is too old", "echo v3.99.1", "is version 3.99.1, older than 3.254.0"],
    ["does not work", "exit 1", "ended with exit code 1"],
  ])("is a failure when it %s", async (_what, script, reason) => {
    const folder = temporaryFolder();
    writeScript(folder, "pulumi", script);
    await expect(fromPath.go(searchForTests({ env: { PATH: folder } }))).rejects.toThrow(reason);
  });

  it("may be missing", async () => {
    expect(await fromPath.go(searchForTests())).toBe("there is none");
  });
});

shellOnly("our cache", () => {
  it("gives the CLI in it, with its companions brought up to date", async () => {
    const companion = { name: "language-host.js", content: Buffer.from("new"), mode: 0o644 };
    const search = searchForTests({ companions: async () => [companion] });
    const folder = dirname(search.cache.command);
    mkdirSync(folder, { recursive: true });
    writeScript(folder, "pulumi", "echo v3.259.0");
    expect(await fromCache.go(search)).toEqual({ command: search.cache.command, version: "3.259.0", source: "cache" });
    expect(existsSync(join(folder, "language-host.js"))).toBe(true);
  });
});

shellOnly("a build with Go", () => {
  const goThatIs = (version: string, toolchain: string, onBuild = "exit 1") => {
    const folder = temporaryFolder();
    // A build's output is the argument behind -o.
    const findOutput = 'while [ "$1" != "-o" ]; do shift; done; out="$2"';
    writeScript(
      folder,
      "go",
      `[ $1 = env ] && { echo ${version}; echo ${toolchain}; exit; }\n${findOutput}\n${onBuild}`,
    );
    return { PATH: [folder, "/usr/bin", "/bin"].join(delimiter) };
  };
  const pulumiThatAnswers = 'printf \'#!/bin/sh\\necho v3.259.0\\n\' > "$out"; chmod +x "$out"';

  it("needs a go", async () => {
    expect(await fromGoBuild.go(searchForTests())).toMatch("no `go` on the PATH (1.25.11 or newer is needed)");
  });

  it("says when that is too old and fetches no newer one", async () => {
    const going = fromGoBuild.go(searchForTests({ env: goThatIs("go1.19.8", "local") }));
    await expect(going).rejects.toThrow("is version 1.19.8, and 1.25.11 or newer is needed");
  });

  it.each([
    ["go1.25.11", "local"],
    ["go1.26", "auto"],
    ["go1.22.0", "auto"],
    ["go1.22.0", "go1.23.1+auto"],
  ])("is done by %s with GOTOOLCHAIN=%s", async (version, toolchain) => {
    const search = searchForTests({ env: goThatIs(version, toolchain, pulumiThatAnswers) });
    expect(await fromGoBuild.go(search)).toMatchObject({ command: search.cache.command, source: "go build" });
    expect(existsSync(search.cache.command)).toBe(true);
  });

  it("leaves nothing behind when it fails, and tells what Go said", async () => {
    const search = searchForTests({
      env: goThatIs("go1.26.8", "local", 'echo half > "$out"; echo "no disk" >&2; exit 2'),
    });
    await expect(fromGoBuild.go(search)).rejects.toThrow("`go build` ended with exit code 2\nno disk");
    expect(existsSync(search.cache.cliFolder)).toBe(false);
  });
});
