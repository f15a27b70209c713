import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeProject } from "../support/plugin-project";
import { type PulumiProject, smallSeed } from "../support/pulumi-project";
import { recordedProgram, recordedVersions, restoreOnHost } from "../support/recorded-state";
import { repositoryFolder } from "../support/repository";
import { installTypeScriptSdk } from "../support/typescript-sdk";

const install = installTypeScriptSdk();

const guide = readFileSync(join(repositoryFolder, "docs/moving-to-the-plugin.md"), "utf8");

/** The commands of one section of the guide, without `pulumi`. */
function commandsOf(section: string): string[][] {
  const [, text = ""] = new RegExp(`## ${section}\\n([\\s\\S]*?)(?=\\n## )`).exec(guide) ?? [];
  return [...text.matchAll(/^\s*pulumi (.*)$/gm)].map(([, command = ""]) => command.split(" "));
}

/** What the guide says to write in the place of what. */
const [, oldImport = "", newImport = ""] = /-.* from (".*");\n\s*\+.* from (".*");/.exec(guide) ?? [];
const onPlugin = (program: string) => program.replace(oldImport, newImport);

/** A project on a state that dynamic resources of a released version left behind. */
async function recordedProject(version: string): Promise<PulumiProject> {
  const seed = { ...smallSeed, groups: [] };
  const project = await nodeProject(recordedProgram(version), { seed, install });
  project.write("state.json", await restoreOnHost(version, join(project.folder, "../host.jsonl")));
  const file = join(project.folder, "state.json");
  expect(await project.run(["stack", "import", "--file", file])).toMatchObject({ status: 0 });
  return project;
}

const typesInState = (project: PulumiProject) =>
  project
    .resources()
    .map(({ urn }) => urn.split("::")[2])
    .filter((type) => type?.includes("hyperv-snapshots:") && !type.includes("providers"));

/** Moves a project as the guide says, and expects that there was nothing to do. */
async function move(project: PulumiProject, version: string): Promise<void> {
  project.write("index.js", onPlugin(recordedProgram(version)));
  const commands = commandsOf("Move");
  expect(commands.map(([command]) => command)).toEqual(["preview", "up"]);
  for (const command of commands) {
    const result = await project.run(command);
    expect(result.output, command.join(" ")).toContain("3 unchanged");
    expect(result.status, command.join(" ")).toBe(0);
  }
  expect(typesInState(project)).toEqual([
    "hyperv-snapshots:index:VirtualSystemCollection",
    "hyperv-snapshots:index:CollectionSnapshot",
  ]);
}

/** Destroys the stack, and expects an empty host on which one snapshot was ever taken. */
async function destroyAll(project: PulumiProject): Promise<void> {
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.host.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
  expect(project.host.tree().groups).toEqual([]);
}

describe.each(recordedVersions)(
  "a stack of dynamic resources of version %s, by the commands of the guide",
  (version) => {
    it("moves to the plugin without a replacement or an update, and is destroyed by it", async () => {
      const project = await recordedProject(version);
      await move(project, version);
      const refreshed = await project.run(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
      expect(refreshed.output).toContain("3 unchanged");
      await destroyAll(project);
    });

    it("goes back by an update of the state, and is destroyed by the dynamic resource", async () => {
      const project = await recordedProject(version);
      await move(project, version);
      expect(await project.refresh()).toMatchObject({ status: 0 });
      project.write("index.js", recordedProgram(version));
      for (const command of commandsOf("Go back")) {
        const back = await project.run(command);
        expect(back.output).toMatch(/~ 2 updated\s+1 unchanged/);
        expect(back.status).toBe(0);
      }
      expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
      await destroyAll(project);
    });
  },
);
