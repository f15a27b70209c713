import { describe, expect, it } from "vitest";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

const groupOf = ({ host }: LifecycleInProcess) =>
  host.query("SELECT * FROM Msvm_VirtualSystemCollection")[0]?.path ?? null;
const machineOf = ({ host }: LifecycleInProcess, name: string) =>
  host.query(`SELECT * FROM Msvm_ComputerSystem WHERE ElementName = '${name}'`)[0]?.path ?? null;
const groups = "Msvm_CollectionManagementService";

describe("drift", () => {
  it("a refresh shows a member's snapshot that was deleted by hand, and destroys nothing", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    const [member] = outs["members"] as { snapshotId: string; vmName: string }[];
    const [snapshot] = at.host.query(
      `SELECT * FROM Msvm_VirtualSystemSettingData WHERE InstanceID = '${member?.snapshotId}'`,
    );
    at.elsewhere("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", { AffectedSnapshot: snapshot?.path ?? null });
    at.clock.pass(60_000);
    const { props = {} } = await at.run(at.lifecycle.read(id, outs));
    expect(props["members"]).toHaveLength(2);
    expect(at.warnings).toEqual([
      expect.stringContaining(`The snapshots of ${member?.vmName} were deleted on the host`),
    ]);
    expect(await at.run(at.lifecycle.diff(id, props, standardInputs))).toEqual({ changes: false });
    await at.run(at.lifecycle.delete(id, props));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("a refresh shows a renamed group, and neither the old nor the new name replaces the snapshot", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    at.elsewhere(groups, "RenameCollection", { Collection: groupOf(at), NewName: "web" });
    const { props = {} } = await at.run(at.lifecycle.read(id, outs));
    expect(props).toEqual({ ...outs, collectionName: "web" });
    expect(at.messages.at(-1)?.text).toContain('The VM group "web-tier" is now called "web"');
    expect(await at.run(at.lifecycle.diff(id, props, standardInputs))).toEqual({ changes: false });
    const renamed = { ...standardInputs, collection: "web" };
    expect(await at.run(at.lifecycle.diff(id, props, renamed))).toEqual({ changes: true });
    expect((await at.run(at.lifecycle.update(id, props, renamed))).outs["collection"]).toBe("web");
  });

  it("reports a deleted group, and can still destroy its snapshot", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    at.elsewhere(groups, "DestroyCollection", { Collection: groupOf(at) });
    const { props = {} } = await at.run(at.lifecycle.read(id, outs));
    expect(props).toEqual(outs);
    expect(at.warnings).toEqual([expect.stringContaining('The VM group "web-tier" no longer exists')]);
    await at.run(at.lifecycle.delete(id, props));
    expect(at.host.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
  });

  it("members that join or leave the group later don't change the snapshot", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    at.elsewhere(groups, "AddMember", { Collection: groupOf(at), Member: machineOf(at, "other") });
    at.elsewhere(groups, "RemoveMember", { Collection: groupOf(at), Member: machineOf(at, "web-01") });
    expect(await at.run(at.lifecycle.read(id, outs))).toMatchObject({ props: outs });
    expect(at.warnings).toEqual([]);
    const next = await at.create({ ...standardInputs, triggers: ["2"] });
    const names = (next.outs["members"] as { vmName: string }[]).map(({ vmName }) => vmName);
    expect(names).toEqual(["db-01", "other", "web-02"]);
  });
});
