import { describe, expect, test } from "vitest";
import { HostAtHand, webTierSeed } from "../../support/simulated-hosts";

const statusOf = (at: HostAtHand, name = "web-01") => at.machine(name).numbers("OperationalStatus");
const mergeState = (at: HostAtHand, name = "web-01") =>
  at
    .only(
      `SELECT * FROM Msvm_DiskMergeSettingData WHERE InstanceID = 'Microsoft:${at.machine(name).string("Name")}\\\\DeviceSpecificData'`,
    )
    .number("EnabledState");

describe("changeMachine", () => {
  test.each([
    [16],
    [11, 32776],
    [2, 32777],
    [2, 32778],
    [2, 32779],
    [2, 32780],
    [2, 32781],
    [2, 32782],
    [2, 32783],
    [2, 32784],
    [2, 32785],
    [2, 32790],
    [2, 32795],
    [11, 23769],
  ])("shows the status %j %j while nothing works on the machine", (...status) => {
    const at = new HostAtHand();
    at.host.changeMachine("web-01", { OperationalStatus: status });
    expect([statusOf(at), statusOf(at, "web-02")]).toEqual([status, [2]]);
    at.createSnapshot();
    expect(statusOf(at)).toEqual([11, 32768]);
    at.clock.pass(10);
    expect(statusOf(at)).toEqual(status);
  });

  test("changes properties of the machine and of its settings", () => {
    const at = new HostAtHand();
    at.host.changeMachine("web-01", { EnabledState: 10, replicationState: 3, UserSnapshotType: 2 });
    expect(at.machine("web-01")).toMatchObject({ properties: { EnabledState: 10, ReplicationState: 3 } });
    expect(at.createSnapshot().returnValue).toBe(32775);
  });

  test("disables and enables the merging of a machine's disks", () => {
    const at = new HostAtHand();
    expect(mergeState(at)).toBe(1);
    at.host.changeMachine("web-01", { merging: false });
    expect(mergeState(at)).toBe(0);
    at.destroySnapshot(at.takeSnapshot());
    at.clock.pass(4);
    expect([statusOf(at), statusOf(at, "web-02")]).toEqual([[2], [11, 32772]]);
    at.host.changeMachine("web-01", { merging: true });
    expect(mergeState(at)).toBe(1);
  });

  test.each([
    [{ OperationalStatus: 2 }, "it is uint16[]. Nothing was changed. Write a value of that type, such as [2]."],
    [{ EnabledStatus: 2 }, 'Did you mean "EnabledState"?'],
    [{ Name: "another" }, "a machine has no such property that can be changed"],
    [{ merging: "off" }, "Write merging=false"],
  ])("refuses %j", (changes, words) => {
    expect(() => new HostAtHand().host.changeMachine("web-01", changes)).toThrow(words);
  });
});

test("a seed sets machines' status and disables merging", () => {
  const machine = {
    name: "web-01",
    properties: { OperationalStatus: [11, 32776], EnabledState: 9 },
    mergingEnabled: false,
  };
  const at = new HostAtHand({ ...webTierSeed, machines: [machine], groups: [] });
  expect([statusOf(at), at.machine("web-01").number("EnabledState"), mergeState(at)]).toEqual([[11, 32776], 9, 0]);
});

test("a machine's description is in the host's language", () => {
  const described = (["English", "German", "Japanese"] as const).map((language) =>
    new HostAtHand({ ...webTierSeed, options: { language } }).machine("web-01").string("Description"),
  );
  expect(new Set(described).size).toBe(3);
  expect(described[0]).toBe("Microsoft Virtual Machine");
});
