import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { locksFolder } from "../../provider/src/recovery/record-files";
import { namedPlugin, yamlProgram, yamlProject } from "../support/plugin-project";
import { processesIn } from "../support/processes";
import { PulumiProject, type PulumiProjectOptions, smallSeed } from "../support/pulumi-project";
import { installTypeScriptSdk } from "../support/typescript-sdk";

/** A host whose snapshots take long enough to interrupt them. */
const slowSeed = {
  ...smallSeed,
  jobs: { ...smallSeed.jobs, CreateSnapshot: { seconds: 6, progress: "linear" as const } },
};

/** The plugin's processes of a project. */
const pluginsOf = ({ folder }: PulumiProject) =>
  processesIn(folder).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi-resource-hyperv-snapshots");
    } catch {
      return false; // it has ended meanwhile
    }
  });

/** Kills the CLI of an `up` as soon as it is time. @returns How long the plugin outlived it, in milliseconds, and what was shown. */
async function killWhen(
  project: PulumiProject,
  isTime: () => boolean,
): Promise<{ outlivedMs: number; output: string }> {
  let outlivedMs = 0;
  const { output } = await project.runInGroup(["up", "--yes", "--skip-preview"], async (cli) => {
    while (!isTime()) await new Promise((resolve) => setTimeout(resolve, 5));
    const killedAt = Date.now();
    process.kill(cli, "SIGKILL");
    while (pluginsOf(project).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    outlivedMs = Date.now() - killedAt;
  });
  await project.unlock();
  return { outlivedMs, output };
}

const isAsked = (host: { methodCalls: Readonly<Record<string, number>> }) =>
  (host.methodCalls["CreateSnapshot"] ?? 0) > 0;

const yaml = yamlProgram({ before: { properties: { collection: "web-tier" } } });

const dynamic = `const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
new CollectionSnapshot("before", { collection: "web-tier" });`;
const plugin = dynamic.replace('"pulumi-hyperv-snapshots"', '"pulumi-hyperv-snapshots-sdk"');

const install = installTypeScriptSdk();

/** A project with a Node program; its language host, unlike that for YAML, ends at once with a killed CLI. */
const nodeProject = (program: string, options: Partial<PulumiProjectOptions> = {}) =>
  PulumiProject.create({
    program: {
      "index.js": program,
      "Pulumi.yaml": JSON.stringify({
        name: "project",
        runtime: { name: "nodejs", options: { typescript: false } },
        plugins: namedPlugin,
      }),
    },
    install,
    ...options,
  });

it("^C ends the wait within a second, keeps the snapshot in the state, and the next up resumes it", async (context) => {
  const project = await yamlProject(context, yaml, { seed: slowSeed });
  let interruptedAt = 0;
  const interrupted = await project.runInGroup(["up", "--yes", "--skip-preview"], async (cli) => {
    while (!isAsked(project.host)) await new Promise((resolve) => setTimeout(resolve, 20));
    interruptedAt = Date.now();
    process.kill(-cli, "SIGINT");
  });
  const tookMs = Date.now() - interruptedAt;
  expect(interrupted.status).not.toBe(0);
  expect(interrupted.output).toMatch(/CreateSnapshot|snapshot/);
  const [saved] = project.snapshotsInState();
  expect(saved?.initErrors).toHaveLength(1);
  expect(saved?.outputs["__pending"]).toBeTruthy();
  expect(tookMs).toBeLessThan(1_000);

  const resumed = await project.up();
  expect(resumed.output).toContain("~ 1 updated");
  expect(resumed.status).toBe(0);
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
  expect(await project.destroy()).toMatchObject({ status: 0 });
});

it("gives everything back at a normal end: no process and no lock stays behind", async (context) => {
  const project = await yamlProject(context, yaml);
  const up = await project.up();
  expect(up.output).not.toContain("exited prematurely");
  expect(processesIn(project.folder)).toEqual([]);
  const records = join(project.folder, "../home/hyperv-snapshots/recovery");
  const files = readdirSync(records, { recursive: true, encoding: "utf8" });
  expect(files.filter((name) => name.startsWith(locksFolder))).toEqual([]);
});

describe("a killed CLI", () => {
  it("during the job: the plugin ends at once, and the next up takes no second snapshot", async () => {
    const project = await nodeProject(plugin, { seed: slowSeed });
    const { outlivedMs } = await killWhen(project, () => isAsked(project.host));
    expect(outlivedMs).toBeLessThan(1_000);
    const resumed = await project.up();
    expect(resumed.status).toBe(0);
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(project.snapshotCounts()).toEqual([1, 1]);
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });

  it("before the first call: the plugin ends too", async () => {
    const project = await nodeProject(plugin);
    const { outlivedMs, output } = await killWhen(project, () => pluginsOf(project).length > 0);
    expect(output, "no resource has a row").not.toContain("CollectionSnapshot");
    expect(outlivedMs).toBeLessThan(3_000); // it is still starting
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([1, 1]);
  });

  it("after the snapshot was taken, before the state has it: the next up finds it", async () => {
    const project = await nodeProject(plugin);
    await project.upKilledWhen((host) => host.query("SELECT * FROM Msvm_SnapshotCollection").length > 0);
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(project.snapshotCounts()).toEqual([1, 1]);
  });

  it("during a destroy: the next destroy ends it", async () => {
    const jobs = { ...smallSeed.jobs, DestroySnapshot: { seconds: 4, progress: "linear" as const } };
    const project = await nodeProject(plugin, { seed: { ...smallSeed, jobs } });
    expect(await project.up()).toMatchObject({ status: 0 });
    await project.runInGroup(["destroy", "--yes", "--skip-preview"], async (cli) => {
      while (!project.host.methodCalls["DestroySnapshot"]) await new Promise((resolve) => setTimeout(resolve, 20));
      process.kill(cli, "SIGKILL");
    });
    await project.unlock();
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });
});

describe("killed under one adapter and resumed under the other", () => {
  it.each([
    ["dynamic", "plugin", dynamic, plugin],
    ["plugin", "dynamic", plugin, dynamic],
  ])("from %s to %s: one snapshot", async (_from, _to, first, second) => {
    const project = await nodeProject(first, { seed: slowSeed });
    await project.upKilledWhen(isAsked);
    project.write("index.js", second);
    const resumed = await project.up();
    expect(resumed.status).toBe(0);
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(project.snapshotCounts()).toEqual([1, 1]);
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });

  it("a snapshot that the dynamic resource left incomplete is completed by the plugin", async () => {
    const options = `const options = { customTimeouts: { create: "1s" } };`;
    const timed = dynamic.replace('" });', '" }, options);');
    const project = await nodeProject(`${options}\n${timed}`, { seed: slowSeed });
    expect((await project.up()).status).not.toBe(0);
    expect(project.snapshotsInState()[0]?.initErrors).toHaveLength(1);
    project.write("index.js", plugin);
    const resumed = await project.up();
    expect(resumed.output).toContain("~ 1 updated");
    expect(resumed.status).toBe(0);
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  });
});
