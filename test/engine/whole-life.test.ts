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
