import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { takeByHand } from "../support/simulated-hosts";

vi.setConfig({ testTimeout: 600_000 });

const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
const program = {
  "index.js": `new (require("pulumi-hyperv-snapshots").CollectionSnapshot)("before-upgrade", { collection: "web-tier" });`,
};

it("the command uses the selected stack and doesn't show its secrets", async () => {
  const project = await PulumiProject.create({ program });
  expect(await project.run(["config", "set", "--secret", "hyperv-snapshots:password", "hunter2"])).toMatchObject({
    status: 0,
  });
  expect(await project.run(["stack", "select"])).toMatchObject({ status: 0 });
  expect(await project.up()).toMatchObject({ status: 0 });
  takeByHand(project.host);
  const run = (...words: string[]) => project.runScript({}, command, ...words);

  const listed = await run("list");
  expect(listed.output).toMatch(/^web-tier +before-upgrade +\w{8} .* 2 {2}resource before-upgrade$/m);
  expect(listed.output).toMatch(/unknown$/m);
  const leftovers = await run("list", "--leftovers");
  expect(leftovers.status).toBe(3);
  const id = /^web-tier .* (\w{8}) +\d/m.exec(leftovers.output)?.[1] ?? "";
  expect((await run("restore", "before-upgrade", "--dry-run")).output).toContain("What restoring it would lose:");
  const owned = await run("destroy", "before-upgrade", "--yes");
  expect(owned.output).toMatch(/the resource urn:\S+::before-upgrade owns it/);
  expect(await run("destroy", id, "--yes")).toMatchObject({ status: 0 });
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });

  const doctor = await run("doctor", "--config", "password=hunter3");
  expect(doctor.output).toContain("ok      Pulumi stack: test, with 3 keys of hyperv-snapshots");
  const unreadable = await project.runScript({}, command, "list", "--stack", "nope");
  expect(unreadable).toMatchObject({ status: 2, output: expect.stringContaining("no stack named 'nope' found") });
  for (const { output } of [listed, leftovers, owned, doctor]) expect(output).not.toMatch(/hunter/);
});

it("another CI machine resumes from the recovery folder alone", async () => {
  const project = await PulumiProject.create({
    program,
    configuration: { "hyperv-snapshots:recoveryFolder": ".recovery" },
  });
  await project.upKilledWhen((host) => (host.methodCalls["CreateSnapshot"] ?? 0) > 0);
  // what the cache of CI does: the machine goes, the folder comes to the next one
  const [folder, cache] = [join(project.folder, ".recovery"), join(project.folder, "../cache")];
  cpSync(folder, cache, { recursive: true });
  rmSync(folder, { recursive: true });
  cpSync(cache, folder, { recursive: true });
  expect(await project.up()).toMatchObject({ status: 0 });
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(project.snapshotCounts()).toEqual([1, 1]);
});
