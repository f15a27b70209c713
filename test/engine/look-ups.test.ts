import { expect, it } from "vitest";
import { PulumiProject } from "../support/pulumi-project";

it("look-ups in a program are unknown in a preview until the object exists, and keep secrets secret", async () => {
  const project = await PulumiProject.create({
    program: {
      "index.js": `
const pulumi = require("@pulumi/pulumi");
const hyperv = require("pulumi-hyperv-snapshots");
module.exports = async () => {
  const { machines, collectionId } = await hyperv.getVirtualSystemCollection({ collection: "web-tier" });
  const mine = new hyperv.VirtualSystemCollection("mine", { members: machines.map(({ vmId }) => vmId) });
  const before = new hyperv.CollectionSnapshot("before", { collection: collectionId });
  const group = hyperv.getVirtualSystemCollectionOutput({ collection: mine.name });
  const snapshots = hyperv.getCollectionSnapshotsOutput({ collection: "web-tier" }, { dependsOn: before });
  const found = hyperv.getCollectionSnapshotOutput({ snapshotCollection: before.snapshotCollectionId });
  const secret = hyperv.getVirtualSystemCollectionOutput({ collection: pulumi.secret("web-tier") });
  return {
    group: group.machines.apply((all) => all.map(({ vmName }) => vmName)),
    count: snapshots.snapshots.length,
    name: found.snapshotName,
    reference: found.resultingSnapshotCollection,
    secret: secret.name,
  };
};
`,
    },
  });
  const preview = await project.preview();
  expect(preview.output).toContain("+ 3 to create");
  expect(preview.status).toBe(0);
  expect(preview.output).toMatch(/count +: \[?unknown|count +: output/);

  const up = await project.up();
  expect(up.output).toContain("+ 3 created");
  expect(up.status).toBe(0);
  const [saved] = project.snapshotsInState();
  expect(project.stackOutputs()).toMatchObject({
    group: ["web-01", "web-02"],
    count: 1,
    name: "before",
    reference: saved?.outputs["resultingSnapshotCollection"],
  });
  expect(JSON.stringify(project.stackOutputs()["secret"])).toContain("ciphertext");
}, 600_000);
