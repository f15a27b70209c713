import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type ConfigurationKey, configurationKeys, environmentVariable } from "../../provider/src/config";
import { errorCodes } from "../../provider/src/errors";
import { repositoryFolder } from "../support/repository";

const guides = readdirSync(join(repositoryFolder, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...guides];
const textOf = (path: string) => readFileSync(join(repositoryFolder, path), "utf8");

describe("the documentation", () => {
  it("has the table of all configuration keys", () => {
    const places = { host: "one host", stack: "the stack" };
    const rows = Object.entries(configurationKeys).map(([name, key]: [string, ConfigurationKey]) => {
      const { description, values, place, isSecret } = key;
      const meaning = `${description}${values ? ` Values: ${values.map((one) => `\`${one}\``).join(", ")}.` : ""}`;
      const byDefault = key.default === undefined ? "" : `\`${key.default}\``;
      const of = place === undefined ? "all connections" : places[place];
      return `| \`${name}\`${isSecret ? " (secret)" : ""} | \`${environmentVariable(name)}\` | ${of} | ${byDefault} | ${meaning} |`;
    });
    const table = ["| key | variable | of | default | meaning |", "| --- | --- | --- | --- | --- |", ...rows].join(
      "\n",
    );
    // after a change of the table in config.ts, paste here what the failure shows
    expect(textOf("docs/configuration.md")).toContain(table);
  });

  it("says of every error code what to do", () => {
    const rows = textOf("docs/failures.md")
      .split("\n")
      .filter((line) => /^\| `[A-Z]/.test(line));
    const told = rows.flatMap((row) => row.split("|")[1]!.match(/[A-Z_]{3,}/g) ?? []);
    expect(told.toSorted()).toEqual([...errorCodes].toSorted());
  });

  it("links to nothing that isn't there, and the README leads to every guide", () => {
    for (const page of pages) {
      for (const [, target = ""] of textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
        expect(existsSync(join(repositoryFolder, dirname(page), target)), `${page}: ${target}`).toBe(true);
      }
    }
    for (const guide of guides) expect(textOf("README.md")).toContain(`](${guide})`);
  });

  it("shows TypeScript that compiles", () => {
    expect(compile(snippets())).toEqual([]);
  }, 300_000);
});

/** Every TypeScript block of every page, as a file beside the page. */
function snippets(): ReadonlyMap<string, string> {
  const found = pages.flatMap((page) =>
    [...textOf(page).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = ""], at) => {
      const name = `${page.replaceAll(/\W/g, "-")}-${at + 1}.ts`;
      return [join(repositoryFolder, "docs", name), text] as const;
    }),
  );
  return new Map(found);
}

/** What the compiler has against some files, which exist only here. */
function compile(files: ReadonlyMap<string, string>): readonly string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName.split("/").at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
