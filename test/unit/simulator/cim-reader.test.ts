import { describe, expect, test } from "vitest";
import { keysOf, propertiesOf } from "../../../provider/src/cim/cim-class";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { CimError, NotFoundError } from "../../../provider/src/errors";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { HostAtHand, jobOf, webTierSeed } from "../../support/simulated-hosts";

const at = new HostAtHand();
at.takeSnapshot();
const names = (wql: string) => at.host.query(wql).map((found) => found.string("ElementName"));
const machines = (where: string) => names(`SELECT * FROM Msvm_ComputerSystem WHERE ${where}`);

describe("SELECT", () => {
  test("* returns every property of the class, null if it has no value", () => {
    const [machine] = at.host.query("SELECT * FROM msvm_computersystem WHERE ElementName = 'web-01'");
    const served = Object.entries(propertiesOf("Msvm_ComputerSystem")).filter(([, { since }]) => (since ?? 0) <= 20348);
    expect(Object.keys(machine?.properties ?? {}).sort()).toEqual(served.map(([name]) => name).sort());
    expect(machine?.properties["ProcessID"]).toBeNull();
  });

  test("a list returns the listed properties, in the schema's spelling", () => {
    const [machine] = at.host.query("SELECT elementname, NAME FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'");
    expect(Object.keys(machine?.properties ?? {})).toEqual(["ElementName", "Name"]);
    expect(machine?.path.relativePath).toMatch(
      /^Msvm_ComputerSystem\.CreationClassName="Msvm_ComputerSystem",Name="[0-9A-F-]{36}"$/,
    );
  });

  test("a class returns instances of its subclasses with their own class", () => {
    expect(new Set(at.host.query("SELECT * FROM CIM_ConcreteJob").map(({ className }) => className))).toEqual(
      new Set(["Msvm_ConcreteJob"]),
    );
    expect(at.host.query("SELECT * FROM CIM_Collection")).toHaveLength(2);
    expect(at.host.query("SELECT * FROM CIM_MemberOfCollection")).toHaveLength(6);
  });

  test("Msvm_ComputerSystem includes the host", () => {
    expect(names("SELECT * FROM Msvm_ComputerSystem")).toEqual(["HV-TEST", "web-01", "web-02", "db-01", "other"]);
  });

  test.each<[string, readonly string[]]>([
    ["ElementName = 'WEB-01'", ["web-01"]],
    ["ElementName <> 'web-01' AND Caption = 'Virtual Machine'", ["web-02", "db-01", "other"]],
    ["ElementName > 'other' AND NOT ElementName = 'web-02'", ["web-01"]],
    ["ElementName LIKE 'w%' OR ElementName LIKE '_b-0[1-9]'", ["web-01", "web-02", "db-01"]],
    ["EnabledState = 2 AND NumberOfNumaNodes IS NOT NULL AND ElementName != 'other'", ["web-01", "web-02", "db-01"]],
    ["EnabledState >= 3", []],
    ["EnabledState = '2' AND ElementName = 'other'", ["other"]],
    ["OnTimeInMilliseconds >= 10000", ["web-01", "web-02", "db-01", "other"]],
    ["NumberOfNumaNodes IS NULL", ["HV-TEST"]],
    ["NumberOfNumaNodes = NULL", ["HV-TEST"]],
    ["NumberOfNumaNodes <> 1", []],
    ["NOT NumberOfNumaNodes <> 1 AND ElementName = 'HV-TEST'", []],
    ["InstallDate <= '20261123064200.000000+000' AND ElementName = 'other'", ["other"]],
    ["InstallDate = '20261123074200.000000+060' AND ElementName = 'other'", ["other"]],
    ["InstallDate > '20261123064200.000000+000'", []],
  ])("WHERE %s", (condition, found) => {
    expect(machines(condition)).toEqual(found);
  });

  test("WHERE on booleans, intervals and references", () => {
    const running = new HostAtHand();
    const job = jobOf(running.createSnapshot());
    const jobs = (condition: string) => running.host.query(`SELECT * FROM Msvm_ConcreteJob WHERE ${condition}`).length;
    expect([
      jobs("Cancellable = TRUE"),
      jobs("Cancellable = 'true'"),
      jobs("Cancellable <> FALSE"),
      jobs("Cancellable = 0"),
    ]).toEqual([1, 1, 1, 0]);
    expect(jobs("TimeBeforeRemoval = '00000000000500.000000:000' AND ElapsedTime < '00000000000001.000000:000'")).toBe(
      1,
    );
    const rows = (path: string) =>
      running.host.query(
        `SELECT * FROM Msvm_AffectedJobElement WHERE AffectingElement = '${path.replaceAll("\\", "\\\\")}'`,
      ).length;
    expect([rows(job.toString()), rows(job.relativePath), rows('Msvm_ConcreteJob.InstanceID="x"')]).toEqual([3, 3, 0]);
  });

  test.each([
    "SELECT * FROM Msvm_ComputerSystem WHERE Color = 'red'",
    "SELECT Color FROM Msvm_ComputerSystem",
    "SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = 'on'",
    "SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = TRUE",
    "SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 5",
    "SELECT * FROM Msvm_ComputerSystem WHERE OperationalStatus = 2",
    "SELECT * FROM Msvm_ComputerSystem WHERE InstallDate > '2026-11-23'",
    "SELECT * FROM Msvm_ComputerSystem WHERE EnabledState LIKE '2'",
    "SELECT * FROM Msvm_ConcreteJob WHERE Cancellable = 'perhaps'",
    "SELECT * FROM Msvm_CollectedSnapshots WHERE Member > 'Msvm_ComputerSystem.Name=\"x\"'",
    "SELECT * FROM Msvm_ComputerSystem WHERE",
  ])("%s is an invalid query", (wql) => {
    expect(() => at.host.query(wql)).toThrow(CimError);
    expect(() => at.host.query(wql)).toThrow("0x80041017 (WBEM_E_INVALID_QUERY)");
  });

  test("an unknown class, or one of a later build, is an invalid class", () => {
    expect(() => at.host.query("SELECT * FROM Win32_Service")).toThrow("0x80041010 (WBEM_E_INVALID_CLASS)");
    expect(() =>
      new HostAtHand({ build: 14393 }).host.query("SELECT EnableHibernation FROM Msvm_VirtualSystemSettingData"),
    ).toThrow("0x80041017");
  });
});

