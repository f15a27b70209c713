import { expect, it } from "vitest";
import { PulumiProject } from "../support/pulumi-project";

/** Two snapshots of one group, the second taken after the first. */
const program = (names: readonly string[]) => `
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
let dependsOn = [];
for (const name of ${JSON.stringify(names)}) dependsOn = [new CollectionSnapshot(name, { collection: "web-tier" }, { dependsOn })];
`;

it("refuses to destroy a snapshot with dependent snapshots until `dependents` is configured", async () => {
  const project = await PulumiProject.create({ program: { "index.js": program(["first", "second"]) } });
  expect(await project.up()).toMatchObject({ status: 0 });
  project.write("index.js", program(["second"]));
  const refused = await project.up();
  expect(refused.status).not.toBe(0);
  expect(refused.output).toContain("set hyperv-snapshots:dependents");
  expect(project.snapshotCounts()).toEqual([2, 2]);
  await project.run(["config", "set", "hyperv-snapshots:dependents", "kept"]);
  // without it, destroy works with the configuration of the last up
  expect(await project.destroy("--run-program")).toMatchObject({ status: 0 });
  expect(project.snapshotCounts()).toEqual([0, 0]);
});
