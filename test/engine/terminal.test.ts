import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";

const seed = { ...smallSeed, jobs: { CreateSnapshot: { seconds: 8, progress: { stuckAtPercent: 20 } } } };
const program = { "index.js": snapshotProgram(`{ collection: "web-tier" }`) };
const progress = /snapshot job: Running \d+ %, \d+ s/g;

it("shows progress in the row's Info column on a terminal, and clears it", async (context) => {
  const { error } = spawnSync("script", ["--version"]);
  if (error) context.skip(`no-script: ${error.message}`);
  const project = await PulumiProject.create({ program, seed });
  const { status, output } = await project.runOnTerminal(["up", "--yes", "--skip-preview"]);
  expect(status).toBe(0);
  const shown = new Set(output.match(progress));
  // more than without a terminal, where a stuck job is reported every 15 s
  expect(shown.size).toBeGreaterThanOrEqual(3);
  expect(output).toContain("created (");
  const lastScreen = output.slice(output.lastIndexOf("created ("));
  expect(lastScreen).not.toMatch(progress);
});

it("prints few lines of progress without a terminal", async () => {
  const project = await PulumiProject.create({ program, seed });
  const { status, output } = await project.up();
  expect(status).toBe(0);
  const lines = new Set(output.match(progress));
  // one when the job is seen; another every 15 s
  expect(lines.size).toBeGreaterThanOrEqual(1);
  expect(lines.size).toBeLessThanOrEqual(2);
});
