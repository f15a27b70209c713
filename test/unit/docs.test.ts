import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { exitCodes } from "../../provider/src/cli/exit-codes";
import { type ConfigurationKey, configurationKeys, environmentVariable } from "../../provider/src/config";
import { errorCodes } from "../../provider/src/errors";
import { repositoryFolder } from "../support/repository";

/** All pages below `docs/`, but for the generated API reference. */
const guides = readdirSync(join(repositoryFolder, "docs"), { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".md") && !name.startsWith("api/"))
  .map((name) => `docs/${name}`);
const roots = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "provider/README.md"];
const pages = [...roots, ...guides];
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
    const page = textOf("docs/configuration.md");
    if (process.env["WRITE_TABLES"]) {
      const written = page.replace(/^\| key \| variable [\s\S]*?\n(?=\n)/m, `${table}\n`);
      writeFileSync(join(repositoryFolder, "docs/configuration.md"), written);
    } else {
      // after a change of a key: WRITE_TABLES=1 npx vitest run --project unit test/unit/docs.test.ts
      expect(page).toContain(table);
    }
  });

  it("lists a remedy for every error code", () => {
    const rows = textOf("docs/failures.md")
      .split("\n")
      .filter((line) => /^\| <a id="/.test(line));
    const codes = rows.flatMap((row) => [...row.matchAll(/<a id="(\w+)"><\/a>`(\w+)`/g)]);
    for (const [, anchor, code = ""] of codes) expect(anchor).toBe(code.toLowerCase());
    expect(codes.map(([, , code]) => code).toSorted()).toEqual([...errorCodes].toSorted());
  });

  it("has the table of the command's exit codes and of its subcommands", () => {
    const page = textOf("docs/command.md");
    for (const { code, meaning } of Object.values(exitCodes)) expect(page).toContain(`| ${code} | ${meaning} |`);
    for (const name of ["list", "show", "restore", "destroy", "import", "doctor", "probe", "simulate"]) {
      expect(page).toMatch(new RegExp(`^\\| \`${name}\\b`, "m"));
    }
  });

  it("links only to files and headings that exist", () => {
    for (const page of pages) {
      for (const [, target = "", anchor] of textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)) {
        const file = target === "" ? page : join(dirname(page), target);
        expect(existsSync(join(repositoryFolder, file)), `${page}: ${target}`).toBe(true);
        if (anchor !== undefined) expect(anchorsOf(textOf(file)), `${page}: ${target}#${anchor}`).toContain(anchor);
      }
    }
  });

  it("lists every guide in its index", () => {
    const index = textOf("docs/README.md");
    for (const guide of guides.filter((one) => one !== "docs/README.md")) {
      expect(index).toContain(`](${guide.slice("docs/".length)})`);
    }
  });

  it("repeats no table of configuration keys outside of its page", () => {
    for (const page of pages.filter((one) => one !== "docs/configuration.md")) {
      expect(textOf(page), page).not.toMatch(/^\| `transport` .*HYPERV_SNAPSHOTS_TRANSPORT/m);
    }
  });

  it("gives each example a README that says how to run a copy of it", () => {
    for (const { name } of readdirSync(join(repositoryFolder, "examples"), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    )) {
      expect(textOf(`examples/${name}/README.md`)).toContain(`cp -r examples/${name} `);
    }
  });

  it("shows TypeScript that compiles", () => {
    expect(compile(snippets())).toEqual([]);
  }, 300_000);
});

/** The anchors of a page: its headings as GitHub makes them, and its own. */
function anchorsOf(page: string): readonly string[] {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  return [...headings, ...[...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}

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
