import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { takeByHand } from "../support/simulated-hosts";

// each runs the CLI several times, and TypeScript is compiled for each run
vi.setConfig({ testTimeout: 600_000 });

const examples = join(repositoryFolder, "examples");

/** What an example's project is made of; how its host is reached, the test says. */
function filesOf(name: string): Record<string, string> {
  const isPart = (file: string) => /\.(ts|mjs)$|^tsconfig\.json$/.test(file);
  const files = readdirSync(join(examples, name)).filter(isPart);
  const main = files.filter((file) => /^(index\.ts|deploy\.mjs)$/.test(file));
  const named = [...new Set([...main, ...files])].map((file) => [file, textOf(name, file)]);
  return Object.fromEntries(named);
}

const textOf = (...path: string[]) => readFileSync(join(examples, ...path), "utf8");

function projectOf(name: string, more: Readonly<Record<string, string>> = {}): Promise<PulumiProject> {
  const seed = JSON.parse(textOf(name, "seed.json"));
  return PulumiProject.create({ program: { ...filesOf(name), ...more }, seed: { ...seed, jobs: {} } });
}

const machines = ["db-01", "web-01", "web-02"];

it("before-upgrade takes a snapshot before each upgrade, and upgrades only after it exists", async () => {
  const project = await projectOf("before-upgrade");
  project.host.injectFault({ method: "CreateSnapshot", returnValue: 32773 });
  const failed = await project.up();
  expect(failed.status).not.toBe(0);
  expect(project.resources().some(({ urn }) => urn.endsWith("::web-tier"))).toBe(false);
  expect(await project.up()).toMatchObject({ status: 0 });
  expect(project.stackOutputs()).toMatchObject({ runs: "1.5.0" });
  const names = project.host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.map(({ name }) => name));
  expect(names).toEqual(machines.map(() => ["before 1.5.0"]));
});

it("group-and-snapshot creates a group and takes a snapshot of it, also in a preview", async () => {
  const project = await projectOf("group-and-snapshot");
  expect(await project.preview()).toMatchObject({ status: 0 });
  const up = await project.up();
  expect(up.output).toContain("3 created");
  expect(up.status).toBe(0);
  expect(project.stackOutputs()["machines"]).toEqual(machines);
  const [saved] = project.snapshotsInState();
  expect(saved?.outputs).toMatchObject({ collectionName: "shop" });
  expect(saved?.sourcePosition).toMatch(/^project:\/\/\/index\.ts#/);
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.host.tree().groups.map(({ name }) => name)).toEqual(["web-tier"]);
});

it("import-existing imports an existing snapshot, and the next up changes nothing", async () => {
  const project = await projectOf("import-existing");
  const { host, folder } = project;
  host.setOption("completion", "atOnce");
  takeByHand(host);

  const file = join(folder, "import.json");
  const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
  const words = ["import", "web-tier", "--name", "before-upgrade", "--file", file, "--stack", "test"];
  const { output } = await project.runScript({}, command, ...words);
  const [, program = "", shown = ""] = /in the program\.\n\n([\s\S]+?)\n2\. .+\n\n +pulumi (.+)\n/.exec(output) ?? [];
  const withoutForm = (text: string) => text.replaceAll(/[\s,]/g, "");
  expect(program).toContain("new CollectionSnapshot");
  expect(withoutForm(textOf("import-existing", "index.ts"))).toContain(withoutForm(program));

  const imported = await project.run([...shown.split(" "), "--yes", "--skip-preview"]);
  expect(imported).toMatchObject({ status: 0, output: expect.stringContaining("1 imported") });
  const [resource] = project.snapshotsInState();
  expect(resource?.outputs["__meta"]).toEqual({ urn: resource?.urn });
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
  expect(project.stackOutputs()["takenAt"]).toMatch(/^\d{4}-/);
});

it("automation-api takes a snapshot from a script, and removes it", async () => {
  const project = await projectOf("automation-api", { "Pulumi.yaml": textOf("automation-api", "Pulumi.yaml") });
  const up = await project.runScript({}, "deploy.mjs", "test");
  expect(up.output).toMatch(/^\\\\HV-AUTOMATION\\root\\virtualization\\v2:Msvm_SnapshotCollection\.CollectionID="/m);
  expect(project.snapshotCounts()).toEqual([1, 1, 1]);
  expect(await project.runScript({}, "deploy.mjs", "test", "destroy")).toMatchObject({ status: 0 });
  expect(project.snapshotCounts()).toEqual([0, 0, 0]);
});
