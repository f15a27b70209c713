import { describe, expect, test } from "vitest";
import type { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { InvalidArgumentError, NotFoundError } from "../../../provider/src/errors";
import type { Fault } from "../../../provider/src/simulator/index";
import { messageOf } from "../../support/message-of";
import { HostAtHand, jobOf, unhinderedSeed } from "../../support/simulated-hosts";

describe("a return value", () => {
  test("meets the next call of its method only, and nothing is made", () => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "createsnapshot", returnValue: 32775 });
    const collection = at.destroySnapshot(at.group()).returnValue;
    expect(collection).toBe(32773);
    expect([at.createSnapshot().returnValue, at.createSnapshot().returnValue]).toEqual([32775, 4096]);
    expect(at.host.methodCalls).toEqual({ DestroySnapshot: 1, CreateSnapshot: 2 });
    expect(at.host.query("SELECT * FROM Msvm_ConcreteJob")).toHaveLength(1);
  });

  test("meets as many calls as it says, one fault after the other", () => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 32774, times: 2 });
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 5 });
    expect([1, 2, 3, 4].map(() => at.createSnapshot().returnValue)).toEqual([32774, 32774, 5, 4096]);
  });
});

test("a return value may come although what was asked for is done", () => {
  const at = new HostAtHand();
  at.host.injectFault({ method: "CreateSnapshot", returnValue: 32772, takesEffect: true });
  expect(at.createSnapshot()).toMatchObject({ returnValue: 32772, outParameters: { Job: null } });
  at.clock.pass(10);
  expect(at.snapshotCollections()).toHaveLength(1);
});

test.each(["job", "atOnce"] as const)("a result may be named that isn't the one that was made (%s)", (completion) => {
  const at = new HostAtHand(unhinderedSeed);
  const older = at.takeSnapshot();
  at.host.setOption("completion", completion);
  at.host.injectFault({ method: "CreateSnapshot", namesResult: String(older.key("CollectionID")) });
  const result = at.createSnapshot();
  at.clock.pass(10);
  const named =
    completion === "job"
      ? at.host.references(jobOf(result)).map((row) => row.reference("AffectedElement")?.identity)
      : [(result.outParameters["ResultingSnapshotCollection"] as CimInstancePath).identity];
  expect(named).toContain(older.identity);
  expect(named).not.toContain(at.snapshotCollections()[1]?.identity);
  expect(at.snapshotCollections()).toHaveLength(2);
});

describe("the outcome of a job", () => {
  const withFault = (job: NonNullable<Fault["job"]>) => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "CreateSnapshot", job });
    return { at, result: at.createSnapshot() };
  };

  test("an exception at a percentage, with its code and text; nothing is made", () => {
    const { at, result } = withFault({ endState: 10, atPercent: 40, errorCode: 32770, errorDescription: "No." });
    at.clock.pass(3.9);
    expect(at.job(result).number("JobState")).toBe(4);
    at.clock.pass(0.1);
    const job = at.job(result);
    expect([
      job.number("JobState"),
      job.number("PercentComplete"),
      job.number("ErrorCode"),
      job.string("ErrorDescription"),
    ]).toEqual([10, 40, 32770, "No."]);
    expect(job.numbers("OperationalStatus")).not.toContain(17);
    at.clock.pass(60);
    expect(at.snapshotCollections()).toEqual([]);
    at.clock.pass(240);
    expect(() => at.job(result)).toThrow(NotFoundError);
  });

  test("an exception has an error code even where none is said", () => {
    const { at, result } = withFault({ endState: 10 });
    at.clock.pass(10);
    expect(at.job(result).number("ErrorCode")).toBe(32768);
  });

  test("completed with warnings makes the snapshot", () => {
    const { at, result } = withFault({ endState: 32768 });
    at.clock.pass(10);
    expect([at.job(result).number("JobState"), at.job(result).number("ErrorCode")]).toEqual([32768, 0]);
    expect(at.snapshotCollections()).toHaveLength(1);
  });

  test("a good end with an error code makes nothing, unless it says so", () => {
    const { at } = withFault({ endState: 7, errorCode: 32775 });
    at.clock.pass(10);
    expect(at.snapshotCollections()).toEqual([]);
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10, takesEffect: true } });
    at.createSnapshot();
    at.clock.pass(10);
    expect(at.snapshotCollections()).toHaveLength(1);
  });

  test("a stalled job stays at its percentage until it is ended", () => {
    const { at, result } = withFault({ stallAtPercent: 99 });
    at.clock.pass(100_000);
    const job = at.job(result);
    expect([job.number("JobState"), job.number("PercentComplete")]).toEqual([4, 99]);
    expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([11, 32768]);
    expect(at.host.invokeMethod(jobOf(result), "RequestStateChange", { RequestedState: 5 }).returnValue).toBe(0);
    expect([at.job(result).number("JobState"), at.job(result).number("PercentComplete")]).toEqual([9, 99]);
  });

  test("a lost job is gone at its percentage; what it was to make comes or doesn't", () => {
    for (const takesEffect of [true, false]) {
      const { at, result } = withFault({ lostAtPercent: 40, takesEffect });
      at.clock.pass(3.9);
      expect(at.job(result).number("JobState")).toBe(4);
      at.clock.pass(0.1);
      expect(() => at.job(result)).toThrow(NotFoundError);
      expect(at.snapshotCollections()).toEqual([]);
      at.clock.pass(6);
      expect(at.snapshotCollections()).toHaveLength(takesEffect ? 1 : 0);
    }
  });

  test("a job may take longer than its method's jobs do", () => {
    const { at, result } = withFault({ seconds: 100 });
    at.clock.pass(50);
    expect(at.job(result).number("PercentComplete")).toBe(50);
  });

  test("always gets its job, also on a host that is done at once", () => {
    const at = new HostAtHand(unhinderedSeed);
    at.host.setOption("completion", "atOnce");
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10 } });
    expect([at.createSnapshot().returnValue, at.createSnapshot().returnValue]).toEqual([4096, 0]);
  });

  test("waits for a call that starts a job", () => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "CreateSnapshot", job: { stallAtPercent: 1 } });
    expect(at.createSnapshot({ SnapshotType: 9 }).returnValue).toBe(4);
    const result = at.createSnapshot();
    at.clock.pass(60);
    expect(at.job(result).number("PercentComplete")).toBe(1);
  });
});

test.each<[string, unknown]>([
  ["nothing to do", { method: "CreateSnapshot" }],
  ["both at once", { method: "CreateSnapshot", returnValue: 5, job: {} }],
  ["no method", { returnValue: 5 }],
  ["a kind of request and a result", { verb: "get", namesResult: "1" }],
  ["an effect and no return value", { method: "CreateSnapshot", job: {}, takesEffect: true }],
  ["an unknown word", { method: "CreateSnapshot", job: { endsIn: 10 } }],
])("a fault with %s is refused", (_, fault) => {
  const inject = () => new HostAtHand().host.injectFault(fault as Fault);
  expect(inject).toThrow(InvalidArgumentError);
  expect(messageOf(inject)).toContain("Injecting a fault on a simulated host in memory failed: ");
});
