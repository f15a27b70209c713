import { describe, expect, it } from "vitest";
import { yamlProgram, yamlProject } from "../support/plugin-project";
import { smallSeed } from "../support/pulumi-project";
import { groupsOfOne, takeByHand } from "../support/simulated-hosts";

/** The `CollectionID` of the host's only snapshot. */
function onlySnapshot(host: {
  query(wql: string): readonly { readonly path: { key(name: string): unknown } }[];
}): string {
  const [snapshot, ...others] = host.query("SELECT * FROM Msvm_SnapshotCollection");
  expect(others).toEqual([]);
  return String(snapshot?.path.key("CollectionID"));
}

const before = { properties: { collection: "web-tier" } };

describe("a snapshot that was taken by hand", () => {
  /** A project whose host has a snapshot that no stack manages. */
  async function withSnapshotByHand(context: Parameters<typeof yamlProject>[0]) {
    const project = await yamlProject(context, yamlProgram({}));
    project.host.setOption("completion", "atOnce");
    takeByHand(project.host);
    project.host.setOption("completion", "job");
    return { project, id: onlySnapshot(project.host) };
  }

  it("is imported by `pulumi import`, and the next up changes nothing", async (context) => {
    const project = await yamlProject(context, yamlProgram({ before }));
    expect(await project.up()).toMatchObject({ status: 0 });
    const [taken] = project.snapshotsInState();
    expect(await project.run(["state", "delete", taken!.urn, "--yes"])).toMatchObject({ status: 0 });

    const id = onlySnapshot(project.host);
    const parameters = ["hyperv-snapshots:index:CollectionSnapshot", "before", id, "--yes", "--generate-code=false"];
    const imported = await project.run(["import", ...parameters, "--protect=false", "--skip-preview"]);
    expect(imported.output).toContain("1 imported");
    expect(project.snapshotsInState()[0]?.inputs).toMatchObject({ collection: "web-tier", snapshotName: "before" });
    expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
    expect(await project.refresh()).toMatchObject({ status: 0, output: expect.stringContaining("unchanged") });
    expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });

  it("is imported by the option `import`, also by its reference", async (context) => {
    const { project, id } = await withSnapshotByHand(context);
    const path = project.host.query("SELECT * FROM Msvm_SnapshotCollection")[0]!.path;
    const name = project.host.tree().groups[0]!.machines[0]!.snapshots[0]!.name;
    const properties = { collection: "web-tier", snapshotName: name };
    project.write("Pulumi.yaml", yamlProgram({ before: { properties, options: { import: String(path) } } }));
    const up = await project.up();
    expect(up.output).toContain("1 imported");
    expect(up.status).toBe(0);
    expect(project.snapshotsInState()[0]?.outputs["snapshotCollectionId"]).toBe(id);
    project.write("Pulumi.yaml", yamlProgram({ before: { properties } }));
    expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
  });

  it("is read by `get`, and never deleted", async (context) => {
    const { project, id } = await withSnapshotByHand(context);
    const outputs = { found: `\${before.collectionName}` };
    project.write("Pulumi.yaml", yamlProgram({ before: { get: { id } } }, { outputs }));
    expect(await project.up()).toMatchObject({ status: 0 });
    expect(project.stackOutputs()["found"]).toBe("web-tier");
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(onlySnapshot(project.host)).toBe(id);
  });

  it("of another host is an error that names both hosts, and nothing is imported", async (context) => {
    const { project, id } = await withSnapshotByHand(context);
    const reference = `\\\\HV-OTHER\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="${id.replace(/^.{8}/, "00000000")}"`;
    project.write("Pulumi.yaml", yamlProgram({ before: { ...before, options: { import: reference } } }));
    const up = await project.up();
    expect(up.status).not.toBe(0);
    expect(up.output).toMatch(/CollectionSnapshot \(before\)[\s\S]*answers, the reference names HV-OTHER/);
    expect(up.output).not.toMatch(/\n\s+at /);
    expect(project.snapshotsInState()).toEqual([]);
  });

  it("that doesn't exist is an error on the resource's row, and nothing is imported", async (context) => {
    const { project, id } = await withSnapshotByHand(context);
    const other = id.replace(/^.{8}/, "00000000");
    project.write("Pulumi.yaml", yamlProgram({ before: { ...before, options: { import: other } } }));
    const up = await project.up();
    expect(up.status).not.toBe(0);
    expect(up.output).toMatch(/CollectionSnapshot \(before\)[\s\S]*does not exist/);
    expect(up.output).not.toMatch(/\n\s+at /);
    expect(project.snapshotsInState()).toEqual([]);
    project.write("Pulumi.yaml", yamlProgram({ before: { ...before, options: { import: "no-id" } } }));
    const malformed = await project.up();
    expect(malformed.output).toMatch(/CollectionSnapshot \(before\)[\s\S]*neither a CollectionID nor an object path/);
  });
});

it("a snapshot that was deleted on the host leaves the state by a refresh, and the next up takes another", async (context) => {
  const project = await yamlProject(context, yamlProgram({ before }));
  expect(await project.up()).toMatchObject({ status: 0 });
  project.destroyOnHost(onlySnapshot(project.host));
  expect(await project.refresh()).toMatchObject({ status: 0, output: expect.stringContaining("- 1 deleted") });
  expect(project.snapshotsInState()).toEqual([]);
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 1 created") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
});

