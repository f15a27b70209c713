import { describe, expect, it } from "vitest";
import { ConnectionError, PartialCreateError } from "../../../../provider/src/errors";
import { optionValues } from "../../../../provider/src/simulator/index";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

describe("a connection that is lost during CreateSnapshot", () => {
  it("before its effect fails the create after a search, and leaves no snapshot", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" });
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(ConnectionError.isInstance(error)).toBe(true);
    expect(at.clock.now()).toBeCloseTo(30_000, -4);
    await at.create();
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("after its effect isn't a failure: the snapshot is found by its job, and the request isn't repeated", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    const { outs } = await at.create();
    expect(outs).toMatchObject({ members: [{}, {}, {}], job: { id: expect.any(String) } });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("on a host that needs no job isn't a failure: the snapshot is found in the group's list", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("completion", "atOnce");
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    const { outs } = await at.create();
    expect(outs).toMatchObject({ members: [{}, {}, {}], job: null });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("and stays lost keeps the resource, and the next update searches again", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    at.afterCall = { method: "CreateSnapshot", happen: () => at.host.restart({ downSeconds: 60 }) };
    at.host.setOption("jobsAtRestart", "continued");
    const { id, outs } = await at.partial();
    expect(outs["__pending"]).toMatchObject({ outcomeUnknown: true });
    at.clock.pass(60_000);
    const { outs: healed } = await at.run(at.lifecycle.update(id, outs, standardInputs));
    expect(healed).toMatchObject({ members: [{}, {}, {}] });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("and had no effect is reported by the next update, and the one after takes a new snapshot", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" });
    at.afterCall = { method: "CreateSnapshot", happen: () => at.host.restart({ downSeconds: 60 }) };
    const { id, outs } = await at.partial();
    at.clock.pass(60_000);
    const error = await at.failure<PartialCreateError>(at.lifecycle.update(id, outs, standardInputs));
    expect(error.message).toContain("a search found neither a job nor a snapshot");
    const news = error.properties as typeof standardInputs;
    expect(await at.run(at.lifecycle.diff(id, news, standardInputs))).toMatchObject({ replaces: ["collection"] });
  });

  it("reports both candidates if two snapshots are possible, and adopts neither", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("completion", "atOnce");
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    let others = 0;
    at.afterCall = { method: "CreateSnapshot", happen: () => others++ === 0 && at.takeAnother() };
    const error = await at.failure<PartialCreateError>(at.lifecycle.create(standardInputs));
    expect(error.message).toContain("there are 2 that could have come of it: Msvm_SnapshotCollection.CollectionID=");
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
  });
});

describe("a search for an unknown outcome", () => {
  it("doesn't treat a job that the account can't see as a missing one", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("rights", "jobsHidden");
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 300 } });
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    at.afterCall = { method: "CreateSnapshot", happen: () => {} };
    const outcome = await at.run(at.lifecycle.create(standardInputs)).catch((error) => error);
    if (PartialCreateError.isInstance(outcome)) {
      at.clock.pass(600_000);
      const { outs } = await at.run(at.lifecycle.update(outcome.id, outcome.properties as never, standardInputs));
      expect(outs).toMatchObject({ members: [{}, {}, {}] });
    }
    expect(ConnectionError.isInstance(outcome)).toBe(false);
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });
});

describe("a connection that is lost during DestroySnapshot", () => {
  it.each(
    ["lostBefore", "lostAfter"].flatMap((lost) =>
      optionValues.missingReference.map((missing) => [lost as "lostBefore", missing as "refuse4"] as const),
    ),
  )(
    "%s, on a host that reports a missing object as %s, is resolved by the next destroy",
    async (connection, missing) => {
      const at = new LifecycleInProcess();
      at.host.setOption("missingReference", missing);
      const { id, outs } = await at.create();
      at.host.injectFault({ method: "DestroySnapshot", connection });
      await at
        .run(at.lifecycle.delete(id, outs))
        .catch((error) => expect(ConnectionError.isInstance(error)).toBe(true));
      await at.run(at.lifecycle.delete(id, outs));
      expect(at.snapshotCounts()).toEqual([0, 0, 0]);
    },
  );

  it("isn't a failure if an earlier destroy is still running", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    const [collection] = at.host.query("SELECT * FROM Msvm_SnapshotCollection");
    at.host.injectFault({ method: "DestroySnapshot", job: { seconds: 60 } });
    at.elsewhere("Msvm_CollectionSnapshotService", "DestroySnapshot", {
      AffectedSnapshotCollection: collection?.path ?? null,
    });
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});

describe("a job that succeeded", () => {
  it("and whose snapshot can't be found isn't treated as failed: the next up searches again", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 7, takesEffect: false } });
    const { id, outs } = await at.partial();
    expect(outs["__pending"]).not.toHaveProperty("failed");
    expect(await at.run(at.lifecycle.diff(id, outs, standardInputs))).toEqual({ changes: true });
  });
});

describe("a host that restarts during a job", () => {
  const restarted = async (jobsAtRestart: "forgotten" | "forgottenButMade" | "continued") => {
    const at = new LifecycleInProcess();
    at.host.setOption("jobsAtRestart", jobsAtRestart);
    const created = at.lifecycle.create(standardInputs);
    created.catch(() => {});
    await at.run(at.clock.sleep(5000));
    at.host.restart({ downSeconds: 20 });
    return { at, created };
  };

  it.each(["continued", "forgottenButMade"] as const)("(%s) is waited for, and the snapshot is found", async (jobs) => {
    const { at, created } = await restarted(jobs);
    expect((await at.run(created)).outs).toMatchObject({ members: [{}, {}, {}] });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("(forgotten) is reported to have made no snapshot, and the next up takes one", async () => {
    const { at, created } = await restarted("forgotten");
    const error = await at.failure<PartialCreateError>(created);
    expect(PartialCreateError.isInstance(error)).toBe(true);
    expect(error.message).toContain("The next `pulumi up` takes a new snapshot in its place");
    const outs = error.properties as typeof standardInputs;
    expect(await at.run(at.lifecycle.diff(error.id, outs, standardInputs))).toMatchObject({ replaces: ["collection"] });
    await at.run(at.lifecycle.delete(error.id, outs));
    await at.create();
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });
});

describe("slow answers", () => {
  it("only cost time", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ verb: "query", delaySeconds: 20, times: 5 });
    at.host.injectFault({ method: "CreateSnapshot", delaySeconds: 40 });
    const { outs } = await at.create();
    expect(outs).toMatchObject({ members: [{}, {}, {}] });
    expect(at.clock.now()).toBeGreaterThan(60_000);
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });
});

describe("polls that fail", () => {
  it("don't fail the job", async () => {
    const at = new LifecycleInProcess();
    const created = at.lifecycle.create(standardInputs);
    await at.run(at.clock.sleep(300));
    at.host.injectFault({ verb: "query", connection: "lostBefore", times: 5 });
    expect((await at.run(created)).outs).toMatchObject({ job: { elapsedSeconds: 10 } });
  });
});
