import { describe, expect, test } from "vitest";
import type { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { ConnectionError, NotFoundError } from "../../../provider/src/errors";
import type { HostVerb } from "../../../provider/src/simulator/index";
import { HostAtHand, jobOf, unhinderedSeed } from "../../support/simulated-hosts";
import { modify, notes } from "./option-tests/settings";

const snapshotService = "Msvm_CollectionSnapshotService";
const groupService = "Msvm_CollectionManagementService";
const machineService = "Msvm_VirtualSystemSnapshotService";
const managementService = "Msvm_VirtualSystemManagementService";

describe("the group service", () => {
  const define = (at: HostAtHand, parameters: object) =>
    at.call(groupService, "DefineCollection", { Type: 0, ...parameters });

  test("creates a group, renames it, adds and removes members, and destroys it, each without a job", () => {
    const at = new HostAtHand();
    const made = define(at, { Name: "db-tier", Id: "{6b29fc40-ca47-1067-b31d-00dd010662da}" });
    const Collection = made.outParameters["DefinedCollection"] as CimInstancePath;
    expect([made.returnValue, made.outParameters["Job"]]).toEqual([0, null]);
    expect(Collection.key("CollectionID")).toBe("6B29FC40-CA47-1067-B31D-00DD010662DA");
    expect(at.host.get(Collection).string("InstanceID")).toBe("");
    const Member = at.machine("db-01").path;
    const members = () =>
      at.host.associators(Collection, { associationClass: "Msvm_CollectedVirtualSystems" }).map(({ path }) => path);
    expect(at.call(groupService, "AddMember", { Collection, Member }).returnValue).toBe(0);
    expect(members()).toEqual([Member]);
    expect(at.call(groupService, "RenameCollection", { Collection, NewName: "data" }).returnValue).toBe(0);
    expect(at.group("data")).toEqual(Collection);
    expect(at.call(groupService, "RemoveMember", { Collection, Member }).returnValue).toBe(0);
    expect(members()).toEqual([]);
    expect(at.call(groupService, "DestroyCollection", { Collection }).returnValue).toBe(0);
    expect(() => at.host.get(Collection)).toThrow(NotFoundError);
  });

  test("creates management groups, which accept groups and no machines", () => {
    const at = new HostAtHand();
    const Collection = define(at, { Name: "all", Type: 1 }).outParameters["DefinedCollection"] as CimInstancePath;
    expect(Collection.className).toBe("Msvm_ManagementCollection");
    const add = (Member: CimInstancePath) => at.call(groupService, "AddMember", { Collection, Member }).returnValue;
    expect([add(at.group()), add(at.machine("web-01").path)]).toEqual([0, 32773]);
    expect(at.host.associators(Collection, { associationClass: "Msvm_CollectedCollections" })).toHaveLength(1);
  });

  test("gives a group an id and a name by default, and refuses an id that is taken or malformed", () => {
    const at = new HostAtHand();
    const path = define(at, {}).outParameters["DefinedCollection"] as CimInstancePath;
    expect(at.host.get(path).string("ElementName")).toBe("New Virtual System Collection");
    expect(define(at, { Id: path.key("CollectionID") }).returnValue).toBe(32768);
    expect(define(at, { Id: "web-tier" }).returnValue).toBe(32773);
    expect(define(at, { Type: 7 }).returnValue).toBe(32773);
  });

  test("removes a member by the group's id, and succeeds if the group doesn't exist", () => {
    const at = new HostAtHand();
    const Member = at.machine("web-01").path;
    const remove = (CollectionId: string) =>
      at.call(groupService, "RemoveMemberById", { Member, CollectionId }).returnValue;
    expect(remove("00000000-0000-0000-0000-000000000000")).toBe(0);
    expect(at.host.tree().groups[0]?.machines).toHaveLength(3);
    expect(remove(String(at.group().key("CollectionID")))).toBe(0);
    expect(at.host.tree().groups[0]?.machines).toHaveLength(2);
  });
});

describe("the collection snapshot service", () => {
  const jobTypeOf = (at: HostAtHand, method: string, parameters: Parameters<HostAtHand["call"]>[2]) => {
    const result = at.call(snapshotService, method, parameters);
    const type = at.job(result).number("JobType");
    at.clock.pass(10);
    return type;
  };

  test("restores every machine to its snapshot, powered off if the snapshot has no saved state", () => {
    const at = new HostAtHand();
    const first = at.takeSnapshot();
    at.takeSnapshot();
    expect(jobTypeOf(at, "ApplySnapshot", { SnapshotCollection: first })).toBe(71);
    for (const snapshot of at.members(first)) {
      const machine = at.only(
        `SELECT * FROM Msvm_ComputerSystem WHERE Name = '${snapshot.string("VirtualSystemIdentifier")}'`,
      );
      const [applied] = at.host.associators(machine.path, { associationClass: "Msvm_LastAppliedSnapshot" });
      expect([applied?.path.identity, machine.number("EnabledState")]).toEqual([snapshot.path.identity, 3]);
    }
    const group = at.host.get(at.group());
    expect(group.time("LastApplyTime")).toBe("2026-11-23T06:42:22.000Z");
    expect(group.properties["LastApplyVirtualMachineIds"]).toHaveLength(3);
  });

  test("converts only recovery snapshots to reference points, and removes the snapshots", () => {
    const at = new HostAtHand();
    const [standard, recovery] = [at.takeSnapshot(), at.takeSnapshot({ SnapshotType: 2 })];
    const convert = (AffectedSnapshotCollection: CimInstancePath) =>
      at.call(snapshotService, "ConvertToReferencePoint", { AffectedSnapshotCollection });
    expect(convert(standard).returnValue).toBe(6);
    const result = convert(recovery);
    at.clock.pass(10);
    expect(at.job(result).number("JobType")).toBe(200);
    expect(at.rows(result)).toContain("Msvm_ReferencePointCollection 5");
    expect(at.snapshotCollections()).toEqual([standard]);
    expect(at.host.query("SELECT * FROM Msvm_VirtualSystemReferencePoint")).toHaveLength(3);
  });

  test("exports to a directory, with settings or without", () => {
    const at = new HostAtHand();
    const SnapshotCollection = at.takeSnapshot();
    const exported = (ExportDirectory: string | null, ExportSettingData: string | null) => {
      const call = { SnapshotCollection, ExportDirectory, ExportSettingData };
      const { returnValue } = at.call(snapshotService, "ExportSnapshot", call);
      at.clock.pass(10);
      return returnValue;
    };
    const settings =
      '<INSTANCE CLASSNAME="Msvm_CollectionSnapshotExportSettingData"><PROPERTY NAME="BackupIntent" TYPE="uint16"><VALUE>1</VALUE></PROPERTY></INSTANCE>';
    expect([exported("D:\\x", null), exported("D:\\x", settings)]).toEqual([4096, 4096]);
    expect([exported(null, null), exported("D:\\x", "nonsense")]).toEqual([32773, 32773]);
  });
});

describe("the service for single machines", () => {
  test("takes, applies and destroys a checkpoint, and keeps the later checkpoints", () => {
    const at = new HostAtHand();
    at.takeCheckpoint("web-01");
    const collection = at.takeSnapshot();
    const [checkpoint] = at.host.query(
      "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType = 'Microsoft:Hyper-V:Snapshot:Realized' AND ElementName LIKE 'web-01%'",
    );
    const path = checkpoint?.path ?? null;
    expect(at.call(machineService, "ApplySnapshot", { Snapshot: path }).returnValue).toBe(4096);
    at.clock.pass(10);
    expect(at.machine("web-01").number("EnabledState")).toBe(3);
    expect(at.call(machineService, "DestroySnapshot", { AffectedSnapshot: path }).returnValue).toBe(4096);
    at.clock.pass(4);
    expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([11, 32772]);
    expect(at.members(collection)).toHaveLength(3);
    expect(at.members(collection).every((snapshot) => snapshot.string("Parent") === null)).toBe(true);
  });

  test("refuses a type of the collection service, and a machine's own settings for a snapshot", () => {
    const at = new HostAtHand();
    const AffectedSystem = at.machine("web-01").path;
    expect(at.call(machineService, "CreateSnapshot", { AffectedSystem, SnapshotType: 1 }).returnValue).toBe(4);
    const [settings] = at.host.associators(AffectedSystem, { associationClass: "Msvm_SettingsDefineState" });
    expect(at.call(machineService, "DestroySnapshot", { AffectedSnapshot: settings?.path ?? null }).returnValue).toBe(
      4,
    );
  });
});

describe("the management service", () => {
  const settingsOf = (at: HostAtHand, name: string) =>
    at.only(`SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName = '${name}'`);
  const rename = '<PROPERTY NAME="ElementName" TYPE="string"><VALUE>renamed</VALUE></PROPERTY>';

  test("renames a snapshot or a machine without a job", () => {
    const at = new HostAtHand();
    const [snapshot] = at.members(at.takeSnapshot());
    expect(modify(at, snapshot?.string("InstanceID") ?? "", rename)).toBe(0);
    expect(snapshot && at.host.get(snapshot.path).string("ElementName")).toBe("renamed");
    expect(modify(at, settingsOf(at, "other").string("InstanceID") ?? "", rename)).toBe(0);
    expect(at.machine("renamed").className).toBe("Msvm_ComputerSystem");
  });

  test("keeps the first of a machine's notes, also after a snapshot is applied, and refuses markup", () => {
    const at = new HostAtHand();
    const first = at.takeSnapshot();
    const id = settingsOf(at, "web-01").string("InstanceID") ?? "";
    expect(modify(at, id, notes("one", "two"))).toBe(0);
    expect(modify(at, id, notes("a &amp; b"))).toBe(32768);
    at.call(snapshotService, "ApplySnapshot", { SnapshotCollection: first });
    at.clock.pass(10);
    expect(settingsOf(at, "web-01").properties["Notes"]).toEqual(["one"]);
  });

  test("refuses malformed settings, and settings of an object that doesn't exist", () => {
    const at = new HostAtHand();
    expect(at.call(managementService, "ModifySystemSettings", { SystemSettings: "nonsense" }).returnValue).toBe(32773);
    expect(modify(at, "Microsoft:nothing", rename)).toBe(32773);
  });

  test("summarizes machines and snapshots", () => {
    const at = new HostAtHand();
    const [snapshot] = at.members(at.takeSnapshot());
    const summaries = (SettingData: CimInstancePath[] | null) =>
      at.call(managementService, "GetSummaryInformation", { SettingData, RequestedInformation: [0, 1] }).outParameters[
        "SummaryInformation"
      ] as string[];
    expect(summaries(null)).toHaveLength(4);
    const [summary] = summaries(snapshot ? [snapshot.path] : []);
    expect(summary).toContain('<INSTANCE CLASSNAME="Msvm_SummaryInformation">');
    expect(summary).toContain('<PROPERTY NAME="EnabledState" TYPE="uint16"><VALUE>2</VALUE></PROPERTY>');
    expect(summary).toContain('<PROPERTY.ARRAY NAME="OperationalStatus" TYPE="uint16"><VALUE.ARRAY><VALUE>2</VALUE>');
  });
});

describe("a job's errors", () => {
  test("are embedded instances, and null without an error", () => {
    const at = new HostAtHand(unhinderedSeed);
    const errors = (job: CimInstancePath) => at.host.invokeMethod(job, "GetErrorEx").outParameters["Errors"];
    const good = jobOf(at.createSnapshot());
    at.host.injectFault({
      method: "CreateSnapshot",
      job: { endState: 10, errorCode: 32770, errorDescription: "No & no." },
    });
    const bad = jobOf(at.createSnapshot());
    expect(errors(bad)).toBeNull();
    at.clock.pass(10);
    expect(errors(good)).toBeNull();
    expect(errors(bad)).toEqual([expect.stringContaining("<VALUE>No &amp; no.</VALUE>")]);
    expect(at.host.invokeMethod(bad, "GetError").outParameters["Error"]).toContain('CLASSNAME="Msvm_Error"');
  });
});

describe("a connection that is lost", () => {
  test.each([
    ["lostBefore", 0],
    ["lostAfter", 1],
  ] as const)("%s: the call took effect %i times", (connection, times) => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "CreateSnapshot", connection });
    expect(() => at.createSnapshot()).toThrow(ConnectionError);
    at.clock.pass(10);
    expect(at.snapshotCollections()).toHaveLength(times);
    expect(at.host.methodCalls["CreateSnapshot"] ?? 0).toBe(times);
  });

  test("affects reads too, as often as configured", () => {
    const at = new HostAtHand();
    at.host.injectFault({ verb: "query", connection: "lostBefore", times: 2 });
    expect(() => at.host.query("SELECT * FROM Msvm_ConcreteJob")).toThrow(
      "was lost before the answer came. Nothing was changed",
    );
    expect(() => at.host.query("SELECT * FROM Msvm_ConcreteJob")).toThrow(ConnectionError);
    expect(at.host.query("SELECT * FROM Msvm_ConcreteJob")).toEqual([]);
  });

  test("a slow response is requested only once", () => {
    const { host } = new HostAtHand();
    host.injectFault({ verb: "query", delaySeconds: 90 });
    expect(
      ["get", "query", "query"].map((verb) => host.answerDelayMs({ verb: verb as HostVerb, className: "" })),
    ).toEqual([0, 90_000, 0]);
  });
});
