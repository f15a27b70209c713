import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { repositoryFolder } from "../support/repository";

const folder = join(repositoryFolder, ".github/workflows");
const files = readdirSync(folder);
const scripts = Object.keys(JSON.parse(readFileSync(join(repositoryFolder, "package.json"), "utf8")).scripts);

it("actionlint finds no mistake in the workflows", (context) => {
  const actionlint = executableOnPath("actionlint", process.env);
  if (actionlint === undefined) return context.skip("no-actionlint: it isn't on the PATH");
  const paths = files.map((file) => join(folder, file));
  expect(execFileSync(actionlint, ["-no-color", ...paths], { encoding: "utf8" })).toBe("");
});

it.each(files)("%s runs scripts that exist", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const named = [...text.matchAll(/npm (?:run )?(check|test\S*)/g)].map((match) => match[1]);
  expect(named.length).toBeGreaterThan(0);
  expect(scripts).toEqual(expect.arrayContaining(named));
});

it("CI runs the installs, the checks and the tests on Linux, macOS and Windows", () => {
  const text = readFileSync(join(folder, "ci.yml"), "utf8");
  expect(text).toContain("os: [ubuntu-latest, macos-latest, windows-latest]");
  for (const command of ["npm ci", "npm run check", "npm test", "npm test -- test/windows"]) {
    expect(text).toMatch(new RegExp(`run: ${command}$`, "m"));
  }
});
