import { describe, expect, it } from "vitest";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { LifecycleInProcess, standardInputs } from "../../support/lifecycle-in-process";
import { webTierSeed } from "../../support/simulated-hosts";

const connections = JSON.stringify({ east: { transport: "simulated" }, west: { transport: "simulated" } });

/** Two hosts that have a group of the same name, reached by two connections. */
function twoHosts(configuration: Record<string, string> = {}): LifecycleInProcess {
  const at = new LifecycleInProcess({ connections, ...configuration });
  const clock = () => Date.UTC(2026, 10, 23, 6, 42) + at.clock.now();
  for (const name of ["east", "west"]) {
    const seed = { ...webTierSeed, hostName: `HV-${name.toUpperCase()}` };
    at.connectedHosts.set(name, SimulatedHost.inMemory({ seed, clock }));
  }
  return at;
}

const onEast = { ...standardInputs, connection: "east" };
const onWest = { ...standardInputs, connection: "west" };

const countsOn = (at: LifecycleInProcess, name?: string) =>
  (at.connectedHosts.get(name) ?? at.host).tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length);

describe("two connections", () => {
  it("reach two hosts, and all resources of a host share one connection", async () => {
    const at = twoHosts();
    const [east, west, outside] = await at.run(
      Promise.all([onEast, onWest, standardInputs].map((inputs) => at.lifecycle.create(inputs))),
    );
    expect([east, west, outside].map((made) => made?.outs["hostName"])).toEqual(["HV-EAST", "HV-WEST", "HV-TEST"]);
    expect(east?.outs["connection"]).toBe("east");
    const { id, outs } = east!;
    const group = await at.run(at.groups.create({ name: "db-tier", members: ["db-01"], connection: "east" }));
    expect(group.outs).toMatchObject({ hostName: "HV-EAST", connection: "east" });
    expect(at.opened.toSorted()).toEqual(["east", "west", undefined]);
    expect((await at.run(at.lifecycle.read(id, outs))).inputs).toMatchObject({ connection: "east" });
    await at.run(at.lifecycle.delete(id, outs));
    expect([countsOn(at, "east"), countsOn(at, "west"), countsOn(at)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it("a snapshot that is only read uses the named connection", async () => {
    const at = twoHosts();
    const { outs } = await at.create(onWest);
    const id = String(outs["snapshotCollectionId"]);
    const { props } = await at.run(at.lifecycle.read(id, { connection: "west", __provider: "text" }));
    expect(props).toMatchObject({ hostName: "HV-WEST", connection: "west" });
  });

  it("a changed connection replaces the snapshot", async () => {
    const at = twoHosts({ dependents: "kept" });
    const { id, outs } = await at.create(onEast);
    const diff = await at.run(at.lifecycle.diff(id, outs, onWest));
    expect(diff).toEqual({ changes: true, replaces: ["connection"], deleteBeforeReplace: false });
    const inputs = { name: "db-tier", members: ["db-01"], connection: "east" };
    const group = await at.run(at.groups.create(inputs));
    const elsewhere = { ...inputs, connection: "west" };
    expect(await at.run(at.groups.diff(group.id, group.outs, elsewhere))).toMatchObject({ replaces: ["connection"] });
  });

  it("naming the default connection only updates the state", async () => {
    const at = twoHosts({ connection: "east" });
    const { id, outs } = await at.create(standardInputs);
    expect(outs["hostName"]).toBe("HV-EAST");
    expect(await at.run(at.lifecycle.diff(id, outs, standardInputs))).toEqual({ changes: false });
    expect(await at.run(at.lifecycle.diff(id, outs, onEast))).toEqual({ changes: true });
    const updated = await at.run(at.lifecycle.update(id, outs, onEast));
    expect(updated.outs).toMatchObject({ connection: "east", hostName: "HV-EAST" });
    expect(await at.run(at.lifecycle.diff(id, updated.outs, onWest))).toMatchObject({ replaces: ["connection"] });
  });

  it("a connection that doesn't exist fails the input before any host request", async () => {
    const at = twoHosts();
    const { failures } = await at.run(at.lifecycle.check({}, { ...standardInputs, connection: "eest" }));
    expect(failures).toEqual([
      {
        property: "connection",
        reason: expect.stringContaining('there is no connection "eest". Did you mean "east"?'),
      },
    ]);
    expect((await at.run(at.groups.check({}, { name: "a", connection: "" }))).failures).toHaveLength(1);
    expect((await at.run(at.lifecycle.check({}, { ...standardInputs, connection: 5 }))).failures).toEqual([
      { property: "connection", reason: "write the name of a connection, as text" },
    ]);
    const unknown = { ...standardInputs, connection: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    expect((await at.run(at.lifecycle.check({}, unknown))).failures).toEqual([]);
    expect(at.opened).toEqual([]);
  });
});
