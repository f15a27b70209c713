import { describe, expect, it } from "vitest";
import { ConnectionError, PartialCreateError } from "../../../../provider/src/errors";
import { optionValues } from "../../../../provider/src/simulator/index";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

describe("a connection that is lost with the answer to CreateSnapshot", () => {
  it("before it took effect is a failure that leaves nothing, after a search", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" });
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(ConnectionError.isInstance(error)).toBe(true);
    expect(at.clock.now()).toBeCloseTo(30_000, -4);
    await at.create();
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("after it took effect is found by its job, and nothing is sent twice", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    const { outs } = await at.create();
    expect(outs).toMatchObject({ members: [{}, {}, {}], job: { id: expect.any(String) } });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("after a host that is done at once took it is found by the group's list", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("completion", "atOnce");
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    const { outs } = await at.create();
    expect(outs).toMatchObject({ members: [{}, {}, {}], job: null });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("and stays lost keeps the resource, whose next update looks again", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    at.afterCall = { method: "CreateSnapshot", happen: () => at.host.restart({ downSeconds: 60 }) };
    at.host.setOption("jobsAtRestart", "goOn");
    const { id, outs } = await at.partial();
    expect(outs["__pending"]).toMatchObject({ outcomeUnknown: true });
    at.clock.pass(60_000);
    const { outs: healed } = await at.run(at.lifecycle.update(id, outs, standardInputs));
    expect(healed).toMatchObject({ members: [{}, {}, {}] });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("and of which nothing came is told so by the next update, which the one after replaces", async () => {
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

  it("says what it found where two could have come of it, and takes neither", async () => {
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
  it("doesn't take a job for none that this account can't see", async () => {
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

describe("a connection that is lost with the answer to DestroySnapshot", () => {
  it.each(
    ["lostBefore", "lostAfter"].flatMap((lost) =>
      optionValues.missingReference.map((missing) => [lost as "lostBefore", missing as "refuse4"] as const),
    ),
  )(
    "%s, where a missing object is answered with %s, is made up for by the next destroy",
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

  it("is no failure where an earlier destroy is still at it", async () => {
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

describe("a job that ended well", () => {
  it("and whose snapshot can't be found has made one all the same: the next up looks again", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 7, takesEffect: false } });
    const { id, outs } = await at.partial();
    expect(outs["__pending"]).not.toHaveProperty("failed");
    expect(await at.run(at.lifecycle.diff(id, outs, standardInputs))).toEqual({ changes: true });
  });
});

describe("a host that starts anew in the middle of a job", () => {
  const restarted = async (jobsAtRestart: "gone" | "goneButMade" | "goOn") => {
    const at = new LifecycleInProcess();
    at.host.setOption("jobsAtRestart", jobsAtRestart);
    const created = at.lifecycle.create(standardInputs);
    created.catch(() => {});
    await at.run(at.clock.sleep(5000));
    at.host.restart({ downSeconds: 20 });
    return { at, created };
  };

  it.each(["goOn", "goneButMade"] as const)("(%s) is waited for, and the snapshot found", async (jobs) => {
    const { at, created } = await restarted(jobs);
    expect((await at.run(created)).outs).toMatchObject({ members: [{}, {}, {}] });
    expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("(gone) is told to have made nothing, and the next up takes one in its place", async () => {
    const { at, created } = await restarted("gone");
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
  it("cost time and nothing else", async () => {
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
  it("aren't a job that failed", async () => {
    const at = new LifecycleInProcess();
    const created = at.lifecycle.create(standardInputs);
    await at.run(at.clock.sleep(300));
    at.host.injectFault({ verb: "query", connection: "lostBefore", times: 5 });
    expect((await at.run(created)).outs).toMatchObject({ job: { elapsedSeconds: 10 } });
  });
});
