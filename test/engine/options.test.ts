import { expect, it } from "vitest";
import { PulumiProject, smallSeed } from "../support/pulumi-project";
import { groupsOfOne } from "../support/simulated-hosts";

const names = ["retained", "ignoring", "old-name", "first", "triggered", "follower", "secretive", "deaf", "guarded"];

/** One snapshot for each of Pulumi's options, before and after a change. */
function program(version: 1 | 2): string {
  const renamed = version === 1 ? "old-name" : "new-name";
  return `
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
const take = (name, args, options) =>
  new CollectionSnapshot(name, { collection: "group-" + name, ...args }, options);
const triggers = [${version}];
take("retained", { triggers }, { retainOnDelete: true });
take("ignoring", { triggers }, { ignoreChanges: ["triggers"] });
take("${renamed}", { collection: "group-old-name", snapshotName: "kept" }, { aliases: [{ name: "old-name" }] });
take("first", { triggers }, { deleteBeforeReplace: true });
const triggered = take("triggered", {}, { replacementTrigger: ${version} });
take("follower", {}, { replaceWith: [triggered] });
take("secretive", {}, { additionalSecretOutputs: ["members"] });
take("deaf", { snapshotName: "name-${version}" }, { replaceOnChanges: ["snapshotName"] });
take("guarded", {}, { protect: true });
`;
}

it("Pulumi's options work, except replaceOnChanges, which a dynamic resource never gets", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": program(1) },
    seed: groupsOfOne(names, smallSeed),
    // the new one first, unless the program says otherwise
    configuration: { "hyperv-snapshots:dependents": "kept" },
  });
  const saved = () => new Map(project.resources().map((resource) => [resource.urn.split("::").at(-1), resource]));
  const counts = () =>
    Object.fromEntries(
      project.host
        .tree()
        .groups.map(({ name, machines }) => [name.replace("group-", ""), machines[0]?.snapshots.length]),
    );
  const first = await project.up();
  expect(first.output).toContain("10 created");
  expect(first.status).toBe(0);
  const before = saved();
  expect(JSON.stringify(before.get("secretive")?.outputs["members"])).toContain("ciphertext");
  expect(JSON.stringify(before.get("first")?.outputs["members"])).not.toContain("ciphertext");

  project.write("index.js", program(2));
  const second = await project.up();
  expect(second.output).toContain("4 replaced");
  expect(second.status).toBe(0);
  const after = saved();
  const isSame = (name: string, as = name) => before.get(name)?.id === after.get(as)?.id;
  const replaced = ["retained", "first", "triggered", "follower"];
  expect(replaced.filter((name) => isSame(name))).toEqual([]);
  expect(["ignoring", "secretive", "deaf", "guarded"].filter((name) => !isSame(name))).toEqual([]);
  expect(isSame("old-name", "new-name")).toBe(true);
  expect(after.get("deaf")?.outputs["snapshotName"]).toBe("name-2");
  expect(after.get("ignoring")?.outputs["triggers"]).toEqual([1]);
  const rows = second.output.split("\n").map((line) => line.trim());
  const rowOf = (name: string, what: RegExp) =>
    rows.findIndex((row) => new RegExp(` ${name} `).test(row) && what.test(row));
  expect(rowOf("first", /deleted original/)).toBeGreaterThan(-1);
  expect(rowOf("first", /deleted original/)).toBeLessThan(rowOf("first", /creating replacement/));
  expect(rowOf("triggered", /deleting original/)).toBeGreaterThan(rowOf("triggered", /created replacement/));
  // the retained one is still on the host, beside the one that took its place
  expect(counts()).toEqual({ ...Object.fromEntries(names.map((name) => [name, 1])), retained: 2 });

  const destroy = await project.destroy();
  expect(destroy.status).not.toBe(0);
  expect(destroy.output).toMatch(/guarded[\s\S]*protect/);
  expect(counts()["guarded"]).toBe(1);
}, 900_000);
