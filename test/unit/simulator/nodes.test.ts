import { describe, expect, test } from "vitest";
import { HostAtHand, webTierSeed } from "../../support/simulated-hosts";

const groups = "SELECT * FROM Msvm_VirtualSystemCollection";
const snapshots = "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType LIKE '%Snapshot%'";

/** Two nodes on one clock: the first has the web tier, the second a group of its own. */
function twoNodes() {
  const a = new HostAtHand({ ...webTierSeed, hostName: "NODE-A" });
  const seed = { hostName: "NODE-B", machines: [{ name: "db-09" }], groups: [{ name: "db-tier", members: ["db-09"] }] };
  return { a, b: new HostAtHand(seed, a.clock) };
}

describe("a machine that moves to another node", () => {
  test("keeps its id, settings, snapshots and application there, and no longer exists here", () => {
    const { a, b } = twoNodes();
    a.host.upgradeMachine("web-01", "1.0");
    const collection = a.takeSnapshot();
    a.host.upgradeMachine("web-01", "2.0");
    a.host.changeMachine("web-01", { UserSnapshotType: 5, merging: false });
    const id = a.machine("web-01").string("Name");
    a.host.moveMachine("web-01", b.host);
    expect(() => a.machine("web-01")).toThrow("0 found");
    expect(b.machine("web-01").string("Name")).toBe(id);
    expect(b.machine("web-01").path.host).toBe("NODE-B");
    expect(a.members(collection)).toHaveLength(2);
    const moved = b.host.tree().otherMachines.find(({ name }) => name === "web-01");
    expect(moved).toMatchObject({ applicationVersion: "2.0", snapshots: [{ applicationVersion: "1.0" }] });
    const where = `SELECT * FROM Msvm_DiskMergeSettingData WHERE InstanceID LIKE '%${id}%'`;
    expect(b.only(where).number("EnabledState")).toBe(0);
    expect(a.host.query(where)).toEqual([]);
  });

  test("keeps the chain of its snapshots, and supports new operations there", () => {
    const { a, b } = twoNodes();
    a.takeSnapshot();
    a.takeSnapshot();
    a.host.moveMachine("web-01", b.host);
    const [first, second] = b.host.query(snapshots);
    expect(second?.string("Parent")).toContain(first?.string("InstanceID"));
    expect(
      b.call("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", { AffectedSnapshot: first?.path ?? null })
        .returnValue,
    ).toBe(4096);
    b.clock.pass(2);
    expect(b.host.query(snapshots).map((one) => one.string("Parent"))).toEqual([null]);
  });

  test("doesn't move groups and snapshot collections", () => {
    const { a, b } = twoNodes();
    a.takeSnapshot();
    for (const name of ["web-01", "web-02", "db-01"]) a.host.moveMachine(name, b.host);
    expect(a.host.query(groups).map((one) => one.string("ElementName"))).toEqual(["web-tier"]);
    expect(b.host.query(groups).map((one) => one.string("ElementName"))).toEqual(["db-tier"]);
    expect([a.snapshotCollections().length, b.snapshotCollections().length]).toEqual([1, 0]);
  });

  test("can come back", () => {
    const { a, b } = twoNodes();
    a.host.moveMachine("web-01", b.host);
    b.host.moveMachine("web-01", a.host);
    expect(a.machine("web-01").path.host).toBe("NODE-A");
    expect(a.machine("web-01").numbers("OperationalStatus")).toEqual([2]);
  });

  test("doesn't move while a job works on it", () => {
    const { a, b } = twoNodes();
    a.createSnapshot();
    expect(() => a.host.moveMachine("web-01", b.host)).toThrow("a job works on it");
    a.clock.pass(10);
    expect(() => a.host.moveMachine("web-01", b.host)).not.toThrow();
  });
});

describe("a host that gets another name", () => {
  test("shows it in every path, and its objects keep their ids", () => {
    const at = new HostAtHand();
    const collection = at.takeSnapshot();
    at.createSnapshot();
    at.host.rename("HV-NEW");
    const all = at.host.query("SELECT * FROM CIM_ManagedElement");
    expect(new Set(all.map(({ path }) => path.host))).toEqual(new Set(["HV-NEW"]));
    expect(at.host.hostName).toBe("HV-NEW");
    expect(at.only("SELECT * FROM Msvm_ComputerSystem WHERE Name = 'HV-NEW'").string("ElementName")).toBe("HV-NEW");
    expect(at.service.key("SystemName")).toBe("HV-NEW");
    expect(at.snapshotCollections()[0]?.key("CollectionID")).toBe(collection.key("CollectionID"));
    at.clock.pass(10);
    expect(at.members(at.snapshotCollections()[1] ?? collection)).toHaveLength(3);
    expect(at.host.references(at.group()).every(({ path }) => path.host === "HV-NEW")).toBe(true);
  });

  test("refuses a name that isn't a valid computer name", () => {
    expect(() => new HostAtHand().host.rename("a name that is too long")).toThrow("Use 1 to 15 letters");
  });
});

test("a seed creates management groups, which hold groups", () => {
  const at = new HostAtHand({ ...webTierSeed, managementGroups: [{ name: "all-tiers", members: ["web-tier"] }] });
  const management = at.only("SELECT * FROM Msvm_ManagementCollection");
  expect(management.string("ElementName")).toBe("all-tiers");
  const inside = at.host.associators(management.path, { associationClass: "Msvm_CollectedCollections" });
  expect(inside.map(({ path }) => path.identity)).toEqual([at.group().identity]);
});
