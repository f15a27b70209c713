import { existsSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { InvalidArgumentError } from "../errors";
import { listVirtualSystemCollections } from "../hyperv/snapshot-inventory";
import { type CommandSite, collect } from "./command-site";
import { commandConfiguration, withHost } from "./configuration";
import { type Import, importResource, namingIn } from "./import-resource";
import { type ImportableSnapshot, importTargets } from "./import-targets";
import { isOfState, type OwnerOptions, type Owners, ownerOf, readOwners, stateHelp } from "./owners";
import { programText } from "./program-text";
import type { Report } from "./report";

interface ImportOptions extends OwnerOptions {
  readonly name: readonly string[];
  readonly file: string;
  readonly force?: boolean;
}

/** Adds `import`. */
export function addImport(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(
      program,
      "import",
      "write the file with which `pulumi import` brings snapshots under management, and the program text for them",
      [
        ["hyperv-snapshots import web-tier", "all snapshots of a VM group"],
        ["hyperv-snapshots import 7E426644 --name before-upgrade", "one snapshot, with its resource's name"],
      ],
    )
    .argument(
      "<group or id...>",
      "all snapshots of a VM group, or single ones by id (the first characters are enough) or reference",
    )
    .addOption(
      new Option("--name <name>", "a resource's name, once for each snapshot, oldest first")
        .argParser(collect)
        .default([], "none"),
    )
    .option("--file <file>", "the file to write", "hyperv-snapshots-import.json")
    .option("--force", "overwrite the file")
    .option("--state <file>", `${stateHelp}; snapshots that it already manages are left out`)
    .action((words: string[], options: ImportOptions) =>
      site.run(options, async (report) => {
        const { file } = options;
        if (existsSync(file) && !options.force)
          throw wrong(file, "the file already exists", "Pass --force to overwrite it, or another --file");
        const owners = await readOwners(options, surroundings);
        const { connection } = commandConfiguration(options, surroundings);
        const { context } = options;
        const naming = context?.kind === "stack" ? await namingIn(context.stack, surroundings.environment) : undefined;
        const imports = await withHost(surroundings, options, async (host) => {
          const snapshots = await importTargets(host.session, words, owners);
          warnOfOtherStacks(report, snapshots, owners);
          const names = resourceNames(snapshots, options.name);
          const how = { connection, clock: surroundings.clock, naming };
          const groups = await listVirtualSystemCollections(host.session);
          const made: Import[] = [];
          for (const [at, snapshot] of snapshots.entries())
            made.push(await importResource(host, snapshot, { ...how, groups, name: names[at] ?? "" }));
          return made;
        });
        const content = JSON.stringify({ resources: imports.map(({ resource }) => resource) }, null, 2);
        write(file, `${content}\n`, options.force ? "w" : "wx");
        show(report, file, imports);
        return "ok";
      }),
    );
}

function write(file: string, text: string, flag: "w" | "wx"): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    throw wrong(file, (error as Error).message, "Pass another --file, in a folder that exists and can be written to");
  }
}

/** Names each snapshot: as given, else by its group and the time it was taken. */
function resourceNames(snapshots: readonly ImportableSnapshot[], given: readonly string[]): readonly string[] {
  const names = given.length > 0 ? given : defaultNames(snapshots);
  const shown = snapshots.map((one) => `${one.snapshotCollectionId} (${one.createdAt ?? "?"})`).join(", ");
  if (names.length !== snapshots.length) {
    const remedy = `Pass --name once for each, in this order: ${shown}`;
    throw wrong(
      snapshots.length === 1 ? "1 snapshot" : `${snapshots.length} snapshots`,
      `there ${names.length === 1 ? "is 1 name" : `are ${names.length} names`}`,
      remedy,
    );
  }
  if (new Set(names).size !== names.length)
    throw wrong(names.join(", "), "two names are the same", "Give each snapshot its own name");
  return names;
}

/** Numbers the snapshots that were taken in the same second. */
function defaultNames(snapshots: readonly ImportableSnapshot[]): readonly string[] {
  const names = snapshots.map(defaultName);
  return names.map((name, at) => {
    const before = names.slice(0, at).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before + 1}`;
  });
}

const defaultName = ({ group, createdAt, snapshotCollectionId }: ImportableSnapshot) =>
  `${group.name}-${createdAt?.replace(/\..*/, "").replaceAll(/[^0-9]/g, "") ?? snapshotCollectionId}`;

/** Says which snapshots another stack manages, as far as the recovery folder of this computer knows. */
function warnOfOtherStacks(report: Report, snapshots: readonly ImportableSnapshot[], owners: Owners): void {
  for (const snapshot of snapshots) {
    const owner = ownerOf(snapshot, owners);
    if (owner.kind !== "record" || isOfState(owner.urn, owners.state)) continue;
    report.note(
      `According to the recovery folder, snapshot ${snapshot.snapshotCollectionId} belongs to resource ${owner.name} of stack ${owner.stack} (${owner.urn}). Import it only if that stack no longer has it: otherwise each of the two stacks would destroy the other's snapshot.`,
    );
  }
}

function show(report: Report, file: string, imports: readonly Import[]): void {
  const command = `pulumi import --file ${file} --generate-code=false`;
  const text = programText(imports);
  report.result({ file, command, program: text, resources: imports.map(({ resource }) => resource) }, () =>
    [
      `Wrote ${file}. In the Pulumi project (Pulumi 3.254.0 or later):`,
      "",
      "1. Put this into the program before you run anything else: Pulumi destroys what is in the state but not in the program.",
      "",
      text,
      "2. Import the file:",
      "",
      `   ${command}`,
      "",
      "   (Without --generate-code=false the CLI fails after the import: it can't write code for dynamic resources.)",
      "   Pulumi protects what it imports. Remove `protect` from the program when you want to destroy it.",
    ].join("\n"),
  );
  const named = imports.filter(({ isNamedOtherwise }) => isNamedOtherwise).map(({ resource }) => resource.name);
  if (named.length > 0) {
    report.note(
      `On the host, the machines' snapshots of ${named.join(", ")} have other names. They keep those until you run \`pulumi refresh\`; the \`pulumi up\` after it renames them.`,
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
