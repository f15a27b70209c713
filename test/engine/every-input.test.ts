import { expect, it } from "vitest";
import { PulumiProject, smallSeed } from "../support/pulumi-project";
import { groupsOfOne } from "../support/simulated-hosts";

type Arguments = Readonly<Record<string, unknown>>;

/** Of each input what is said first, what then, and what comes of it. `connection` has a test of its own. */
const changes: Readonly<
  Record<string, readonly [before: Arguments, after: Arguments, becomes: "replaced" | "in place"]>
> = {
  collection: [{}, { collection: "group-elsewhere" }, "replaced"],
  snapshotType: [{}, { snapshotType: "Recovery" }, "replaced"],
  settings: [{}, { settings: { consistencyLevel: "CrashConsistent" } }, "replaced"],
  triggers: [{ triggers: ["1.4.0"] }, { triggers: ["1.5.0"] }, "replaced"],
  snapshotName: [{}, { snapshotName: "golden" }, "in place"],
  waitForMerge: [{}, { waitForMerge: true }, "in place"],
  customTimeouts: [{ customTimeouts: { create: "20m" } }, { customTimeouts: { delete: "1h" } }, "in place"],
};

const names = Object.keys(changes);

function program(which: 0 | 1): string {
  const snapshots = Object.entries(changes).map(([name, change]) => {
    const { customTimeouts, ...args } = change[which];
    const all = JSON.stringify({ collection: `group-${name}`, ...args });
    return `new CollectionSnapshot("${name}", ${all}, ${JSON.stringify({ customTimeouts })});`;
  });
  const group = [
    { name: "mine", members: ["vm-elsewhere"], forceDestroy: false },
    { name: "ours", members: ["vm-elsewhere", "vm-triggers"], forceDestroy: true },
  ][which];
  return `
const { CollectionSnapshot, VirtualSystemCollection } = require("pulumi-hyperv-snapshots");
${snapshots.join("\n")}
new VirtualSystemCollection("group", ${JSON.stringify(group)});
`;
}

it("each input, changed once, replaces the snapshot or updates it in place", async () => {
  const groups = [...names, "elsewhere"];
  const project = await PulumiProject.create({
    program: { "index.js": program(0) },
    seed: groupsOfOne(groups, smallSeed),
  });
  const saved = () => new Map(project.resources().map((resource) => [resource.urn.split("::").at(-1), resource]));
  const snapshotsOn = (name: string) =>
    project.host
      .tree()
      .groups.find((group) => group.name === name)
      ?.machines.flatMap(({ snapshots }) => snapshots.map((snapshot) => snapshot.name));
  expect(await project.up()).toMatchObject({ status: 0 });
  const before = saved();

  project.write("index.js", program(1));
  const up = await project.up();
  expect(up.output).toMatch(/~ 4 updated[\s\S]*4 replaced/);
  expect(up.status).toBe(0);
  const after = saved();
  for (const [name, [, , becomes]] of Object.entries(changes)) {
    const isSame = after.get(name)?.id === before.get(name)?.id;
    expect(isSame ? "in place" : "replaced", name).toBe(becomes);
  }

  expect(after.get("collection")?.outputs["collectionName"]).toBe("group-elsewhere");
  expect([snapshotsOn("group-collection"), snapshotsOn("group-elsewhere")]).toEqual([[], ["collection"]]);
  expect(after.get("snapshotType")?.outputs["snapshotType"]).toBe("Recovery");
  expect(snapshotsOn("group-snapshotName")).toEqual(["golden"]);
  expect(after.get("waitForMerge")?.outputs["waitForMerge"]).toBe(true);
  expect(after.get("customTimeouts")?.outputs["__meta"]).toMatchObject({ timeouts: { delete: "1h" } });
  expect(after.get("group")?.id).toBe(before.get("group")?.id);
  expect(after.get("group")?.outputs).toMatchObject({
    name: "ours",
    forceDestroy: true,
    machines: [{ vmName: "vm-elsewhere" }, { vmName: "vm-triggers" }],
  });
}, 900_000);
