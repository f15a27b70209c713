import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { InvalidArgumentError } from "../errors";
import type { CommandSite } from "./command-site";
import { type CommonOptions, commandConfiguration, withHost } from "./configuration";
import { type Import, importResource } from "./import-resource";
import { type ImportableSnapshot, importTargets } from "./import-targets";
import { programText } from "./program-text";
import { readPulumiState } from "./pulumi-state";
import type { Report } from "./report";
import { stateHelp } from "./show";

interface ImportOptions extends CommonOptions {
  readonly name: readonly string[];
  readonly file: string;
  readonly force?: boolean;
  readonly state?: string;
}

/** Adds `import`. */
export function addImport(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(
      program,
      "import",
      "write the file by which `pulumi import` takes over snapshots, and the program text for them",
    )
    .argument("<group or id...>", "all snapshots of a VM group, or single ones by CollectionID or reference")
    .option("--name <name>", "a resource's name, once for each snapshot, oldest first", collect, [])
    .option("--file <file>", "what is written", "hyperv-snapshots-import.json")
    .option("--force", "overwrite the file")
    .option("--state <file>", `${stateHelp}: what the stack has already is left out`)
    .action((words: string[], options: ImportOptions) =>
      site.run(options, async (report) => {
        const { file } = options;
        if (existsSync(file) && !options.force)
          throw wrong(file, "the file is there already", "Give --force, or another --file");
        const state = options.state === undefined ? undefined : await readPulumiState(options.state, surroundings);
        const { connection } = commandConfiguration(options, surroundings);
        const imports = await withHost(surroundings, options, async (host) => {
          const snapshots = await importTargets(host.session, words, state);
          const names = resourceNames(snapshots, options.name);
          const made: Import[] = [];
          for (const [at, snapshot] of snapshots.entries()) {
            const name = names[at] ?? "";
            made.push(await importResource(host, snapshot, { name, connection, clock: surroundings.clock }));
          }
          return made;
        });
        const content = JSON.stringify({ resources: imports.map(({ resource }) => resource) }, null, 2);
        writeFileSync(file, `${content}\n`, { flag: options.force ? "w" : "wx" });
        show(report, file, imports);
        return "ok";
      }),
    );
}

const collect = (value: string, before: readonly string[]) => [...before, value];

/** A name for each snapshot: as given, else the group's name and when it was taken. */
function resourceNames(snapshots: readonly ImportableSnapshot[], given: readonly string[]): readonly string[] {
  const names = given.length > 0 ? given : defaultNames(snapshots);
  const shown = snapshots.map((one) => `${one.snapshotCollectionId} (${one.createdAt ?? "?"})`).join(", ");
  if (names.length !== snapshots.length) {
    const remedy = `Give --name once for each, in this order: ${shown}`;
    throw wrong(`${snapshots.length} snapshots`, `there are ${names.length} names`, remedy);
  }
  if (new Set(names).size !== names.length)
    throw wrong(names.join(", "), "two names are the same", "Give each its own");
  return names;
}

/** Two of one second are told apart by a number. */
function defaultNames(snapshots: readonly ImportableSnapshot[]): readonly string[] {
  const names = snapshots.map(defaultName);
  return names.map((name, at) => {
    const before = names.slice(0, at).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before + 1}`;
  });
}

const defaultName = ({ group, createdAt, snapshotCollectionId }: ImportableSnapshot) =>
  `${group.name}-${createdAt?.replace(/\..*/, "").replaceAll(/[^0-9]/g, "") ?? snapshotCollectionId}`;

function show(report: Report, file: string, imports: readonly Import[]): void {
  const command = `pulumi import --file ${file} --generate-code=false`;
  const text = programText(imports);
  report.result({ file, command, program: text, resources: imports.map(({ resource }) => resource) }, () =>
    [
      `Wrote ${file}. In the Pulumi project (Pulumi 3.254.0 or later):`,
      "",
      "1. Put this into the program, before anything else is run: what is in the state and not in the program is destroyed.",
      "",
      text,
      "2. Take over what is in the file:",
      "",
      `   ${command}`,
      "",
      "   (Without --generate-code=false the CLI fails after it has imported: it can't write code for dynamic resources.)",
      "   It protects what it imports; `protect` in the program says so too, until you take it out.",
    ].join("\n"),
  );
  const named = imports.filter(({ isNamedOtherwise }) => isNamedOtherwise).map(({ resource }) => resource.name);
  if (named.length > 0) {
    report.note(
      `The machines' snapshots of ${named.join(", ")} bear names of their own: a pulumi refresh will show that, and the next pulumi up will give them the resource's name.`,
    );
  }
}

function wrong(target: string, answer: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Importing snapshots",
    target,
    answer,
    outcome: "No file was written",
    remedy,
  });
}
