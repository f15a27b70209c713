import { describe, expect, it } from "vitest";
import type { Seed } from "../../../provider/src/simulator/index";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { webTierSeed } from "../../support/simulated-hosts";

const seed: Seed = {
  ...webTierSeed,
  groups: [
    { name: "front", members: ["web-01", "db-01"] },
    { name: "back", members: ["db-01", "web-02"] },
  ],
};

const inputsOf = (group: string, name = group) => ({
  ...inputsWithUrn,
  collection: group,
  __meta: { urn: `urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::${name}` },
});

/** Two runs that work on one host, whose recovery records and locks are in one folder. */
function twoRuns() {
  const one = new LifecycleInProcess({ dependents: "kept" }, seed);
  const other = new LifecycleInProcess({ dependents: "kept" }, seed, one);
  one.alive.add(other.process);
  other.alive.add(one.process);
  return { one, other };
}

/** How many snapshots the machines of each group have. */
const counts = ({ host }: LifecycleInProcess) =>
  host.tree().groups.map(({ machines }) => machines.map(({ snapshots }) => snapshots.length));

describe("groups that share a machine", () => {
  it("are worked on one after the other, by one run", async () => {
    const at = new LifecycleInProcess({ dependents: "kept" }, seed);
    await at.run(Promise.all(["front", "back"].map((group) => at.lifecycle.create(inputsOf(group)))));
    expect(at.shown).not.toContainEqual(expect.stringContaining("the host is busy"));
    expect(counts(at)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it("are worked on one after the other, by two runs that take their locks in any order", async () => {
    const { one, other } = twoRuns();
    const first = await one.create(inputsOf("front", "a"));
    const second = await other.create(inputsOf("back", "b"));
    await one.run(
      Promise.all([
        one.lifecycle.create(inputsOf("back", "c")),
        other.lifecycle.delete(second.id, second.outs),
        other.lifecycle.create(inputsOf("front", "d")),
        one.lifecycle.delete(first.id, first.outs),
      ]),
    );
    expect([...one.shown, ...other.shown]).not.toContainEqual(expect.stringContaining("the host is busy"));
    expect(counts(one)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it("are locked, too, to clean up what an earlier run requested of another one", async () => {
    const first = new LifecycleInProcess({ dependents: "kept" }, seed);
    first.lifecycle.create(inputsOf("front")).catch(() => {});
    await first.run(first.clock.sleep(3000));
    first.kill();
    const next = new LifecycleInProcess({ dependents: "kept" }, seed, first);
    next.state = [];
    const lock = await next.lockElsewhere("front");
    const created = next.lifecycle.create(inputsOf("back", "front"));
    await next.run(next.clock.sleep(10_000));
    expect(next.host.methodCalls).toEqual({ CreateSnapshot: 1 });
    await lock.release();
    await next.run(created);
    expect(counts(next)).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  it("are read again after the wait for a machine", async () => {
    const { one, other } = twoRuns();
    one.host.setOption("jobResultRow", "none");
    one.host.setOption("membersBusy", "accept");
    const first = one.lifecycle.create(inputsOf("front"));
    await one.run(one.clock.sleep(1000));
    const second = other.lifecycle.create(inputsOf("back"));
    await one.run(one.clock.sleep(1000));
    // a person takes a snapshot of the group that waits
    one.host.injectFault({ method: "CreateSnapshot", job: { seconds: 2 } });
    const back = one.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'back'")[0]?.path;
    one.elsewhere("Msvm_CollectionSnapshotService", "CreateSnapshot", { Collection: back ?? null, SnapshotType: 1 });
    const [, { outs }] = await one.run(Promise.all([first, second]));
    expect(counts(one)).toEqual([
      [1, 3],
      [3, 2],
    ]);
    expect(outs["resultingSnapshotCollection"]).toEqual(expect.any(String));
  });
});

it("operations that wait one after the other for a run that hangs end together", async () => {
  const at = new LifecycleInProcess();
  await at.lockElsewhere("web-tier");
  const meta = (name: string) => ({ urn: `${inputsWithUrn.__meta.urn}-${name}`, timeouts: { create: "30m" } });
  const creates = ["a", "b", "c"].map((name) => at.lifecycle.create({ ...inputsWithUrn, __meta: meta(name) }));
  const ended = await at.run(Promise.allSettled(creates));
  expect(ended.map((one) => (one as PromiseRejectedResult).reason)).toMatchObject(
    creates.map(() => ({ code: "LOCKED" })),
  );
  expect(at.clock.now()).toBeLessThan(31 * 60_000);
});
