import { describe, expect, it } from "vitest";
import { JobFailedError, MethodFailedError } from "../../../provider/src/errors";
import {
  activityOf,
  describeMember,
  type MemberCondition,
  memberWarnings,
  problemsOf,
} from "../../../provider/src/hyperv/member-condition";
import { explainRefusal } from "../../../provider/src/hyperv/refusal";
import { remedyForCreateSnapshot } from "../../../provider/src/hyperv/remedies";

const running: MemberCondition = {
  vmId: "1",
  vmName: "web-01",
  enabledState: 2,
  operationalStatus: [2],
  replicationState: 0,
  configurationVersion: "10.0",
  userSnapshotType: 3,
  checkpoints: 1,
};

const member = (change: Partial<MemberCondition>): MemberCondition => ({ ...running, ...change });

describe("OperationalStatus", () => {
  it.each([
    [32768, "Creating Snapshot"],
    [32769, "Applying Snapshot"],
    [23769, "Applying Checkpoint"],
    [32770, "Deleting Snapshot"],
    [32772, "Merging Disks"],
    [32776, "Backing Up Virtual Machine"],
    [32777, "Modifying Virtual Machine"],
    [32778, "Storage Migration Phase One"],
    [32779, "Storage Migration Phase Two"],
    [32780, "Migrating Planned Virtual Machine"],
    [32781, "Checking Compatibility"],
  ])("%i is an activity: %s", (status, name) => {
    expect(activityOf({ operationalStatus: [11, status] })).toBe(name);
    expect(problemsOf({ operationalStatus: [11, status] })).toEqual([]);
  });

  it.each([16, 32782, 32783, 32784, 32785, 32790, 32795, 40_000, 12])(
    "%i isn't an activity, and is shown with its number",
    (status) => {
      const operationalStatus = [2, status];
      expect(activityOf({ operationalStatus })).toBeNull();
      expect(problemsOf({ operationalStatus })).toEqual([status]);
      expect(describeMember(member({ operationalStatus }))).toContain(String(status));
      expect(memberWarnings([member({ operationalStatus })])).toEqual([
        expect.stringMatching(new RegExp(`^web-01 has the status .*${status}.*: look at it on the host$`)),
      ]);
    },
  );
});

describe("the state of a machine", () => {
  it.each([
    [4, "Stopping"],
    [6, "Saved"],
    [9, "Paused"],
    [10, "Starting"],
    [11, "Reset"],
    [32773, "Saving"],
    [32776, "Pausing"],
    [32777, "Resuming"],
    [32779, "Fast Saved"],
    [32785, "in a critical state (32785)"],
    [32795, "in a critical state (32795)"],
    [77, "undocumented state 77"],
  ])("%i is named in words: %s", (enabledState, name) => {
    expect(describeMember(member({ enabledState }))).toContain(`"web-01": ${name}, OK`);
    expect(memberWarnings([member({ enabledState })])).toEqual([
      expect.stringContaining(`web-01 is ${name}: hosts may refuse`),
    ]);
  });

  it("that is temporary causes a warning that says so", () => {
    expect(memberWarnings([member({ enabledState: 10 })])).toEqual([
      "web-01 is Starting: hosts may refuse until that is done",
    ]);
  });

  it("causes no warning for a running machine that is ready for replication", () => {
    expect(memberWarnings([running, member({ replicationState: 1 }), member({ replicationState: null })])).toEqual([]);
  });

  it.each([
    [3, "replication Replicating"],
    [8, "replication Critical"],
    [99, "replication state 99"],
  ])("names replication %i", (replicationState, name) => {
    expect(memberWarnings([member({ replicationState })])).toEqual([
      `web-01 is replicating (${name}): hosts may refuse replicating machines`,
    ]);
  });
});

describe("a warning", () => {
  it("names all members with the same condition in one sentence", () => {
    const off = ["web-01", "web-02", "db-01"].map((vmName) => member({ vmName, enabledState: 3 }));
    expect(memberWarnings(off)).toEqual([
      "web-01, web-02, db-01 are Off: the one public run of this call was refused for a group whose machine was Off",
    ]);
  });

  it("names at most eight members", () => {
    const many = Array.from({ length: 20 }, (_, at) => member({ vmName: `vm-${at}`, userSnapshotType: 2 }));
    expect(memberWarnings(many)).toEqual([
      expect.stringMatching(/^vm-0, .*vm-7 and 12 more have checkpoints disabled$/),
    ]);
  });

  it("uses the singular for one checkpoint", () => {
    expect(describeMember(running)).toMatch(/, 1 checkpoint$/);
    expect(describeMember(member({ checkpoints: 2 }))).toMatch(/, 2 checkpoints$/);
  });
});

describe("32770", () => {
  const parts = {
    attempted: "CreateSnapshot",
    target: "it",
    answer: "no",
    outcome: "?",
    remedy: remedyForCreateSnapshot(32770),
  };
  const refusal = new MethodFailedError(parts, { code: "METHOD_VENDOR_NOT_SUPPORTED", returnValue: 32770 });
  const job = { code: "JOB_FAILED", operation: "CreateSnapshot", jobPath: "", jobState: 10, errorCode: 32770 } as const;

  it.each([
    ["as a return value", refusal],
    ["as a job's error", new JobFailedError(parts, job)],
  ])("%s doesn't say to start members that run, and shows their states", (_, error) => {
    const explained = explainRefusal(error, [running], "No snapshot was taken");
    expect(explained.message).not.toContain("start the members");
    expect(explained.message).toContain("VHD Set");
    expect(explained.message).toContain('"web-01": Running');
    expect(explainRefusal(error, [member({ enabledState: 3 })], "").message).toContain("start the members");
  });
});
