import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../../provider/src/cim/cim-instance-path";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

describe("the parameters of CreateSnapshot", () => {
  const raw = '<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData"></INSTANCE>';
  const typed = { consistencyLevel: "CrashConsistent", ignoreNonSnapshottableDisks: true, guestBackupType: "Copy" };
  const property = (name: string, type: string, value: string) =>
    `<PROPERTY NAME="${name}" TYPE="${type}"><VALUE>${value}</VALUE></PROPERTY>`;

  it.each([
    ["no settings", {}, 1, ""],
    ["raw settings", { settings: raw, snapshotType: "Recovery" }, 2, raw],
    [
      "typed settings",
      { settings: typed, snapshotType: 1 },
      1,
      `<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData">${property("ConsistencyLevel", "uint8", "2")}${property("IgnoreNonSnapshottableDisks", "boolean", "true")}${property("GuestBackupType", "uint8", "2")}</INSTANCE>`,
    ],
  ])("%s", async (_, inputs, snapshotType, snapshotSettings) => {
    const at = new LifecycleInProcess();
    await at.create({ ...standardInputs, ...inputs });
    const [sent] = at.requests.filter(({ methodName }) => methodName === "CreateSnapshot");
    expect(sent?.parameters).toEqual({
      Collection: expect.any(CimInstancePath),
      SnapshotType: snapshotType,
      SnapshotSettings: snapshotSettings,
    });
    expect(String(sent?.parameters?.["Collection"])).toContain("Msvm_VirtualSystemCollection.CollectionID=");
  });
});

describe("the job's result", () => {
  it("is distinguished from a snapshot that another program takes of the same group meanwhile", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("membersBusy", "accept");
    const created = at.lifecycle.create(standardInputs);
    await at.run(at.clock.sleep(3000));
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 1 } });
    at.takeAnother(2);
    const { outs } = await at.run(created);
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
    const path = CimInstancePath.parse(String(outs["resultingSnapshotCollection"]));
    const types = at.host
      .associators(path, { associationClass: "Msvm_CollectedSnapshots" })
      .map((snapshot) => snapshot.string("VirtualSystemType"));
    expect(new Set(types)).toEqual(new Set(["Microsoft:Hyper-V:Snapshot:Realized"]));
  });
});

describe("before the call", () => {
  const machine = (name: string, more: object) => ({ name, ...more });

  it("warns in one line of states in which hosts may refuse, and sends the request anyway", async () => {
    const names = ["off", "saved", "full", "disabled", "old", "fine"];
    const at = new LifecycleInProcess(
      {},
      {
        machines: [
          machine("off", { state: "off" }),
          machine("saved", { state: "saved" }),
          machine("full", { checkpoints: 49 }),
          machine("disabled", { userSnapshotType: "Disable" }),
          machine("old", { configurationVersion: "5.0" }),
          machine("fine", {}),
        ],
        groups: [{ name: "web-tier", members: names }],
        options: { membersOff: "accept", checkpointsDisabled: "groupsAccept" },
      },
    );
    await at.create();
    const [warning, ...others] = at.warnings;
    expect(others).toEqual([]);
    expect(warning?.split("; ")).toEqual([
      expect.stringMatching(/^off is Off: /),
      expect.stringMatching(/^saved is Saved: /),
      expect.stringMatching(/^full has 49 checkpoints: a machine can have 50 at most/),
      expect.stringMatching(/^disabled has checkpoints disabled/),
      expect.stringMatching(/^old has configuration version 5.0: VM groups need 6.2 or later/),
    ]);
  });

  it("a refusal names the member that may be the reason", async () => {
    const at = new LifecycleInProcess(
      {},
      { machines: [{ name: "db-01", state: "off" }], groups: [{ name: "web-tier", members: ["db-01"] }] },
    );
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(error.message).toContain("the host returned 32770 (Not Supported), at once and without a job");
    expect(error.message).toContain('"db-01": Off, OK');
    expect(error.message).toContain("Possible causes: db-01 is Off");
  });
});
