import { describe, expect, it } from "vitest";
import { AccessDeniedError } from "../../../../provider/src/errors";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

describe.each(["blind", "denied"] as const)("an account that is %s", (rights) => {
  const blinded = async () => {
    const at = new LifecycleInProcess();
    const state = await at.create();
    at.host.setOption("rights", rights);
    return { at, ...state };
  };

  it("sees nothing that it takes for gone in a refresh, and sees all of it again a moment later", async () => {
    const { at, id, outs } = await blinded();
    const error = await at.failure(at.lifecycle.read(id, outs));
    expect(AccessDeniedError.isInstance(error)).toBe(true);
    at.host.setOption("rights", "full");
    expect(await at.run(at.lifecycle.read(id, outs))).toMatchObject({ id, props: outs });
  });

  it("destroys nothing and loses nothing", async () => {
    const { at, id, outs } = await blinded();
    expect(AccessDeniedError.isInstance(await at.failure(at.lifecycle.delete(id, outs)))).toBe(true);
    at.host.setOption("rights", "full");
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("takes no group for missing", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("rights", rights);
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(AccessDeniedError.isInstance(error)).toBe(true);
    expect(error.message).toContain("Hyper-V Administrators");
  });

  it("takes no trace of an unknown outcome for missing", async () => {
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

  it("ends no snapshot that is being made", async () => {
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

  it("removes what a job makes that it can't see", async () => {
    const at = new LifecycleInProcess();
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
  const blindBetween = (at: LifecycleInProcess, first: number, last: number) => {
    const from = at.requests.length;
    const set = (rights: "blind" | "full") => at.host.setOption("rights", rights);
    at.beforeRequest = () => {
      const count = at.requests.length - from;
      if (count === first) set("blind");
      if (count === last + 1) set("full");
    };
  };

  it.each([1, 2, 3, 4])("from the first request on, %i of them, treats nothing as deleted", async (blindRequests) => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    blindBetween(at, 1, blindRequests);
    const read = await at.run(at.lifecycle.read(id, outs)).catch((error) => error);
    expect(AccessDeniedError.isInstance(read) || read.id === id).toBe(true);
  });

  it("is told while it waits for a job to end, and leaves nothing behind", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("cancelledJob", "goesOn");
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
    const { id, outs } = await at.partial();
    at.afterCall = { method: "RequestStateChange", happen: () => at.host.setOption("rights", "blind") };
    expect(AccessDeniedError.isInstance(await at.failure(at.lifecycle.delete(id, outs)))).toBe(true);
    at.afterCall = undefined;
    at.host.setOption("rights", "full");
    await at.run(at.lifecycle.delete(id, outs));
    at.clock.pass(60 * 60_000);
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("isn't told that a snapshot was renamed that it can't see", async () => {
    const at = new LifecycleInProcess();
    const named = { ...standardInputs, snapshotName: "before" };
    const { id, outs } = await at.create(named);
    at.host.setOption("rights", "blind");
    const renaming = at.lifecycle.update(id, outs, { ...named, snapshotName: "after" });
    expect(AccessDeniedError.isInstance(await at.failure(renaming))).toBe(true);
  });
});

describe("a snapshot that is really gone", () => {
  it("leaves the state, and is destroyed without a word", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    expect(await at.run(at.lifecycle.read(id, outs))).toEqual({});
    await at.run(at.lifecycle.delete(id, outs));
  });

  it("whose group was deleted too is proven deleted by a member machine that still exists", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    const [group] = at.host.query("SELECT * FROM Msvm_VirtualSystemCollection");
    at.elsewhere("Msvm_CollectionManagementService", "DestroyCollection", { Collection: group?.path ?? null });
    expect(await at.run(at.lifecycle.read(id, outs))).toEqual({});
  });
});
