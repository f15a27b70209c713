import { describe, expect, test } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { CimError, NotFoundError } from "../../../provider/src/errors";
import { embeddedSettings, HostAtHand, jobOf, unhinderedSeed, webTierSeed } from "../../support/simulated-hosts";

const standard = "Microsoft:Hyper-V:Snapshot:Realized";
const recovery = "Microsoft:Hyper-V:Snapshot:Recovery";

describe("CreateSnapshot", () => {
  test("starts a job that takes one snapshot of every member at the same moment when it ends", () => {
    const at = new HostAtHand();
    const result = at.createSnapshot();
    expect(result.returnValue).toBe(4096);
    at.clock.pass(9.9);
    expect(at.snapshotCollections()).toEqual([]);
    expect(at.rows(result)).toEqual(["Msvm_ComputerSystem 0", "Msvm_ComputerSystem 0", "Msvm_ComputerSystem 0"]);
    at.clock.pass(0.1);
    const [collection, ...others] = at.snapshotCollections();
    expect(others).toEqual([]);
    expect(at.rows(result)).toContain("Msvm_SnapshotCollection 5");
    const members = at.members(collection as CimInstancePath);
    expect(members.map((snapshot) => snapshot.string("ElementName"))).toEqual([
      "web-01 - (11/23/2026 - 6:42:10 AM)",
      "web-02 - (11/23/2026 - 6:42:10 AM)",
      "db-01 - (11/23/2026 - 6:42:10 AM)",
    ]);
    expect(new Set(members.map((snapshot) => snapshot.time("CreationTime")))).toEqual(
      new Set(["2026-11-23T06:42:10.000Z"]),
    );
    for (const snapshot of members) {
      expect(snapshot.string("InstanceID")).toMatch(/^Microsoft:[0-9A-F-]{36}$/);
      expect(snapshot.string("VirtualSystemType")).toBe(standard);
      expect(snapshot.number("UserSnapshotType")).toBe(3);
    }
    const ofGroup = at.host.associators(at.group(), { associationClass: "Msvm_SnapshotOfVirtualSystemCollection" });
    expect(ofGroup.map(({ path }) => path)).toEqual([collection]);
  });

  test("type 2 makes recovery snapshots; any other type returns 4", () => {
    const at = new HostAtHand();
    const members = at.members(at.takeSnapshot({ SnapshotType: 2 }));
    expect(new Set(members.map((snapshot) => snapshot.string("VirtualSystemType")))).toEqual(new Set([recovery]));
    for (const type of [0, 3, 32768, null]) expect(at.createSnapshot({ SnapshotType: type }).returnValue).toBe(4);
  });

  test.each([
    ["null", null],
    ["the empty text", ""],
    ["an embedded instance", embeddedSettings],
  ])("takes %s as settings", (_, settings) => {
    expect(new HostAtHand().createSnapshot({ SnapshotSettings: settings }).returnValue).toBe(4096);
  });

  test("refuses a path for the result as an invalid method parameter", () => {
    const at = new HostAtHand();
    const refused = () => at.createSnapshot({ ResultingSnapshotCollection: at.group() });
    expect(refused).toThrow(CimError);
    expect(refused).toThrow(/0x8004102F \(WBEM_E_INVALID_METHOD_PARAMETERS\)/);
    expect(at.host.methodCalls).toEqual({});
  });

  test("returns 32773 for a reference to another object than a group, and 4 without a reference", () => {
    const at = new HostAtHand();
    expect(at.createSnapshot({ Collection: at.service }).returnValue).toBe(32773);
    expect(at.createSnapshot({ Collection: null }).returnValue).toBe(4);
  });

  test("members show the operation in their status only while it runs", () => {
    const at = new HostAtHand();
    const status = () => ["web-01", "other"].map((name) => at.machine(name).numbers("OperationalStatus"));
    expect(status()).toEqual([[2], [2]]);
    at.createSnapshot();
    expect(status()).toEqual([[11, 32768], [2]]);
    at.clock.pass(10);
    expect(status()).toEqual([[2], [2]]);
    at.destroySnapshot(at.snapshotCollections()[0] as CimInstancePath);
    expect(status()).toEqual([[11, 32770], [2]]);
  });
});

