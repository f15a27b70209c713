import { describe, expect, it } from "vitest";
import { AccessDeniedError } from "../../../../provider/src/errors";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

describe.each(["allHidden", "denied"] as const)('an account with the rights "%s"', (rights) => {
  const withoutVisibility = async () => {
    const at = new LifecycleInProcess();
    const state = await at.create();
    at.host.setOption("rights", rights);
    return { at, ...state };
  };

  it("treats nothing as deleted in a refresh, and reads everything once it has the rights again", async () => {
    const { at, id, outs } = await withoutVisibility();
    const error = await at.failure(at.lifecycle.read(id, outs));
    expect(AccessDeniedError.isInstance(error)).toBe(true);
    at.host.setOption("rights", "full");
    expect(await at.run(at.lifecycle.read(id, outs))).toMatchObject({ id, props: outs });
  });

  it("destroys nothing, and keeps the resource in the state", async () => {
    const { at, id, outs } = await withoutVisibility();
    expect(AccessDeniedError.isInstance(await at.failure(at.lifecycle.delete(id, outs)))).toBe(true);
    at.host.setOption("rights", "full");
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("doesn't treat a group as missing", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("rights", rights);
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(AccessDeniedError.isInstance(error)).toBe(true);
    expect(error.message).toContain("Hyper-V Administrators");
  });

  it("doesn't treat the result of an unknown outcome as missing", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    at.afterCall = { method: "CreateSnapshot", happen: () => at.host.setOption("rights", rights) };
    const { id, outs } = await at.partial();
    expect(outs["__pending"]).toMatchObject({ outcomeUnknown: true, job: null, made: null });
    at.host.setOption("rights", "full");
    const healed = await at.run(at.lifecycle.update(id, outs, standardInputs));
    expect(healed.outs).toMatchObject({ members: [{}, {}, {}] });
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("doesn't cancel a snapshot that is being taken", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
    const { id, outs } = await at.partial();
    at.host.setOption("rights", rights);
    expect(AccessDeniedError.isInstance(await at.failure(at.lifecycle.delete(id, outs)))).toBe(true);
    at.host.setOption("rights", "full");
    await at.run(at.lifecycle.delete(id, outs));
    at.clock.pass(60 * 60_000);
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});

describe("an account that jobs are hidden from", () => {
  it("waits for the machines instead, and finds the snapshot", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("rights", "jobsHidden");
    const { outs } = await at.create();
    expect(outs).toMatchObject({ job: null, members: [{}, {}, {}] });
    expect(at.clock.now()).toBeGreaterThanOrEqual(10_000);
  });

  it("removes the snapshot of a job that it can't see any more", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("snapshotCreationTime", "atStart");
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 35 * 60 } });
    const { id, outs } = await at.partial();
    at.host.setOption("rights", "jobsHidden");
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.clock.now()).toBeGreaterThanOrEqual(35 * 60_000);
    at.clock.pass(60 * 60_000);
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});

describe("an account whose rights change meanwhile", () => {
  /** Lets requests see nothing from one on, and everything again from another on, counted from now. */
  const hiddenBetween = (at: LifecycleInProcess, first: number, last: number) => {
    const from = at.requests.length;
    const set = (rights: "allHidden" | "full") => at.host.setOption("rights", rights);
    at.beforeRequest = () => {
      const count = at.requests.length - from;
      if (count === first) set("allHidden");
      if (count === last + 1) set("full");
    };
  };

  it.each([1, 2, 3, 4])(
    "treats nothing as deleted without rights for the first requests (%i)",
    async (hiddenRequests) => {
      const at = new LifecycleInProcess();
      const { id, outs } = await at.create();
      hiddenBetween(at, 1, hiddenRequests);
      const read = await at.run(at.lifecycle.read(id, outs)).catch((error) => error);
      expect(AccessDeniedError.isInstance(read) || read.id === id).toBe(true);
    },
  );

  it("is reported as denied while it waits for a job to end, and leaves no snapshot", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("cancelledJob", "continues");
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
    const { id, outs } = await at.partial();
    at.afterCall = { method: "RequestStateChange", happen: () => at.host.setOption("rights", "allHidden") };
    expect(AccessDeniedError.isInstance(await at.failure(at.lifecycle.delete(id, outs)))).toBe(true);
    at.afterCall = undefined;
    at.host.setOption("rights", "full");
    await at.run(at.lifecycle.delete(id, outs));
    at.clock.pass(60 * 60_000);
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("fails to rename a snapshot that it can't see", async () => {
    const at = new LifecycleInProcess();
    const named = { ...standardInputs, snapshotName: "before" };
    const { id, outs } = await at.create(named);
    at.host.setOption("rights", "allHidden");
    const renaming = at.lifecycle.update(id, outs, { ...named, snapshotName: "after" });
    expect(AccessDeniedError.isInstance(await at.failure(renaming))).toBe(true);
  });
});

describe("a snapshot that was deleted", () => {
  it("leaves the state in a refresh, and is destroyed without a message", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    expect(await at.run(at.lifecycle.read(id, outs))).toEqual({});
    await at.run(at.lifecycle.delete(id, outs));
  });

  it("is proven deleted by a member machine that still exists if the group was deleted too", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    const [group] = at.host.query("SELECT * FROM Msvm_VirtualSystemCollection");
    at.elsewhere("Msvm_CollectionManagementService", "DestroyCollection", { Collection: group?.path ?? null });
    expect(await at.run(at.lifecycle.read(id, outs))).toEqual({});
  });
});
