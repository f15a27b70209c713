import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { giveBack, type KillPoint, KillPoints } from "../crash/kill-points";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, type PulumiProjectOptions, smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";

const inputs = '{ collection: "web-tier" }';

/** A project whose host takes 3 s for a snapshot, so that an `up` can be killed in the middle of the job. */
const startProject = (options: Partial<PulumiProjectOptions> = {}) =>
  PulumiProject.create({
    program: { "index.js": snapshotProgram(inputs) },
    seed: { ...smallSeed, jobs: { ...smallSeed.jobs, CreateSnapshot: { seconds: 3, progress: "linear" } } },
    ...options,
  });

const sent = ({ host }: PulumiProject, method = "CreateSnapshot") => host.methodCalls[method] ?? 0;
const onHost = ({ host }: PulumiProject) =>
  host.query("SELECT * FROM Msvm_SnapshotCollection").map(({ path }) => String(path.key("CollectionID")));
const inState = (project: PulumiProject) =>
  project.snapshotsInState().map(({ outputs }) => String(outputs["snapshotCollectionId"]));

/** The host has exactly the snapshots that the state has, and was asked for so many in all. */
function expectOnHost(project: PulumiProject, snapshots: number, requests: number): void {
  expect(onHost(project).toSorted()).toEqual(inState(project).toSorted());
  expect(onHost(project)).toHaveLength(snapshots);
  expect(sent(project)).toBe(requests);
}

/** Runs an `up` and kills the CLI and the provider together at a point of the provider's work. */
async function killAt(project: PulumiProject, points: KillPoints, point: KillPoint): Promise<void> {
  points.arm(point, "both");
  await project.runInGroup(["up", "--yes", "--skip-preview"], (pid) => points.nameCli(pid));
  expect(points.disarm()).toBe(true);
  await project.unlock();
}

describe("an up that was killed during the job", () => {
  it("keeps its snapshot on a later change of an input if the snapshot was imported", async () => {
    const project = await startProject();
    await project.upKilledWhen(() => sent(project) === 1);
    await expect.poll(() => onHost(project)).toHaveLength(1);

    const file = join(project.folder, "import.json");
    const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
    const words = ["import", "web-tier", "--name", "before", "--file", file];
    const site = [
      "--config",
      "transport=simulated",
      "--config",
      `simulatedHost=${join(project.folder, "../host.jsonl")}`,
    ];
    execFileSync(process.execPath, [command, ...words, ...site, "--no-stack"], { encoding: "utf8" });
    const imported = ["import", "--file", file, "--generate-code=false", "--yes", "--skip-preview"];
    expect(await project.run(imported)).toMatchObject({ status: 0 });

    project.write("index.js", snapshotProgram('{ collection: "web-tier", snapshotName: "renamed" }'));
    expect(await project.up()).toMatchObject({ status: 0 });
    expectOnHost(project, 1, 1);
  });

  it("isn't affected by a destroy of a stack that had the same name before", async () => {
    const configuration = { "hyperv-snapshots:dependents": "kept" };
    const project = await startProject({ configuration });
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(await project.run(["stack", "rename", "old"])).toMatchObject({ status: 0 });
    project.initStack(configuration);
    await project.upKilledWhen(() => sent(project) === 2);
    const destroyed = await project.runOn("old", ["destroy", "--yes", "--skip-preview"]);
    expect(destroyed).toMatchObject({ status: 0 });
    expect(sent(project, "RequestStateChange")).toBe(0);
    expect(await project.up()).toMatchObject({ status: 0 });
    expectOnHost(project, 1, 2);
  });

  it("is resumed after the resource moved into a component, with aliases", async () => {
    const project = await startProject();
    await project.upKilledWhen(() => sent(project) === 1);
    project.write(
      "index.js",
      `
const pulumi = require("@pulumi/pulumi");
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
const parent = new pulumi.ComponentResource("test:index:Tier", "tier");
new CollectionSnapshot("after", ${inputs}, { parent, aliases: [{ name: "before", parent: pulumi.rootStackResource }] });
`,
    );
    expect(await project.up()).toMatchObject({ status: 0 });
    expectOnHost(project, 1, 1);
  });
});