describe("get", () => {
  test("finds by key, in any case and with or without the host", () => {
    const { path } = at.machine("web-01");
    const lower = CimInstancePath.parse(path.relativePath.toLowerCase());
    for (const asked of [path, lower, CimInstancePath.parse(`\\\\.\\root/virtualization/v2:${path.relativePath}`)]) {
      expect(at.host.get(asked).path).toEqual(path);
    }
  });

  test.each([
    ['Msvm_SnapshotCollection.CollectionID="none"', "0x80041002 (WBEM_E_NOT_FOUND)"],
    ['CIM_CollectionOfMSEs.CollectionID="none"', "0x8004103A (WBEM_E_INVALID_OBJECT_PATH)"],
    ['Msvm_SnapshotCollection.InstanceID="none"', "0x8004103A (WBEM_E_INVALID_OBJECT_PATH)"],
    ['Msvm_ComputerSystem.Name="none"', "0x8004103A (WBEM_E_INVALID_OBJECT_PATH)"],
    ['Msvm_Nothing.Name="none"', "0x80041010 (WBEM_E_INVALID_CLASS)"],
    ['root\\cimv2:Msvm_SnapshotCollection.CollectionID="none"', "0x8004100E (WBEM_E_INVALID_NAMESPACE)"],
  ])("%s: %s", (path, answer) => {
    expect(() => at.host.get(CimInstancePath.parse(path))).toThrow(CimError);
    expect(() => at.host.get(CimInstancePath.parse(path))).toThrow(answer);
  });

  test("doesn't find another host's object", () => {
    const elsewhere = new CimInstancePath({ ...at.group(), host: "HV-OTHER" });
    expect(() => at.host.get(elsewhere)).toThrow(NotFoundError);
  });

  test("returns copies, so a caller's changes don't affect the host", () => {
    const machine = at.machine("web-01");
    (machine.properties["OperationalStatus"] as number[]).push(77);
    (machine.path.keys as Record<string, string>)["Name"] = "x";
    expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([2]);
    expect(at.machine("web-01").path.key("Name")).not.toBe("x");
  });
});