describe("snapshots of a machine", () => {
  test("form a chain from the oldest to the current snapshot, followed by the machine's settings", () => {
    const at = new HostAtHand();
    const [first] = at.members(at.takeSnapshot());
    const [second] = at.members(at.takeSnapshot());
    const { path } = at.machine("web-01");
    expect(first?.string("Parent")).toBeNull();
    expect(second?.reference("Parent")).toEqual(first?.path);
    const linked = (associationClass: string, from = path) =>
      at.host.associators(from, { associationClass }).map((found) => found.path);
    expect(linked("Msvm_SnapshotOfVirtualSystem")).toEqual([first?.path, second?.path]);
    expect(linked("Msvm_MostCurrentSnapshotInBranch")).toEqual([second?.path]);
    expect(linked("Msvm_ParentChildSettingData", first?.path)).toEqual([second?.path]);
    const [settings] = at.host.associators(path, { associationClass: "Msvm_SettingsDefineState" });
    expect(settings?.reference("Parent")).toEqual(second?.path);
    expect(settings?.string("VirtualSystemType")).toBe("Microsoft:Hyper-V:System:Realized");
  });

  test("keep their chain if one is destroyed: its child moves to its parent", () => {
    const at = new HostAtHand();
    const [first, second, third] = [at.takeSnapshot(), at.takeSnapshot(), at.takeSnapshot()];
    const [oldest] = at.members(first);
    at.destroySnapshot(second);
    at.clock.pass(4);
    expect(at.snapshotCollections()).toEqual([first, third]);
    expect(at.members(third)[0]?.reference("Parent")).toEqual(oldest?.path);
    at.destroySnapshot(third);
    at.clock.pass(4);
    const current = at.host.associators(at.machine("web-01").path, {
      associationClass: "Msvm_MostCurrentSnapshotInBranch",
    });
    expect(current.map(({ path }) => path)).toEqual([oldest?.path]);
  });
});

describe("DestroySnapshot", () => {
  test("removes the collection and its snapshots when its job ends", () => {
    const at = new HostAtHand();
    const collection = at.takeSnapshot();
    const result = at.destroySnapshot(collection);
    expect(result.returnValue).toBe(4096);
    at.clock.pass(3);
    expect(at.snapshotCollections()).toEqual([collection]);
    at.clock.pass(1);
    expect(at.snapshotCollections()).toEqual([]);
    expect(() => at.host.get(collection)).toThrow(NotFoundError);
    expect(at.host.tree().groups[0]?.machines.flatMap(({ snapshots }) => snapshots)).toEqual([]);
    expect(
      at.host.query("SELECT * FROM Msvm_VirtualSystemSettingData WHERE InstanceID LIKE 'Microsoft:%'"),
    ).toHaveLength(4);
    expect(at.destroySnapshot(collection).returnValue).toBe(32773);
  });
});

