import { expect, it } from "vitest";
import { PulumiProject, smallSeed } from "../support/pulumi-project";

const groups = ["thinned", "renamed", "moved", "deleted", "joined", "destroyed"];

const program = `
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
for (const name of ${JSON.stringify(groups)}) {
  new CollectionSnapshot(name, { collection: "group-" + name, snapshotName: name });
}
`;

/** What a person does on the host past Pulumi, each of it at once. */
class Person {
  private readonly host: PulumiProject["host"];

  constructor({ host }: PulumiProject) {
    this.host = host;
  }

  deleteSnapshot(machine: string): void {
    this.call("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", {
      AffectedSnapshot: this.snapshotOf(machine).path,
    });
  }

  renameSnapshot(machine: string, name: string): void {
    const id = this.snapshotOf(machine).string("InstanceID");
    const property = (key: string, value: string | null) =>
      `<PROPERTY NAME="${key}" TYPE="string"><VALUE>${value}</VALUE></PROPERTY>`;
    this.call("Msvm_VirtualSystemManagementService", "ModifySystemSettings", {
      SystemSettings: `<INSTANCE CLASSNAME="Msvm_VirtualSystemSettingData">${property("InstanceID", id)}${property("ElementName", name)}</INSTANCE>`,
    });
  }

  renameGroup(group: string, NewName: string): void {
    this.callForGroups("RenameCollection", { Collection: this.group(group), NewName });
  }

  destroyGroup(group: string): void {
    this.callForGroups("DestroyCollection", { Collection: this.group(group) });
  }

  addMember(group: string, machine: string): void {
    this.callForGroups("AddMember", {
      Collection: this.group(group),
      Member: this.find("ComputerSystem", machine).path,
    });
  }

  private callForGroups(method: string, parameters: Parameters<PulumiProject["host"]["invokeMethod"]>[2]): void {
    this.call("Msvm_CollectionManagementService", method, parameters);
  }

  private call(service: string, method: string, parameters: Parameters<PulumiProject["host"]["invokeMethod"]>[2]) {
    this.host.setOption("completion", "atOnce");
    const { returnValue } = this.host.invokeMethod(
      this.host.query(`SELECT * FROM ${service}`)[0]!.path,
      method,
      parameters,
    );
    this.host.setOption("completion", "job");
    expect(returnValue, method).toBe(0);
  }

  private group(name: string) {
    return this.find("VirtualSystemCollection", name).path;
  }

  private find(className: string, name: string) {
    return this.host.query(`SELECT * FROM Msvm_${className} WHERE ElementName = '${name}'`)[0]!;
  }

  /** The one of a machine that was taken, not its settings of today. */
  private snapshotOf(machine: string) {
    const id = this.find("ComputerSystem", machine).string("Name");
    return this.host
      .query(`SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemIdentifier = '${id}'`)
      .find((settings) => settings.string("VirtualSystemType")?.includes("Snapshot"))!;
  }
}

it("refresh shows what a person changed on the host, and up restores what the program says", async () => {
  const machines = groups.flatMap((name) => [`${name}-1`, `${name}-2`]);
  const project = await PulumiProject.create({
    program: { "index.js": program },
    seed: {
      ...smallSeed,
      machines: machines.map((name) => ({ name })),
      groups: groups.map((name) => ({ name: `group-${name}`, members: [`${name}-1`, `${name}-2`] })),
    },
  });
  expect(await project.up()).toMatchObject({ status: 0 });
  const saved = () =>
    new Map(project.snapshotsInState().map((resource) => [resource.urn.split("::").at(-1), resource]));
  const before = saved();

  const person = new Person(project);
  person.deleteSnapshot("thinned-1");
  person.renameSnapshot("renamed-1", "mine");
  person.renameGroup("group-moved", "group-elsewhere");
  person.destroyGroup("group-deleted");
  person.addMember("group-joined", "deleted-1");
  project.destroyOnHost(String(before.get("destroyed")?.outputs["snapshotCollectionId"]));

  const refresh = await project.refresh();
  expect(refresh.output).toContain("The snapshots of thinned-1 were deleted on the host");
  expect(refresh.output).toContain('The VM group "group-deleted" no longer exists');
  expect(refresh.output).toContain('The VM group "group-moved" is now called "group-elsewhere"');
  // of outputs Pulumi counts no change
  expect(refresh.output).toMatch(
    /renamed updated.*~snapshotName[\s\S]*~ 1 updated[\s\S]*- 1 deleted[\s\S]*5 unchanged/,
  );
  expect(refresh.status).toBe(0);
  const seen = saved();
  expect(seen.get("thinned")?.outputs["members"]).toMatchObject([{ vmName: "thinned-2" }]);
  expect(seen.get("renamed")?.outputs["snapshotName"]).toBe("mine");
  expect(seen.get("moved")?.outputs["collectionName"]).toBe("group-elsewhere");
  expect(seen.has("destroyed")).toBe(false);
  for (const name of ["deleted", "joined"]) expect(seen.get(name)?.outputs, name).toEqual(before.get(name)?.outputs);

  // only what differs from the program is put back, and only the deleted snapshot is taken again
  const up = await project.up();
  expect(up.output).toMatch(/\+ 1 created[\s\S]*~ 1 updated[\s\S]*5 unchanged/);
  expect(up.status).toBe(0);
  expect(saved().get("renamed")?.outputs["snapshotName"]).toBe("renamed");
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(groups.length + 1);

  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.host.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
});
