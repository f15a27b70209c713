import { describe, expect, it } from "vitest";
import { MethodFailedError } from "../../../../provider/src/errors";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

const sent = (at: LifecycleInProcess, method: string) =>
  at.requests.filter(({ methodName }) => methodName === method).length;

describe("a group that is busy", () => {
  it("is tried again after growing pauses, which the resource's row shows", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 32774, times: 3 });
    await at.create();
    expect(at.shown.filter((text) => text.includes("busy"))).toEqual([
      "the host is busy, 32774 (System is in use): trying again in 1 s",
      "the host is busy, 32774 (System is in use): trying again in 2 s",
      "the host is busy, 32774 (System is in use): trying again in 4 s",
    ]);
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("is waited for up to the timeout while a member is busy", async () => {
    const at = new LifecycleInProcess();
    const inputs = { ...standardInputs, __meta: { timeouts: { create: "20m" } } };
    // another owner's job works on the members longer than that
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 25 * 60 } });
    at.takeAnother();
    const error = await at.failure(at.lifecycle.create(inputs));
    expect(MethodFailedError.isInstance(error)).toBe(true);
    expect(error.message).toContain("In Service and Creating Snapshot");
    expect(at.clock.now()).toBe(20 * 60_000);
    expect(at.warnings[0]).toContain("are busy (Creating Snapshot)");
    await at.create(inputs);
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
  });

  it("isn't waited for longer than a minute if no member is busy", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 32775, times: 1000 });
    await at.failure(at.lifecycle.create(standardInputs));
    expect(at.clock.now()).toBe(60_000);
    expect(sent(at, "CreateSnapshot")).toBe(7);
  });

  it("isn't tried again after a permanent refusal", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 32770 });
    await at.failure(at.lifecycle.create(standardInputs));
    expect(sent(at, "CreateSnapshot")).toBe(1);
  });

  it("is tried again while disks merge after a replacement", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    await at.create();
    expect(at.shown).toContain("the host is busy, 32775 (Invalid state for this operation): trying again in 1 s");
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("keeps its snapshot until it can be destroyed", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    at.host.injectFault({ method: "DestroySnapshot", returnValue: 5, times: 2 });
    await at.run(at.lifecycle.delete(id, outs));
    expect(sent(at, "DestroySnapshot")).toBe(3);
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});

describe("waitForMerge", () => {
  const merging = { ...standardInputs, waitForMerge: true };

  it("waits until no member merges its disks", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create(merging);
    const before = at.clock.now();
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.clock.now() - before).toBeGreaterThanOrEqual(5000);
    for (const machine of at.host.query("SELECT * FROM Msvm_ComputerSystem")) {
      expect(machine.numbers("OperationalStatus")).toEqual([2]);
    }
  });

  it("unset reports the machines that still merge, and doesn't wait", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    const shown = at.messages.filter(({ severity, ephemeral }) => severity === "info" && !ephemeral);
    expect(shown.map(({ text }) => text)).toEqual(["Destroyed; disks still merge: db-01, web-01, web-02"]);
  });

  it("keeps the resource at the timeout, and the next destroy continues to wait", async () => {
    const at = new LifecycleInProcess(
      {},
      { machines: [{ name: "m" }], groups: [{ name: "web-tier", members: ["m"] }], mergeSeconds: 3600 },
    );
    const { id, outs } = await at.create(merging);
    const error = await at.failure(at.lifecycle.delete(id, outs));
    expect(error).toMatchObject({ code: "MERGE_TIMEOUT" });
    expect(error.message).toContain(
      "The snapshot is destroyed; the host is still merging, and until it ends the chain of disks is there.",
    );
    at.clock.pass(3600_000);
    await at.run(at.lifecycle.delete(id, outs));
  });

  it("is updated in place", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    expect(await at.run(at.lifecycle.diff(id, outs, merging))).toEqual({ changes: true });
    const updated = await at.run(at.lifecycle.update(id, outs, merging));
    expect(updated.outs["waitForMerge"]).toBe(true);
    expect(await at.run(at.lifecycle.diff(id, updated.outs, merging))).toEqual({ changes: false });
    const back = await at.run(at.lifecycle.update(id, updated.outs, standardInputs));
    expect(back.outs).toEqual(outs);
  });
});
