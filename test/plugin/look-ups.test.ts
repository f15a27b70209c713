import { expect, it } from "vitest";
import { yamlProgram, yamlProject } from "../support/plugin-project";

it("a YAML program looks up a group and its snapshots", async (context) => {
  const look = (name: string, args: object) => ({
    "fn::invoke": { function: `hyperv-snapshots:${name}`, arguments: args },
  });
  const program = yamlProgram(
    { before: { properties: { collection: "web-tier" } } },
    {
      variables: {
        group: look("getVirtualSystemCollection", { collection: "web-tier" }),
        taken: look("getCollectionSnapshot", { snapshotCollection: `\${before.snapshotCollectionId}` }),
        all: look("getCollectionSnapshots", { collection: `\${before.collectionId}` }),
      },
      outputs: {
        machines: `\${group.machines}`,
        name: `\${taken.snapshotName}`,
        reference: `\${all.snapshots[0].resultingSnapshotCollection}`,
        same: `\${before.resultingSnapshotCollection}`,
      },
    },
  );
  const project = await yamlProject(context, program);
  const up = await project.up();
  expect(up.output).toContain("+ 2 created");
  const { machines, name, reference, same } = project.stackOutputs();
  expect(machines).toMatchObject([{ vmName: "web-01" }, { vmName: "web-02" }]);
  expect(name).toBe("before");
  expect(reference).toBe(same);
});
