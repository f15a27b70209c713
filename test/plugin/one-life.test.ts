import { expect, it } from "vitest";
import { yamlProgram, yamlProject } from "../support/plugin-project";

const program = (properties: object) =>
  yamlProgram(
    { before: { properties: { collection: "web-tier", ...properties } } },
    { outputs: { reference: `\${before.resultingSnapshotCollection}`, group: `\${before.collectionId}` } },
  );

it("a YAML program previews, takes, renames, replaces, refreshes and destroys a snapshot", async (context) => {
  const project = await yamlProject(context, program({ triggers: ["1"] }));
  const groupId = project.host.tree().groups[0]!.id;

  const preview = await project.preview();
  expect(preview.output).toContain("+ 2 to create");
  expect(preview.output, "the group's id is known in a preview").toContain(groupId);
  expect(project.snapshotCounts()).toEqual([0, 0]);

  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 created") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  const { reference, group } = project.stackOutputs();
  expect(group).toBe(groupId);
  expect(reference).toMatch(/^\\\\HV-TEST\\.*Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]{36}"$/);
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });

  project.write("Pulumi.yaml", program({ triggers: ["1"], snapshotName: "renamed" }));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("~ 1 updated") });
  expect(project.stackOutputs()["reference"]).toBe(reference);
  expect(project.host.tree().groups[0]!.machines[0]!.snapshots.map(({ name }) => name)).toEqual(["renamed"]);

  project.write("Pulumi.yaml", program({ triggers: ["2"] }));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+-1 replaced") });
  expect(project.stackOutputs()["reference"]).not.toBe(reference);
  expect(project.snapshotCounts()).toEqual([1, 1]);

  expect(await project.refresh()).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });
  expect(await project.destroy()).toMatchObject({ status: 0, output: expect.stringContaining("- 2 deleted") });
  expect(project.snapshotCounts()).toEqual([0, 0]);
});