describe("associators and references", () => {
  const { path } = at.machine("web-01");

  test("filter by association, result class and roles", () => {
    const count = (filter: object) =>
      at.host.associators(path, { associationClass: "CIM_Dependency", ...filter }).length;
    expect(count({})).toBe(1);
    expect(count({ resultClass: "CIM_SettingData" })).toBe(1);
    expect(count({ resultClass: "Msvm_ConcreteJob" })).toBe(0);
    expect(count({ role: "antecedent", resultRole: "DEPENDENT" })).toBe(1);
    expect(count({ role: "Dependent" })).toBe(0);
    expect(
      at.host
        .references(path, { associationClass: "CIM_Dependency" })
        .map(({ className }) => className)
        .sort(),
    ).toEqual(["Msvm_MostCurrentSnapshotInBranch", "Msvm_SnapshotOfVirtualSystem"]);
  });

  test("return an object once with an association class, and once for each row without one", () => {
    const settings = { resultClass: "Msvm_VirtualSystemSettingData" };
    expect(at.host.associators(path, settings)).toHaveLength(3);
    expect(at.host.associators(path, { ...settings, associationClass: "CIM_Dependency" })).toHaveLength(1);
  });

  test("can be asked for in WQL", () => {
    const braces = `{${path}}`;
    expect(
      names(
        `ASSOCIATORS OF ${braces} WHERE AssocClass=Msvm_CollectedVirtualSystems ResultClass=Msvm_VirtualSystemCollection`,
      ),
    ).toEqual(["web-tier"]);
    expect(
      at.host.query(`REFERENCES OF ${braces} WHERE ResultClass=Msvm_CollectedVirtualSystems Role=Member`),
    ).toHaveLength(1);
    expect(
      at.host.query(`REFERENCES OF ${braces} WHERE ResultClass=Msvm_CollectedVirtualSystems Role=Collection`),
    ).toHaveLength(0);
  });

  test("refuse an object that doesn't exist", () => {
    const nothing = CimInstancePath.parse('Msvm_SnapshotCollection.CollectionID="none"');
    expect(() => at.host.associators(nothing, {})).toThrow(NotFoundError);
    expect(() => at.host.references(nothing, {})).toThrow(NotFoundError);
    expect(() => at.host.associators(path, { associationClass: "Msvm_Nothing" })).toThrow("0x80041010");
    expect(() => at.host.associators(path, { resultClass: "Msvm_Nothing" })).toThrow("0x80041010");
  });
});

test.each([14393, 17763, 20348, 26100])(
  "build %i serves only what its schema declares, with complete keys",
  (build) => {
    const built = new HostAtHand({ ...webTierSeed, build });
    built.takeSnapshot();
    const classes = [
      "CIM_ManagedElement",
      "CIM_Dependency",
      "CIM_MemberOfCollection",
      "CIM_AffectedJobElement",
      "CIM_OwningJobElement",
      "CIM_SettingsDefineState",
    ];
    const served = classes
      .flatMap((name) => built.host.query(`SELECT * FROM ${name}`))
      .map(({ path }) => built.host.get(path));
    expect(served.length).toBeGreaterThan(20);
    for (const { path, properties } of served) {
      const declared = propertiesOf(path.className);
      for (const name of Object.keys(properties)) expect(declared[name]?.since ?? 0).toBeLessThanOrEqual(build);
      for (const key of keysOf(path.className)) expect(properties[key]).toEqual(path.keys[key]);
    }
  },
);

test("the cost of a query depends on its result, not on the number of snapshots", () => {
  const best = (snapshots: number) => {
    const names = Array.from({ length: snapshots }, (_, at) => `vm-${at}`);
    const hand = new HostAtHand({
      machines: names.map((name) => ({ name })),
      groups: names.map((name) => ({ name, members: [name] })),
      options: { completion: "atOnce" },
    });
    const { host, service } = hand;
    const taken = names.map((name) =>
      host.invokeMethod(service, "CreateSnapshot", { Collection: hand.group(name), SnapshotType: 1 }),
    );
    const collection = taken.at(-1)?.outParameters["ResultingSnapshotCollection"] as CimInstancePath;
    const { path: machine } = hand.machine(names.at(-1) ?? "");
    let shortest = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const began = performance.now();
      host.get(collection);
      hand.members(collection);
      host.query(
        `SELECT * FROM Msvm_SnapshotCollection WHERE CollectionID = '${String(collection.key("CollectionID"))}'`,
      );
      host.associators(machine, { associationClass: "Msvm_CollectedVirtualSystems" });
      host.associators(machine, { associationClass: "Msvm_MostCurrentSnapshotInBranch" });
      shortest = Math.min(shortest, performance.now() - began);
    }
    return shortest;
  };
  const [few, many] = [best(5), best(1000)];
  console.log(`5 snapshots: ${few.toFixed(3)} ms a look, 1000: ${many.toFixed(3)} ms`);
  expect(many).toBeLessThan(few * 10);
}, 60_000);

test("an unknown host is empty", () => {
  const host = SimulatedHost.inMemory();
  expect(host.tree()).toEqual({ hostName: "HV-HOST", groups: [], otherMachines: [] });
});
