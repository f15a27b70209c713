import { describe, expect, it } from "vitest";
import { type MethodFailedError, PartialCreateError } from "../../../../provider/src/errors";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

const named = (snapshotName: string) => ({ ...standardInputs, snapshotName });

const namesOn = ({ host }: LifecycleInProcess) =>
  host
    .query("SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType LIKE '%Snapshot%'")
    .map((snapshot) => snapshot.string("ElementName"));

const sent = (at: LifecycleInProcess) =>
  at.requests.filter(({ methodName }) => methodName === "ModifySystemSettings").length;

describe("snapshotName", () => {
  it("is written to every member's snapshot, also with non-Latin characters", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create(named('vor dem Umbau "1.4" 東京 >'));
    expect(namesOn(at)).toEqual(Array(3).fill('vor dem Umbau "1.4" 東京 >'));
    expect(outs["snapshotName"]).toBe('vor dem Umbau "1.4" 東京 >');
    expect(await at.run(at.lifecycle.read(id, outs))).toMatchObject({ props: outs });
  });

  it("is changed in place", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create(named("before"));
    expect(await at.run(at.lifecycle.diff(id, outs, named("after")))).toEqual({ changes: true });
    const updated = await at.run(at.lifecycle.update(id, outs, named("after")));
    expect(updated.outs).toEqual({ ...outs, snapshotName: "after" });
    expect(namesOn(at)).toEqual(["after", "after", "after"]);
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("that was changed by hand is shown by a refresh, and restored by the next up", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create(named("before"));
    const [snapshot] = at.host.query("SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName = 'before'");
    at.elsewhere("Msvm_VirtualSystemManagementService", "ModifySystemSettings", {
      SystemSettings: `<INSTANCE CLASSNAME="Msvm_VirtualSystemSettingData"><PROPERTY NAME="InstanceID" TYPE="string"><VALUE>${snapshot?.string("InstanceID")}</VALUE></PROPERTY><PROPERTY NAME="ElementName" TYPE="string"><VALUE>mine</VALUE></PROPERTY></INSTANCE>`,
    });
    const { props } = await at.run(at.lifecycle.read(id, outs));
    expect(props).toEqual({ ...outs, snapshotName: "mine" });
    expect(await at.run(at.lifecycle.diff(id, props ?? {}, named("before")))).toEqual({ changes: true });
    const before = sent(at);
    await at.run(at.lifecycle.update(id, props ?? {}, named("before")));
    expect(namesOn(at)).toEqual(["before", "before", "before"]);
    expect(sent(at) - before).toBe(1);
  });

  it("that a host refuses is a partial failure with a complete snapshot, and the next up retries", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("recoverySnapshotSettings", "refuse32775");
    const inputs = { ...named("before"), snapshotType: "Recovery" };
    const error = await at.failure<PartialCreateError>(at.lifecycle.create(inputs));
    expect(PartialCreateError.isInstance(error)).toBe(true);
    expect(error.message).toContain("The snapshot is complete, but not every machine's checkpoint has the name");
    expect(error.message).toContain("The next `pulumi up` tries again");
    const outs = error.properties as typeof standardInputs;
    expect(outs).toMatchObject({ members: [{}, {}, {}], resultingSnapshotCollection: expect.any(String) });
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);

    at.host.setOption("recoverySnapshotSettings", "accept");
    expect(await at.run(at.lifecycle.diff(error.id, outs, inputs))).toEqual({ changes: true });
    const renamed = await at.run(at.lifecycle.update(error.id, outs, inputs));
    expect(renamed.outs["__pending"]).toBeUndefined();
    expect(namesOn(at)).toEqual(["before", "before", "before"]);
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("that a host refuses for one machine fails, and the other machines get it", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create(named("before"));
    at.host.injectFault({ method: "ModifySystemSettings", returnValue: 32769 });
    const error = await at.failure<MethodFailedError>(at.lifecycle.update(id, outs, named("after")));
    expect(error).toMatchObject({ code: "METHOD_VENDOR_ACCESS_DENIED", effect: "partial" });
    expect(namesOn(at)).toEqual(["before", "after", "after"]);
  });

  it("that is empty, or that hosts refuse, fails in check", async () => {
    const at = new LifecycleInProcess();
    for (const name of ["a & b", "<b>", " "]) {
      const { failures } = await at.run(at.lifecycle.check({}, named(name)));
      expect(failures).toEqual([{ property: "snapshotName", reason: expect.stringMatching(/leave (them|it) out/) }]);
    }
  });
});
