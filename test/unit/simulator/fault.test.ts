import { describe, expect, test } from "vitest";
import type { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { InvalidArgumentError, NotFoundError } from "../../../provider/src/errors";
import type { Fault } from "../../../provider/src/simulator/index";
import { messageOf } from "../../support/message-of";
import { HostAtHand, jobOf, unhinderedSeed } from "../../support/simulated-hosts";

describe("a return value", () => {
  test("affects only the next call of its method, and no snapshot is taken", () => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "createsnapshot", returnValue: 32775 });
    const collection = at.destroySnapshot(at.group()).returnValue;
    expect(collection).toBe(32773);
    expect([at.createSnapshot().returnValue, at.createSnapshot().returnValue]).toEqual([32775, 4096]);
    expect(at.host.methodCalls).toEqual({ DestroySnapshot: 1, CreateSnapshot: 2 });
    expect(at.host.query("SELECT * FROM Msvm_ConcreteJob")).toHaveLength(1);
  });

  test("affects the configured number of calls, one fault after the other", () => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 32774, times: 2 });
    at.host.injectFault({ method: "CreateSnapshot", returnValue: 5 });
    expect([1, 2, 3, 4].map(() => at.createSnapshot().returnValue)).toEqual([32774, 32774, 5, 4096]);
  });
});

describe("a WMI error number", () => {
  const numbers = [0x80041001, 0x80041013, 0x80041032, 0x800705b4, 0x80072ee2, 0x80080005, 0x80010108, 0x80041003];

  test.each(numbers)("%d fails any method, before it takes effect or after", (hresult) => {
    const at = new HostAtHand(unhinderedSeed);
    const failed = (takesEffect: boolean) => {
      at.host.injectFault({ method: "CreateSnapshot", hresult, takesEffect });
      const cause = expect.objectContaining({ hresult });
      expect(() => at.createSnapshot()).toThrow(expect.objectContaining({ cause }));
      at.clock.pass(10);
      return at.snapshotCollections().length;
    };
    expect([failed(false), failed(true)]).toEqual([0, 1]);
    expect(at.createSnapshot().returnValue).toBe(4096);
  });

  test.each(["get", "query", "associators", "references"] as const)("fails a request of the kind %s", (verb) => {
    const at = new HostAtHand();
    const group = at.group();
    const ask = {
      get: () => at.host.get(group),
      query: () => at.host.query("SELECT * FROM Msvm_ConcreteJob"),
      associators: () => at.host.associators(group),
      references: () => at.host.references(group),
    };
    at.host.injectFault({ verb, hresult: "0x80041001", times: 2 });
    for (let count = 0; count < 2; count += 1) expect(ask[verb]).toThrow("the host answered 0x80041001");
    expect(ask[verb]).not.toThrow();
  });

  test("can be an MI_Result without an HRESULT", () => {
    const at = new HostAtHand();
    at.host.injectFault({ method: "DestroyCollection", miResult: 1, takesEffect: true });
    const destroy = () => at.call("Msvm_CollectionManagementService", "DestroyCollection", { Collection: at.group() });
    expect(destroy).toThrow(expect.objectContaining({ hresult: null, code: "CIM_FAILED" }));
    expect(at.host.query("SELECT * FROM Msvm_VirtualSystemCollection")).toEqual([]);
  });

  test("arrives as the error class that a transport would throw", () => {
    const at = new HostAtHand();
    const codes = [0x80041002, 0x80041003, 0x800706ba, 0x80338029, 0x8007052e, 0x80041001].map((hresult) => {
      at.host.injectFault({ verb: "query", hresult });
      try {
        return at.host.query("SELECT * FROM Msvm_ConcreteJob").length;
      } catch (error) {
        return (error as InvalidArgumentError).code;
      }
    });
    expect(codes).toEqual([
      "CIM_NOT_FOUND",
      "CIM_ACCESS_DENIED",
      "CONNECTION_FAILED",
      "TRANSPORT_TIMEOUT",
      "AUTHENTICATION_FAILED",
      "CIM_FAILED",
    ]);
  });
});