describe("a job", () => {
  test("goes from New through Running to Completed and is forgotten after five minutes", () => {
    const at = new HostAtHand();
    const result = at.createSnapshot();
    const seen = () => {
      const job = at.job(result);
      return [
        job.number("JobState"),
        job.number("PercentComplete"),
        job.numbers("OperationalStatus"),
        job.string("ElapsedTime"),
      ];
    };
    expect(seen()).toEqual([2, 0, [2], "00000000000000.000000:000"]);
    at.clock.pass(2.5);
    expect(seen()).toEqual([4, 25, [2], "00000000000002.500000:000"]);
    at.clock.pass(60);
    expect(seen()).toEqual([7, 100, [17, 2], "00000000000010.000000:000"]);
    at.clock.pass(247.4);
    expect(at.job(result).time("TimeOfLastStateChange")).toBe("2026-11-23T06:42:10.000Z");
    at.clock.pass(0.1);
    expect(() => at.job(result)).toThrow(NotFoundError);
    expect(() => at.rows(result)).toThrow(NotFoundError);
    expect(at.host.query("SELECT * FROM CIM_ConcreteJob")).toEqual([]);
    expect(at.snapshotCollections()).toHaveLength(1);
  });

  test("has the type of its work and a zero install date, and belongs to the service", () => {
    const at = new HostAtHand();
    const job = at.job(at.createSnapshot());
    expect(job.number("JobType")).toBe(198);
    expect(job.string("InstallDate")).toBe("16010101000000.000000+000");
    expect(job.time("InstallDate")).toBeNull();
    expect(job.string("TimeBeforeRemoval")).toBe("00000000000500.000000:000");
    const owners = at.host.associators(job.path, { associationClass: "Msvm_OwningJobElement" });
    expect(owners.map(({ path }) => path)).toEqual([at.service]);
  });

  test.each([
    [4, 8],
    [5, 9],
  ])("ended by RequestStateChange(%i) is in state %i, and takes no snapshot", (requested, state) => {
    const at = new HostAtHand();
    const result = at.createSnapshot();
    at.clock.pass(5);
    const request = () =>
      at.host.invokeMethod(jobOf(result), "RequestStateChange", { RequestedState: requested }).returnValue;
    expect(request()).toBe(0);
    expect([at.job(result).number("JobState"), at.job(result).number("PercentComplete")]).toEqual([state, 50]);
    expect(request()).toBe(4097);
    at.clock.pass(60);
    expect(at.snapshotCollections()).toEqual([]);
    expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([2]);
    at.clock.pass(240);
    expect(() => at.job(result)).toThrow(NotFoundError);
  });

  test("can't be ended by another requested state", () => {
    const at = new HostAtHand();
    const job = jobOf(at.createSnapshot());
    const request = (RequestedState: number, TimeoutPeriod: string | null = null) =>
      at.host.invokeMethod(job, "RequestStateChange", { RequestedState, TimeoutPeriod }).returnValue;
    expect(request(3)).toBe(1);
    expect(request(77)).toBe(5);
    expect(request(4, "00000000000010.000000:000")).toBe(4098);
    expect(request(4, "00000000000000.000000:000")).toBe(0);
  });

  test("that isn't cancellable returns 1 and continues", () => {
    const at = new HostAtHand({ ...webTierSeed, jobs: { CreateSnapshot: { seconds: 10, cancellable: false } } });
    const result = at.createSnapshot();
    expect(at.job(result).boolean("Cancellable")).toBe(false);
    expect(at.host.invokeMethod(jobOf(result), "RequestStateChange", { RequestedState: 4 }).returnValue).toBe(1);
    at.clock.pass(10);
    expect(at.job(result).number("JobState")).toBe(7);
  });

  test("ends at its own time if other jobs run in parallel", () => {
    const at = new HostAtHand(unhinderedSeed);
    at.createSnapshot();
    at.clock.pass(3);
    at.createSnapshot();
    at.clock.pass(100);
    const times = at.snapshotCollections().map((collection) => at.members(collection)[0]?.time("CreationTime"));
    expect(times).toEqual(["2026-11-23T06:42:10.000Z", "2026-11-23T06:42:13.000Z"]);
  });
});

