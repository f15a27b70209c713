import { join } from "node:path";
import { expect, it } from "vitest";
import { snapshotProgram } from "../support/programs";
import { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { expectReportedOnce, troubles } from "../support/troubles";

const program = { "index.js": snapshotProgram(`{ collection: "web-tier" }`) };

it("reports a job that fails, resumes one that outlasts the timeout, and destroys a snapshot whose job still runs", async () => {
  const patient = snapshotProgram(`{ collection: "web-tier" }`, `{ customTimeouts: { create: "500ms" } }`);
  const project = await PulumiProject.create({ program: { "index.js": patient } });
  project.host.injectFault({
    method: "CreateSnapshot",
    job: {
      endState: 10,
      atPercent: 50,
      errorCode: 32768,
      errorDescription: "The guest cluster service is not running.",
    },
  });
  const failed = await project.up();
  expect(failed.status).not.toBe(0);
  expect(failed.output).toContain("state 10 (Exception)");
  expect(failed.output).toContain("The guest cluster service is not running.");
  expect(failed.output).not.toContain("    at ");
  expect(project.snapshotsInState()).toEqual([]);
  expect(project.snapshotCounts()).toEqual([0, 0]);

  project.host.injectFault({ method: "CreateSnapshot", job: { seconds: 6 } });
  const first = await project.up();
  expect(first.status).not.toBe(0);
  expect(first.output).toContain("resumes this snapshot and takes no second one");
  const [partial] = project.snapshotsInState();
  expect(partial?.initErrors).toHaveLength(1);
  const resumed = await project.up();
  expect(resumed).toMatchObject({ status: 0, output: expect.stringContaining("~ 1 updated") });
  const [whole] = project.snapshotsInState();
  expect(whole?.id).toBe(partial?.id);
  expect(whole?.initErrors ?? []).toEqual([]);
  expect(whole?.outputs["__pending"]).toBeUndefined();
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(2);
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(await project.destroy()).toMatchObject({ status: 0 });

  project.host.injectFault({ method: "CreateSnapshot", job: { seconds: 600 } });
  expect((await project.up()).status).not.toBe(0);
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.host.methodCalls["RequestStateChange"]).toBe(1);
  expect(project.snapshotCounts()).toEqual([0, 0]);
});

it.each(troubles)("reports $what once, on the resource's row, with advice that fits the command", async (trouble) => {
  const impatient = snapshotProgram(`{ collection: "web-tier" }`, `{ customTimeouts: { create: "500ms" } }`);
  await expectReportedOnce(await PulumiProject.create({ program: { "index.js": impatient } }), trouble);
});

it("shows every wrong input on the resource's row, before any request to the host", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "{6B29FC40-CA47}", snapshotType: 7, settings: "<oops/>" }`) },
  });
  const { status, output } = await project.preview();
  expect(status).not.toBe(0);
  for (const said of [
    "property collection value {{6B29FC40-CA47}} has a problem",
    "property snapshotType value {7} has a problem: 3 … 32767 are reserved by the DMTF",
    "property settings value {<oops/>} has a problem: it isn't an embedded instance",
  ]) {
    expect(output).toContain(said);
  }
  expect(output).not.toContain("    at ");
});

it("names the file of a damaged simulated host", async () => {
  const project = await PulumiProject.create({ program });
  project.damageHost();
  const damaged = await project.up();
  expect(damaged.status).not.toBe(0);
  expect(damaged.output).toContain("host.jsonl");
  expect(damaged.output).not.toContain("    at ");
});

it("shows Node's message if the package isn't installed", async () => {
  const project = await PulumiProject.create({ program, without: "pulumi-hyperv-snapshots" });
  const { status, output } = await project.up();
  expect(status).not.toBe(0);
  expect(output).toContain("Cannot find module 'pulumi-hyperv-snapshots'");
});

it("shows Node's message if only another package of the program has it installed", async () => {
  const elsewhere = JSON.stringify(join(repositoryFolder, "node_modules/pulumi-hyperv-snapshots"));
  const text = program["index.js"].replace('require("pulumi-hyperv-snapshots")', `require(${elsewhere})`);
  expect(text).toContain(elsewhere);
  const project = await PulumiProject.create({ program: { "index.js": text }, without: "pulumi-hyperv-snapshots" });
  const { status, output } = await project.up();
  expect(status).not.toBe(0);
  expect(output).toContain("Cannot find module 'pulumi-hyperv-snapshots/lifecycle'");
  expect(project.snapshotCounts()).toEqual([0, 0]);
});
