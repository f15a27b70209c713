import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { organizationOf, savedIdsOf, scopeOf, statesBy } from "../../provider/src/dynamic/deployment";
import { systemClock } from "../../provider/src/jobs/clock";
import { findPulumiCli } from "../../tools/pulumi-cli";
import { dynamicProgram, nodeProject, pluginProgram, slowSeed } from "../support/plugin-project";
import { PulumiCloud } from "../support/pulumi-cloud";
import { smallSeed } from "../support/pulumi-project";
import { temporaryFolder } from "../support/temporary-folder";
import { installTypeScriptSdk } from "../support/typescript-sdk";

const install = installTypeScriptSdk();
const token = { PULUMI_ACCESS_TOKEN: "token-of-alice" };

let cloud: PulumiCloud;
const startCloud = async (...names: string[]) => {
  cloud = await PulumiCloud.start(names);
};
afterEach(() => cloud.stop());

describe("the organization of a stack, asked by the Pulumi CLI", () => {
  /** Asks as the plugin does, in a project's folder. */
  async function asking() {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "Pulumi.yaml"), "name: project\nruntime: nodejs\n");
    const { command } = await findPulumiCli();
    const environment = { ...process.env, ...token, PULUMI_BACKEND_URL: cloud.url, PULUMI_HOME: folder };
    const states = statesBy({
      environment: { ...environment, PATH: `${join(command, "..")}:${process.env["PATH"]}` },
      workingFolder: folder,
    });
    return { states, scope: scopeOf("urn:pulumi:test::project::type::name", undefined, cloud.url) };
  }
  const organization = async () => {
    const { states, scope } = await asking();
    return organizationOf(states, scope, systemClock);
  };

  it("is the one that has the stack", async () => {
    await startCloud("alice/project/other", "acme/project/test", "alice/more/test");
    expect(await organization()).toBe("acme");
  });

  it("is found if it is the account's default one, which the CLI doesn't show", async () => {
    await startCloud("alice/project/test", "acme/project/other");
    expect(await organization()).toBe("alice");
  });

  it("is unknown if two have the stack", async () => {
    await startCloud("alice/project/test", "acme/project/test");
    expect(await organization()).toBeUndefined();
  });

  it("is the one whose stack is being updated, if two have the stack", async () => {
    await startCloud("alice/project/test", "acme/project/test");
    cloud.setUpdating("acme/project/test", true);
    expect(await organization()).toBe("acme");
    cloud.setUpdating("alice/project/test", true);
    expect(await organization()).toBeUndefined();
  });

  it("doesn't limit whose resources are known: the states of all organizations are read", async () => {
    await startCloud("alice/project/test", "acme/project/test");
    cloud.setResource("alice/project/test", "AAAA");
    cloud.setResource("acme/project/test", "BBBB");
    const { states, scope } = await asking();
    expect(await savedIdsOf(states, scope, { ...scope, organization: "acme" })).toEqual(new Set(["aaaa", "bbbb"]));
  });
});

describe("on Pulumi Cloud", () => {
  beforeEach(() => startCloud("alice/other/test", "acme/project/test"));

  const newProject = (program: string, seed = smallSeed) =>
    nodeProject(program, {
      seed,
      install,
      backend: { url: cloud.url, stack: "acme/project/test" },
      environment: async () => token,
    });

  it.each([
    ["the plugin", pluginProgram],
    ["the dynamic resource", dynamicProgram],
  ])("%s takes, refreshes and destroys a snapshot", async (_, program) => {
    const project = await newProject(program);
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
    expect(await project.refresh()).toMatchObject({ status: 0 });
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });

  it("a snapshot that was taken and not saved in the state is found by the next up", async () => {
    const project = await newProject(pluginProgram);
    cloud.holds = (checkpoint) => checkpoint.includes("resultingSnapshotCollection");
    await project.upKilledWhen(() => cloud.isHolding);
    cloud.holds = () => false;
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(project.snapshotCounts()).toEqual([1, 1]);
  });

  it.each([
    ["dynamic", "plugin", dynamicProgram, pluginProgram],
    ["plugin", "dynamic", pluginProgram, dynamicProgram],
  ])("killed under %s and resumed under %s: one snapshot", async (_from, _to, first, second) => {
    const project = await newProject(first, slowSeed);
    await project.upKilledWhen((host) => (host.methodCalls["CreateSnapshot"] ?? 0) > 0);
    project.write("index.js", second);
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(project.snapshotCounts()).toEqual([1, 1]);
  });
});