it("the option `--debug` shows each host request", async (context) => {
  const project = await yamlProject(context, yamlProgram({ before }));
  const up = await project.up("--debug");
  expect(up.output).toMatch(
    /debug: HV-TEST: invoke CreateSnapshot\(Collection, .*\) on Msvm_CollectionSnapshotService: /,
  );
  expect((await project.destroy()).output).not.toContain("debug: ");
});

it("Pulumi's resource options work", async (context) => {
  const names = ["retained", "ignoring", "requested", "follower", "deaf", "late"];
  const program = (version: number) => {
    const take = (name: string, properties: object, options: Record<string, unknown>) => ({
      properties: { collection: `group-${name}`, ...properties },
      options,
    });
    return yamlProgram({
      retained: take("retained", { triggers: [version] }, { retainOnDelete: true }),
      ignoring: take("ignoring", { triggers: [version] }, { ignoreChanges: ["triggers"] }),
      requested: take("requested", {}, { replacementTrigger: version }),
      follower: take("follower", {}, { replaceWith: [`\${requested}`] }),
      deaf: take("deaf", { snapshotName: `name-${version}` }, { replaceOnChanges: ["snapshotName"] }),
      late: take("late", { triggers: [version] }, { customTimeouts: { create: "7m" } }),
    });
  };
  const configuration = { "hyperv-snapshots:dependents": "kept" };
  const project = await yamlProject(context, program(1), { seed: groupsOfOne(names, smallSeed), configuration });
  const ids = () => new Map(project.snapshotsInState().map(({ urn, id }) => [urn.split("::").at(-1), id]));
  expect(await project.up()).toMatchObject({ status: 0 });
  const first = ids();
  project.write("Pulumi.yaml", program(2));
  const second = await project.up();
  expect(second.status).toBe(0);
  const replaced = names.filter((name) => first.get(name) !== ids().get(name));
  expect(replaced).toEqual(["retained", "requested", "follower", "deaf", "late"]);

  const urn = project.snapshotsInState().find((one) => one.urn.endsWith("::ignoring"))!.urn;
  const forced = await project.up("--replace", urn);
  expect(forced.output).toContain("1 replaced");
  expect(first.get("ignoring")).not.toBe(ids().get("ignoring"));

  project.write("Pulumi.yaml", program(3));
  const targeted = await project.up("--target", urn.replace("::ignoring", "::late"));
  expect(targeted.output).toContain("1 replaced");
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(names.length + 5 + 1 + 1);
});

it("a replacement that Pulumi decides itself is refused before it takes a snapshot, until deleteBeforeReplace is set", async (context) => {
  const program = (version: string, options: object = {}) =>
    yamlProgram({ before: { ...before, options: { replacementTrigger: version, ...options } } });
  const project = await yamlProject(context, program("1"));
  expect(await project.up()).toMatchObject({ status: 0 });
  project.write("Pulumi.yaml", program("2"));
  const refused = await project.up();
  expect(refused.status).not.toBe(0);
  expect(refused.output).toContain("Set the resource option deleteBeforeReplace");
  expect(project.snapshotCounts()).toEqual([1, 1]);
  project.write("Pulumi.yaml", program("2", { deleteBeforeReplace: true }));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
  const [{ urn } = { urn: "" }] = project.snapshotsInState();
  expect(await project.up("--replace", urn)).toMatchObject({ status: 0 });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(project.host.methodCalls["DestroySnapshot"]).toBe(2);
});

it("with replaceOnChanges the old snapshot is deleted first, unless the host keeps dependent ones", async (context) => {
  const program = (snapshotName: string) =>
    yamlProgram({
      before: { properties: { collection: "web-tier", snapshotName }, options: { replaceOnChanges: ["snapshotName"] } },
    });
  const project = await yamlProject(context, program("one"));
  expect(await project.up()).toMatchObject({ status: 0 });
  project.write("Pulumi.yaml", program("two"));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
});

it("a machine that isn't known yet may be a member beside one that is, in the preview too", async (context) => {
  const group = (members: readonly string[]) => ({
    type: "hyperv-snapshots:VirtualSystemCollection",
    properties: { members },
  });
  const machine = `\${first.machines[0].vmName}`;
  const resources = { first: group(["web-01"]), second: group(["web-02", machine]) };
  const project = await yamlProject(context, yamlProgram(resources));
  expect(await project.preview()).toMatchObject({ status: 0 });
  expect(await project.up()).toMatchObject({ status: 0 });
});

it("a snapshot that was destroyed for its replacement is marked so in the state, and the next up takes the new one", async (context) => {
  const program = (version: string) =>
    yamlProgram({ before: { properties: { collection: "web-tier", triggers: [version] } } });
  const project = await yamlProject(context, program("1"));
  expect(await project.up()).toMatchObject({ status: 0 });
  project.write("Pulumi.yaml", program("2"));
  project.host.injectFault({ method: "CreateSnapshot", returnValue: 32773 });
  expect((await project.up()).status).not.toBe(0);
  const exported = await project.run(["stack", "export"]);
  expect(exported.output).toContain('"pendingReplacement": true');
  expect(project.snapshotCounts()).toEqual([0, 0]);
  expect(await project.up()).toMatchObject({ status: 0 });
  expect(project.snapshotCounts()).toEqual([1, 1]);
});
