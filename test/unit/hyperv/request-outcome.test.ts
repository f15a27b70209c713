import { describe, expect, it } from "vitest";
import { CimInstance } from "../../../provider/src/cim/cim-instance";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import type { CimSession, MethodResult } from "../../../provider/src/cim/cim-session";
import { CimError, type HyperVError, JobFailedError, NotFoundError } from "../../../provider/src/errors";
import { requestSnapshot } from "../../../provider/src/hyperv/collection-snapshot-service";
import type { HyperVHost } from "../../../provider/src/hyperv/hyperv-host";
import { type MemberSnapshot, memberSnapshots } from "../../../provider/src/hyperv/snapshot-collection";
import { nameSnapshots } from "../../../provider/src/hyperv/snapshot-name";
import { findVirtualSystemCollection } from "../../../provider/src/hyperv/virtual-system-collection";
import { JobMonitor } from "../../../provider/src/jobs/job-monitor";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { simulatedSession } from "../../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "../../support/fake-clock";
import { webTierSeed } from "../../support/simulated-hosts";

const parts = { attempted: "Invoking it", target: "HV01", answer: "no", outcome: "It is open", remedy: "Look" };

const failedJob = CimInstancePath.parse('Msvm_ConcreteJob.InstanceID="1"');

/** A session to a simulated host, some of whose methods fail after they took effect, or start a job that fails. */
function failingAfter(methods: Readonly<Record<string, () => HyperVError | "jobFails">>) {
  const clock = new FakeClock();
  const host = SimulatedHost.inMemory({ seed: webTierSeed, clock: () => clock.now() });
  const session = simulatedSession(host);
  const failing: CimSession = Object.create(session, {
    invokeMethod: {
      value: async (...call: Parameters<CimSession["invokeMethod"]>): Promise<MethodResult> => {
        const result = await session.invokeMethod(...call);
        const failure = methods[call[1]]?.();
        if (failure === "jobFails") return { returnValue: 4096, outParameters: { Job: failedJob } };
        if (failure) throw failure;
        return result;
      },
    },
    query: {
      value: (...call: Parameters<CimSession["query"]>) =>
        call[0].includes("Msvm_ConcreteJob")
          ? [new CimInstance(failedJob, { JobState: 10, ErrorCode: 32768 })]
          : session.query(...call),
    },
  });
  return { host, clock, session: failing, jobs: new JobMonitor(failing, clock, () => 0.5) };
}

/** Numbers that came after calls that had taken effect, or that may; null is MI_Result 1 without a number. */
const proveNothing = [
  null,
  0x80041001,
  0x80041002,
  0x80041004,
  0x80041013,
  0x80041032,
  0x800705b4,
  0x80072ee2,
  0x80080005,
  0x80010108,
];

describe("CreateSnapshot", () => {
  const request = async (failure: () => HyperVError) => {
    const { session } = failingAfter({ CreateSnapshot: failure });
    const collection = await findVirtualSystemCollection(session, "web-tier");
    return requestSnapshot(session, { collection, snapshotType: 1, snapshotSettings: "" });
  };

  it.each(proveNothing)("that failed with %s may have taken effect", async (hresult) => {
    const cause = hresult === 0x80041002 ? new NotFoundError(parts, { hresult }) : new CimError(parts, { hresult });
    await expect(request(() => cause)).resolves.toEqual({ kind: "outcomeUnknown", cause });
  });

  it("that was refused before it ran throws the refusal", async () => {
    const refusal = new CimError(parts, { hresult: 0x80041010 });
    await expect(request(() => refusal)).rejects.toBe(refusal);
  });
});

describe("naming the snapshots", () => {
  const nameAfter = async (failure: () => HyperVError | "jobFails") => {
    const at = failingAfter({ ModifySystemSettings: failure });
    const { path } = await findVirtualSystemCollection(at.session, "web-tier");
    at.host.setOption("completion", "atOnce");
    const made = await requestSnapshot(at.session, {
      collection: { path, name: "web-tier", collectionId: "" },
      snapshotType: 1,
      snapshotSettings: "",
    });
    if (made.kind !== "made" || made.path === null) throw new Error("no snapshot to name");
    const members = await memberSnapshots(at.session, made.path);
    const naming = nameSnapshots(at, { members, name: "before", target: "the snapshots" });
    return at.clock.run(naming).then(
      () => expect.unreachable("the naming is to fail"),
      (error) => error as HyperVError,
    );
  };

  it("that failed ends only when all that was sent is answered", async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let calls = 0;
    const session = {
      query: async () => [{ path: CimInstancePath.parse('Msvm_VirtualSystemManagementService.Name="vmms"') }],
      invokeMethod: async () => {
        calls += 1;
        if (calls === 1) throw new CimError(parts, { hresult: 0x80041001 });
        await answered;
        return { returnValue: 0, outParameters: {} };
      },
    };
    const members = ["1", "2"].map((snapshotId) => ({ snapshotId, name: "old" }) as MemberSnapshot);
    let hasEnded = false;
    const naming = nameSnapshots({ session } as unknown as HyperVHost, { members, name: "before", target: "them" })
      .catch((error: unknown) => error)
      .finally(() => {
        hasEnded = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    expect([calls, hasEnded]).toEqual([2, false]);
    answer();
    expect(await naming).toMatchObject({ code: "CIM_FAILED" });
  });

  it("whose job fails is a failed naming of complete snapshots", async () => {
    const error = await nameAfter(() => "jobFails");
    expect(JobFailedError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ operation: "ModifySystemSettings", effect: "partial" });
    expect(error.message).toContain("The snapshot is complete, but not every machine's checkpoint has the name");
  });

  it.each(proveNothing)("that failed with %s is partial", async (hresult) => {
    const error = await nameAfter(() => new CimError(parts, { hresult }));
    expect(error).toMatchObject({ code: "CIM_FAILED", effect: "partial" });
  });
});