test("a class limits a fault to the requests that use that class", () => {
  const at = new HostAtHand();
  const AffectedSystem = at.machine("web-01").path;
  at.host.injectFault({ method: "CreateSnapshot", className: "Msvm_VirtualSystemSnapshotService", returnValue: 32768 });
  at.host.injectFault({ verb: "query", className: "msvm_concretejob", hresult: 0x80041013 });
  expect(at.createSnapshot().returnValue).toBe(4096);
  const parameters = { AffectedSystem, SnapshotType: 2 };
  expect(at.call("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", parameters).returnValue).toBe(32768);
  expect(() => at.host.query("SELECT * FROM Msvm_ConcreteJob WHERE JobState = 4")).toThrow("0x80041013");
});

test("a return value can refuse a call that takes effect", () => {
  const at = new HostAtHand();
  at.host.injectFault({ method: "CreateSnapshot", returnValue: 32772, takesEffect: true });
  expect(at.createSnapshot()).toMatchObject({ returnValue: 32772, outParameters: { Job: null } });
  at.clock.pass(10);
  expect(at.snapshotCollections()).toHaveLength(1);
});

test.each(["job", "atOnce"] as const)("a call can return a wrong result reference (%s)", (completion) => {
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

  test("an exception at a percentage has its code and text, and no snapshot is taken", () => {
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

  test("an exception has an error code by default", () => {
    const { at, result } = withFault({ endState: 10 });
    at.clock.pass(10);
    expect(at.job(result).number("ErrorCode")).toBe(32768);
  });

  test("completed with warnings takes the snapshot", () => {
    const { at, result } = withFault({ endState: 32768 });
    at.clock.pass(10);
    expect([at.job(result).number("JobState"), at.job(result).number("ErrorCode")]).toEqual([32768, 0]);
    expect(at.snapshotCollections()).toHaveLength(1);
  });

  test("a completed job with an error code takes no snapshot unless the fault says so", () => {
    const { at } = withFault({ endState: 7, errorCode: 32775 });
    at.clock.pass(10);
    expect(at.snapshotCollections()).toEqual([]);
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10, takesEffect: true } });
    at.createSnapshot();
    at.clock.pass(10);
    expect(at.snapshotCollections()).toHaveLength(1);
  });

  test("a stalled job stays at its percentage until it is terminated", () => {
    const { at, result } = withFault({ stallAtPercent: 99 });
    at.clock.pass(100_000);
    const job = at.job(result);
    expect([job.number("JobState"), job.number("PercentComplete")]).toEqual([4, 99]);
    expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([11, 32768]);
    expect(at.host.invokeMethod(jobOf(result), "RequestStateChange", { RequestedState: 5 }).returnValue).toBe(0);
    expect([at.job(result).number("JobState"), at.job(result).number("PercentComplete")]).toEqual([9, 99]);
  });

  test("a lost job disappears at its percentage, whether or not it takes its snapshot", () => {
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

  test("a job can have its own duration", () => {
    const { at, result } = withFault({ seconds: 100 });
    at.clock.pass(50);
    expect(at.job(result).number("PercentComplete")).toBe(50);
  });

  test("a job is started even on a host that completes without jobs", () => {
    const at = new HostAtHand(unhinderedSeed);
    at.host.setOption("completion", "atOnce");
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10 } });
    expect([at.createSnapshot().returnValue, at.createSnapshot().returnValue]).toEqual([4096, 0]);
  });

  test("a fault of a job waits for a call that starts one", () => {
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
  ["an effect of a reading", { verb: "get", hresult: 0x80041001, takesEffect: true }],
  ["a number that isn't an HRESULT", { method: "CreateSnapshot", hresult: 32768 }],
  ["an unknown word", { method: "CreateSnapshot", job: { endsIn: 10 } }],
])("a fault with %s is refused", (_, fault) => {
  const inject = () => new HostAtHand().host.injectFault(fault as Fault);
  expect(inject).toThrow(InvalidArgumentError);
  expect(messageOf(inject)).toContain("Injecting a fault on a simulated host in memory failed: ");
});

test.each<[Fault, string]>([
  [{ method: "CreateSnapshots", returnValue: 5 }, 'has no method CreateSnapshots. Did you mean "CreateSnapshot"?'],
  [
    { method: "AddMember", className: "Msvm_CollectionSnapshotService", returnValue: 5 },
    "Msvm_CollectionSnapshotService has no method AddMember",
  ],
  [
    { method: "AddMember", className: "Msvm_CollectionManagmentService", returnValue: 5 },
    'Did you mean "Msvm_CollectionManagementService"?',
  ],
])("a fault of %j names the nearest that exists", (fault, words) => {
  expect(messageOf(() => new HostAtHand().host.injectFault(fault))).toContain(words);
});
