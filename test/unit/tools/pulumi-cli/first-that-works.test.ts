import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cache } from "../../../../tools/pulumi-cli/cache";
import { firstThatWorks } from "../../../../tools/pulumi-cli/first-that-works";
import { NoPulumiCliError } from "../../../../tools/pulumi-cli/no-pulumi-cli-error";
import type { PulumiCli } from "../../../../tools/pulumi-cli/pulumi-cli";
import type { Way } from "../../../../tools/pulumi-cli/search-context";
import { temporaryFolder } from "../../../support/temporary-folder";
import { searchForTests } from "./search-for-tests";

const cli: PulumiCli = { command: "/somewhere/pulumi", version: "3.259.0", source: "PATH" };

function waysThat(
  outcomes: Partial<Record<"variable" | "path" | "cache" | "cacheAgain" | "installer" | "go", PulumiCli>>,
) {
  const gone: string[] = [];
  const way = (name: keyof typeof outcomes): Way => ({
    name,
    go: async () => {
      gone.push(name);
      return outcomes[name] ?? `no ${name}`;
    },
  });
  const ways = {
    look: [way("variable"), way("path"), way("cache")],
    lookAgain: way("cacheAgain"),
    make: [way("installer"), way("go")],
  };
  return { ways, gone };
}

describe("firstThatWorks", () => {
  it.each([
    ["variable", ["variable"]],
    ["cache", ["variable", "path", "cache"]],
    ["cacheAgain", ["variable", "path", "cache", "cacheAgain"]],
    ["installer", ["variable", "path", "cache", "cacheAgain", "installer"]],
    ["go", ["variable", "path", "cache", "cacheAgain", "installer", "go"]],
  ] as const)("goes no further than %s when that works", async (working, expected) => {
    const { ways, gone } = waysThat({ [working]: cli, go: cli });
    expect(await firstThatWorks(ways, searchForTests())).toBe(cli);
    expect(gone).toEqual(expected);
  });

  it("tells in one message what was tried and every way out", async () => {
    const { ways } = waysThat({});
    const search = searchForTests();
    const error = await firstThatWorks(ways, search).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: "NoPulumiCliError" });
    const { message } = error as Error;
    for (const text of [
      "1. variable: no variable",
      "5. go: no go",
      "Install the Pulumi CLI, 3.254.0 or newer",
      "PULUMI_CLI=/path/to/pulumi",
      "https://get.pulumi.com",
      "Install Go 1.25.11 or newer",
      search.cache.folder,
    ]) {
      expect(message).toContain(text);
    }
  });

  it("goes on, saying so, when there is one that fails", async () => {
    const { ways, gone } = waysThat({ go: cli });
    const failing: Way = { name: "the old one", go: () => Promise.reject(new Error("it is too old")) };
    const search = searchForTests();
    expect(await firstThatWorks({ ...ways, look: [failing] }, search)).toBe(cli);
    expect(gone).toEqual(["cacheAgain", "installer", "go"]);
    expect(search.reported).toEqual(["Going on without the old one: it is too old"]);
  });

  it("goes nowhere else when the one that was asked for can't be used", async () => {
    const { ways, gone } = waysThat({ path: cli });
    const asked: Way = { name: "asked", go: () => Promise.reject(new NoPulumiCliError("unusable")) };
    await expect(firstThatWorks({ ...ways, look: [asked, ...ways.look] }, searchForTests())).rejects.toThrow(
      "unusable",
    );
    expect(gone).toEqual([]);
  });

  it("gives its claim up in the end", async () => {
    const search = searchForTests();
    await firstThatWorks(waysThat({}).ways, search).catch(() => {});
    expect(readdirSync(search.cache.folder)).toEqual([]);
  });

  it("tells when the cache can't be written, with the same ways out", async () => {
    const file = join(temporaryFolder(), "a-file");
    writeFileSync(file, "");
    const search = searchForTests({ cache: new Cache("3.259.0", join(file, "below")) });
    const going = firstThatWorks(waysThat({ go: cli }).ways, search);
    await expect(going).rejects.toThrow(/our cache can't be used: .*ENOTDIR[\s\S]*PULUMI_CLI=/);
  });

  it("goes nowhere once it is aborted", async () => {
    const { ways, gone } = waysThat({ variable: cli });
    const search = searchForTests({ abortSignal: AbortSignal.abort() });
    await expect(firstThatWorks(ways, search)).rejects.toThrow("aborted");
    expect(gone).toEqual([]);
    expect(existsSync(search.cache.claimFile)).toBe(false);
  });
});
