import { expect, it } from "vitest";
import { providerText } from "../support/dynamic-host";
import { snapshotProgram } from "../support/programs";
import { PulumiProject } from "../support/pulumi-project";

it("previews, takes, keeps, refreshes, replaces and destroys a snapshot", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier", triggers: ["1"] }`) },
  });

  const preview = await project.preview();
  expect(preview).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 to create") });
  expect(project.host.methodCalls).toEqual({});

  const first = await project.up();
  expect(first).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 created") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  const [saved] = project.snapshotsInState();
  expect(saved?.inputs["__provider"]).toBe(providerText);
  expect(saved?.outputs["__provider"]).toBe(providerText);
  expect(Buffer.byteLength(providerText)).toBeLessThan(100);
  const { reference } = project.stackOutputs();
  expect(reference).toBe(saved?.outputs["resultingSnapshotCollection"]);
  expect(reference).toMatch(
    /^\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]{36}"$/,
  );

  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });
  const refreshed = await project.refresh();
  expect(refreshed).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });

  project.write("index.js", snapshotProgram(`{ collection: "web-tier", triggers: ["2"] }`));
  const replaced = await project.up();
  expect(replaced).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(project.stackOutputs()["reference"]).not.toBe(reference);

  const destroyed = await project.destroy();
  expect(destroyed).toMatchObject({ status: 0, output: expect.stringContaining("- 2 deleted") });
  expect(project.snapshotCounts()).toEqual([0, 0]);
});

it("replaces at a wish, the new one first, where the host keeps dependents", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier" }`) },
    configuration: { "hyperv-snapshots:dependents": "kept" },
  });
  await project.up();
  const [before] = project.snapshotsInState();
  const replaced = await project.up("--replace", before!.urn);
  expect(replaced.output).toContain("1 replaced");
  expect(replaced.status).toBe(0);
  const [after] = project.snapshotsInState();
  expect(after?.id).not.toBe(before?.id);
  expect(project.snapshotCounts()).toEqual([1, 1]);
});

it("destroys what an unknown host might destroy more with, once the user has said what theirs does", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier" }`) },
  });
  await project.up();
  const [before] = project.snapshotsInState();
  const refused = await project.up("--replace", before!.urn);
  expect(refused).toMatchObject({ status: 1, output: expect.stringContaining("set hyperv-snapshots:dependents") });
  expect(project.snapshotCounts()).toEqual([2, 2]);
  await project.run(["config", "set", "hyperv-snapshots:dependents", "kept"]);
  expect(refused.output).toContain("For destroy and refresh, add --run-program");
  expect(await project.destroy("--run-program")).toMatchObject({ status: 0 });
  expect(project.snapshotCounts()).toEqual([0, 0]);
});

it("notices by refresh that a snapshot is gone, and takes a new one", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier" }`) },
  });
  await project.up();
  const [saved] = project.snapshotsInState();
  project.destroyOnHost(String(saved?.outputs["snapshotCollectionId"]));
  const refreshed = await project.refresh();
  expect(refreshed).toMatchObject({ status: 0, output: expect.stringContaining("- 1 deleted") });
  expect(project.snapshotsInState()).toEqual([]);
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 1 created") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
});