describe("a call that WMI refuses", () => {
  const at = new HostAtHand(unhinderedSeed);
  const invoke =
    (method: string, parameters = {}, path = at.service) =>
    () =>
      at.host.invokeMethod(path, method, parameters);

  test.each([
    ["an unknown method", invoke("TakeSnapshot"), "0x8004102E (WBEM_E_INVALID_METHOD)"],
    [
      "a method of a later build",
      () =>
        new HostAtHand({ build: 14393 }).host.invokeMethod(at.machine("other").path, "InjectNonMaskableInterruptEx"),
      "0x80041002",
    ],
    ["a method that isn't simulated", invoke("StopService"), "0x80041024 (WBEM_E_PROVIDER_NOT_CAPABLE)"],
    ["an unknown parameter", invoke("CreateSnapshot", { Group: at.group() }), "0x80041008 (WBEM_E_INVALID_PARAMETER)"],
    ["an out parameter", invoke("CreateSnapshot", { Job: null }), "0x80041008"],
    ["a text for a number", invoke("CreateSnapshot", { SnapshotType: "1" }), "0x80041008"],
    ["a number out of range", invoke("CreateSnapshot", { SnapshotType: 65536 }), "0x80041008"],
    ["a text for a reference", invoke("CreateSnapshot", { Collection: at.group().toString() }), "0x80041008"],
    ["an array for a scalar", invoke("CreateSnapshot", { SnapshotSettings: [""] }), "0x80041008"],
    [
      "a malformed time",
      () =>
        at.host.invokeMethod(jobOf(at.createSnapshot()), "RequestStateChange", {
          RequestedState: 4,
          TimeoutPeriod: "PT0S",
        }),
      "0x80041008",
    ],
    [
      "an instance that isn't there",
      invoke(
        "CreateSnapshot",
        {},
        CimInstancePath.parse(
          'Msvm_CollectionSnapshotService.SystemCreationClassName="Msvm_ComputerSystem",SystemName="X",CreationClassName="Msvm_CollectionSnapshotService",Name="vmms"',
        ),
      ),
      "0x80041002 (WBEM_E_NOT_FOUND)",
    ],
  ])("%s", (_, call, answer) => {
    expect(call).toThrow(CimError);
    expect(call).toThrow(answer);
  });

  test("accepts names in any case", () => {
    const result = at.host.invokeMethod(at.service, "createsnapshot", { COLLECTION: at.group(), snapshottype: 1 });
    expect(result.returnValue).toBe(4096);
  });
});

describe("the counters of a host", () => {
  test("count calls that reached a method, and requests of each kind", () => {
    const at = new HostAtHand();
    at.createSnapshot();
    at.createSnapshot({ SnapshotType: 9 });
    expect(at.host.methodCalls).toEqual({ CreateSnapshot: 2 });
    expect(at.host.requests).toEqual({ get: 0, query: 4, associators: 0, references: 0, invokeMethod: 2 });
  });
});

describe("tree", () => {
  test("shows groups, machines and snapshots, and machines without a group", () => {
    const at = new HostAtHand();
    const collection = at.takeSnapshot();
    const { hostName, groups, otherMachines } = at.host.tree();
    expect(hostName).toBe("HV-TEST");
    expect(otherMachines.map(({ name }) => name)).toEqual(["other"]);
    expect(groups.map(({ name }) => name)).toEqual(["web-tier"]);
    expect(groups[0]?.machines.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "web-01 running",
      "web-02 running",
      "db-01 running",
    ]);
    expect(groups[0]?.machines[0]?.snapshots).toEqual([
      {
        id: expect.stringMatching(/^[0-9A-F-]{36}$/),
        name: "web-01 - (11/23/2026 - 6:42:10 AM)",
        createdAt: "2026-11-23T06:42:10.000Z",
        snapshotCollectionId: collection.key("CollectionID"),
        applicationVersion: null,
      },
    ]);
  });
});

describe("the same operations at the same times", () => {
  test("make the same host with the same ids", () => {
    const run = () => {
      const at = new HostAtHand();
      at.takeSnapshot();
      at.clock.pass(1);
      at.takeSnapshot({ SnapshotType: 2 });
      return at.host.tree();
    };
    expect(run()).toEqual(run());
  });
});