it("a rerun of an inline program whose workspace sets backend and home finds the same snapshot after an unknown outcome", async () => {
  const points = new KillPoints();
  const project = await startProject({
    program: {
      "deploy.mjs": `
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";
const { pulumiHome, ...envVars } = JSON.parse(process.argv[2]);
const program = async () => void new CollectionSnapshot("before", ${inputs});
const stack = await LocalWorkspace.createOrSelectStack(
  { stackName: "test", projectName: "project", program },
  { workDir: import.meta.dirname, pulumiHome, envVars },
);
await stack.up({ onOutput: (text) => process.stderr.write(text) });
`,
    },
  });
  const { PULUMI_HOME, PULUMI_BACKEND_URL, ...base } = project.env;
  const envVars = { pulumiHome: PULUMI_HOME, PULUMI_BACKEND_URL, ...points.environment };
  const env = { ...base, HOME: join(project.folder, "..") };
  const run = () => project.runScript({ env }, "deploy.mjs", JSON.stringify(envVars));

  // the answer of create arrives and can't be saved, as if the CLI and the script were killed just then
  points.arm("write record returned #1 after", "unwritable", project.stateFolder);
  await run();
  expect(points.disarm()).toBe(true);
  giveBack(project.stateFolder);
  await project.unlock();
  const again = await run();
  expect(again.status, again.output).toBe(0);
  expectOnHost(project, 1, 1);
});

it("a VM group: an up that was killed after DefineCollection is resumed without a second group", async () => {
  const points = new KillPoints();
  const project = await PulumiProject.create({
    program: {
      "index.js": `
const { VirtualSystemCollection } = require("pulumi-hyperv-snapshots");
new VirtualSystemCollection("tier", { members: ["web-01", "web-02"] });
`,
    },
    seed: { ...smallSeed, groups: [] },
    environment: async () => points.environment,
  });
  await killAt(project, points, "invoke DefineCollection #1 after");
  expect(await project.up()).toMatchObject({ status: 0 });
  const groups = project.host.tree().groups;
  expect(groups.map(({ name, machines }) => [name, machines.length])).toEqual([["tier", 2]]);
  expect(sent(project, "DefineCollection")).toBe(1);
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.host.tree().groups).toEqual([]);
});

describe("a failed call", () => {
  it("keeps the snapshot if the naming job fails, and the next up takes no second one", async () => {
    const project = await startProject();
    project.host.injectFault({ method: "ModifySystemSettings", job: { endState: 10, errorCode: 32775 } });
    const failed = await project.up();
    expect(failed.status).not.toBe(0);
    expect(await project.up()).toMatchObject({ status: 0 });
    expectOnHost(project, 1, 1);
    const names = project.host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.map(({ name }) => name));
    expect(names).toEqual([["before"], ["before"]]);
  });

  it("finds the snapshot of a CreateSnapshot that took effect and failed with 0x80041001, and takes no second one", async () => {
    const project = await startProject();
    project.host.injectFault({ method: "CreateSnapshot", hresult: 0x80041001, takesEffect: true });
    const up = await project.up();
    expect(up.output).not.toContain("Nothing was changed");
    if (up.status !== 0) expect(await project.up()).toMatchObject({ status: 0 });
    expectOnHost(project, 1, 1);
  });
});

describe("a replacement without a changed input", () => {
  const triggered = (trigger: string) => snapshotProgram(inputs, `{ replacementTrigger: "${trigger}" }`);

  it("by replacementTrigger or --replace deletes the old snapshot first if dependents are unknown", async () => {
    const project = await PulumiProject.create({
      program: { "index.js": triggered("1") },
      // a host that refuses while disks merge would be asked again
      seed: { ...smallSeed, options: { membersMerging: "accept" } },
    });
    expect(await project.up()).toMatchObject({ status: 0 });
    project.write("index.js", triggered("2"));
    for (const requests of [2, 2]) {
      const up = await project.up();
      expect(up.status, up.output).toBe(0);
      expectOnHost(project, 1, requests);
    }
    const [{ urn } = { urn: "" }] = project.snapshotsInState();
    expect(await project.up("--replace", urn)).toMatchObject({ status: 0 });
    expectOnHost(project, 1, 3);
  });
});
