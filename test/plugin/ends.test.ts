import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { locksFolder } from "../../provider/src/recovery/record-files";
import { expectWithin } from "../support/expect-within";
import {
  dynamicProgram,
  nodeProject,
  pluginProgram,
  slowSeed,
  yamlProgram,
  yamlProject,
} from "../support/plugin-project";
import { commandLine, processesIn } from "../support/processes";
import { type PulumiProject, smallSeed } from "../support/pulumi-project";
import { installTypeScriptSdk } from "../support/typescript-sdk";

/** The plugin's processes of a project. */
const pluginsOf = ({ folder }: PulumiProject) =>
  processesIn(folder).filter((pid) => commandLine(pid).includes("pulumi-resource-hyperv-snapshots"));

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

const install = installTypeScriptSdk();

/** A project with a Node program; its language host, unlike that for YAML, ends at once with a killed CLI. */
const newProject = (program: string, seed = smallSeed) => nodeProject(program, { install, seed });

/** Interrupts an up by ^C, and resumes it. @returns How long the first one went on. */
async function interruptAndResume(context: TestContext): Promise<number> {
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

  const resumed = await project.up();
  expect(resumed.output).toContain("~ 1 updated");
  expect(resumed.status).toBe(0);
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
  expect(await project.destroy()).toMatchObject({ status: 0 });
  return tookMs;
}

it("^C ends the wait within a second, keeps the snapshot in the state, and the next up resumes it", async (context) => {
  await expectWithin(1000, () => interruptAndResume(context));
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
  it("during the job: the plugin ends within a second, and the next up takes no second snapshot", async () => {
    await expectWithin(1000, async () => {
      const project = await newProject(pluginProgram, slowSeed);
      const { outlivedMs } = await killWhen(project, () => isAsked(project.host));
      const resumed = await project.up();
      expect(resumed.status).toBe(0);
      expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
      expect(project.snapshotCounts()).toEqual([1, 1]);
      expect(await project.destroy()).toMatchObject({ status: 0 });
      expect(project.snapshotCounts()).toEqual([0, 0]);
      return outlivedMs;
    });
  });

  it("before the first call: the plugin, which is still starting, ends within three seconds", async () => {
    await expectWithin(3000, async () => {
      const project = await newProject(pluginProgram);
      const { outlivedMs, output } = await killWhen(project, () => pluginsOf(project).length > 0);
      expect(output, "no resource has a row").not.toContain("CollectionSnapshot");
      expect(await project.up()).toMatchObject({ status: 0 });
      expect(project.snapshotCounts()).toEqual([1, 1]);
      return outlivedMs;
    });
  });

  it("after the snapshot was taken, before the state has it: the next up finds it", async () => {
    const project = await newProject(pluginProgram);
    await project.upKilledWhen((host) => host.query("SELECT * FROM Msvm_SnapshotCollection").length > 0);
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(project.snapshotCounts()).toEqual([1, 1]);
  });

  it("during a destroy: the next destroy ends it", async () => {
    const jobs = { ...smallSeed.jobs, DestroySnapshot: { seconds: 4, progress: "linear" as const } };
    const project = await newProject(pluginProgram, { ...smallSeed, jobs });
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
    ["dynamic", "plugin", dynamicProgram, pluginProgram],
    ["plugin", "dynamic", pluginProgram, dynamicProgram],
  ])("from %s to %s: one snapshot", async (_from, _to, first, second) => {
    const project = await newProject(first, slowSeed);
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
    const timed = dynamicProgram.replace('" });', '" }, options);');
    const project = await newProject(`${options}\n${timed}`, slowSeed);
    expect((await project.up()).status).not.toBe(0);
    expect(project.snapshotsInState()[0]?.initErrors).toHaveLength(1);
    project.write("index.js", pluginProgram);
    const resumed = await project.up();
    expect(resumed.output).toContain("~ 1 updated");
    expect(resumed.status).toBe(0);
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  });
});
