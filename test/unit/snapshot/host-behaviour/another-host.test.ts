import { describe, expect, it } from "vitest";
import { SimulatedHost } from "../../../../provider/src/simulator/index";
import { LifecycleInProcess } from "../../../support/lifecycle-in-process";

/** A snapshot was taken on one node; then its machines moved, and the connection leads to another node. */
async function afterFailover() {
  const at = new LifecycleInProcess();
  const { id, outs } = await at.create();
  const nodeB = SimulatedHost.inMemory({ seed: { hostName: "NODE-B" }, clock: () => Date.UTC(2026, 10, 23) });
  at.host.moveMachine("web-01", nodeB);
  const onNodeB = new LifecycleInProcess({}, undefined, { ...at, host: nodeB });
  return { at, id, outs, onNodeB, nodeB };
}

describe("a connection to another node", () => {
  it("keeps the resource in the state at a refresh", async () => {
    const { id, outs, onNodeB } = await afterFailover();
    const error = await onNodeB.failure(onNodeB.lifecycle.read(id, outs));
    expect(error).toMatchObject({ code: "OTHER_HOST" });
    expect(error.message).toContain("NODE-B answers, the state names HV-TEST");
  });

  it("keeps the resource in the state at a destroy, and destroys nothing", async () => {
    const { at, id, outs, onNodeB, nodeB } = await afterFailover();
    expect(await onNodeB.failure(onNodeB.lifecycle.delete(id, outs))).toMatchObject({ code: "OTHER_HOST" });
    expect(nodeB.methodCalls).toEqual({});
    expect(at.host.query("SELECT * FROM Msvm_SnapshotCollection")).toHaveLength(1);
  });
});

describe("while VMMS is stopped", () => {
  it.each(["empty", "notFound", "failed", "providerNotLoaded"] as const)(
    "a refresh and a destroy keep the resource, and say why (%s)",
    async (stoppedVmms) => {
      const at = new LifecycleInProcess();
      at.host.setOption("stoppedVmms", stoppedVmms);
      const { id, outs } = await at.create();
      at.host.stopVmms();
      expect(await at.failure(at.lifecycle.read(id, outs))).toMatchObject({ code: "VMMS_NOT_RUNNING" });
      expect(await at.failure(at.lifecycle.delete(id, outs))).toMatchObject({ code: "VMMS_NOT_RUNNING" });
      at.host.startVmms();
      await at.run(at.lifecycle.delete(id, outs));
      expect(at.snapshotCounts()).toEqual([0, 0, 0]);
    },
  );
});

describe("a management group", () => {
  it("as collection is refused, with the VM groups in it", async () => {
    const at = new LifecycleInProcess(
      {},
      {
        machines: [{ name: "web-01" }],
        groups: [{ name: "web-tier", members: ["web-01"] }],
        managementGroups: [{ name: "all-tiers", members: ["web-tier"] }],
      },
    );
    const inputs = { collection: "all-tiers", snapshotType: "Standard", __provider: "text" };
    const error = await at.failure(at.lifecycle.create(inputs));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(error.message).toMatch(/^"all-tiers" on HV-HOST is a management group/);
    expect(error.message).toContain('Set `collection` to a VM group in it: "web-tier" (');
  });
});

describe("merging that is switched off", () => {
  const off = async (waitForMerge: boolean) => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create({
      collection: "web-tier",
      snapshotType: "Standard",
      __provider: "x",
      waitForMerge,
    });
    at.host.changeMachine("db-01", { merging: false });
    return { at, id, outs };
  };

  it("is reported after a destroy", async () => {
    const { at, id, outs } = await off(false);
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.warnings.join()).toContain("Destroyed, but merging is switched off for db-01");
  });

  it("fails a destroy with waitForMerge before its timeout", async () => {
    const { at, id, outs } = await off(true);
    const error = await at.failure(at.lifecycle.delete(id, outs));
    expect(error).toMatchObject({ code: "MERGE_SWITCHED_OFF", effect: "partial" });
    expect(error.message).toContain("its disks are still in the chain");
    expect(at.clock.now()).toBeLessThan(60_000);
  });
});

describe("a machine that is not busy", () => {
  it("but has an error status is waited for more briefly than a busy one", async () => {
    const at = new LifecycleInProcess();
    at.host.changeMachine("web-01", { OperationalStatus: [2, 32782] });
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 32775, times: 1000 });
    const inputs = { collection: "web-tier", snapshotType: "Standard", __provider: "text" };
    const error = await at.failure(at.lifecycle.create(inputs));
    expect(error).toMatchObject({ code: "METHOD_VENDOR_INVALID_STATE" });
    expect(error.message).toContain("web-01 has the status Application Critical State (32782)");
    expect(at.clock.now()).toBeLessThan(2 * 60_000);
  });
});
