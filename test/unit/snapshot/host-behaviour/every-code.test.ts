import { describe, expect, it } from "vitest";
import {
  JobFailedError,
  MethodFailedError,
  type PartialCreateError,
  UnexpectedJobStateError,
} from "../../../../provider/src/errors";
import { ReturnValue, VendorCode } from "../../../../provider/src/schema/value-maps";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

const { CompletedWithNoError, MethodParametersCheckedJobStarted, ...refusals } = ReturnValue;
const documented = [...Object.values(refusals), ...Object.values(VendorCode)];
const ofTheRanges = [7, 4095, 4097, 32767, 32780, 32788, 65535];

describe.each([...documented, ...ofTheRanges])("the code %i", (code) => {
  it("as return value of CreateSnapshot is a refusal that shows the members' states, and leaves no snapshot", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", returnValue: code, times: 1000 });
    const error = await at.failure<MethodFailedError>(at.lifecycle.create(standardInputs));
    expect(MethodFailedError.isInstance(error)).toBe(true);
    expect(error.returnValue).toBe(code);
    expect(error.message).toContain(`the host returned ${code} (`);
    expect(error.message).toContain('"web-01": Running, OK, configuration version 10.0, checkpoint type Production');
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("as a job's error code is named in the error, and leaves no snapshot", async () => {
    const at = new LifecycleInProcess();
    const job = { endState: 10, atPercent: 40, errorCode: code, errorDescription: "Nein & nochmals nein." };
    at.host.injectFault({ method: "CreateSnapshot", job });
    const error = await at.failure<JobFailedError>(at.lifecycle.create(standardInputs));
    expect(JobFailedError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "JOB_FAILED", jobState: 10, errorCode: code });
    expect(error.message).toContain(`state 10 (Exception) with error code ${code} (`);
    expect(error.message).toContain("Nein & nochmals nein.");
    expect(error.message).toContain("No snapshot was taken.");
  });

  it("as return value of DestroySnapshot keeps the snapshot", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    at.host.injectFault({ method: "DestroySnapshot", returnValue: code, times: 1000 });
    const error = await at.failure<MethodFailedError>(at.lifecycle.delete(id, outs));
    expect(error.message).toMatch(/^DestroySnapshot on the snapshot collection .* The snapshot is still there[.,]/);
    expect(error.message).not.toContain("start the members");
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });
});

describe("a job that ends in", () => {
  it.each([
    [8, "JOB_TERMINATED"],
    [9, "JOB_KILLED"],
    [10, "JOB_FAILED"],
  ])("state %i is %s", async (endState, code) => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { endState } });
    expect(await at.failure(at.lifecycle.create(standardInputs))).toMatchObject({ code });
  });

  it.each([true, false])(
    "of a destroy that failed counts as done only if the snapshot is deleted: %s",
    async (takesEffect) => {
      const at = new LifecycleInProcess();
      const { id, outs } = await at.create();
      at.host.injectFault({ method: "DestroySnapshot", job: { endState: 10, errorCode: 32768, takesEffect } });
      const ended = at.run(at.lifecycle.delete(id, outs)).then(() => "done");
      if (takesEffect) expect(await ended).toBe("done");
      else await expect(ended).rejects.toMatchObject({ code: "JOB_FAILED", effect: "unknown" });
    },
  );

  it.each([7, 32768])("state %i is a success", async (endState) => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { endState } });
    expect((await at.create()).outs).toMatchObject({ members: [{}, {}, {}] });
  });

  it.each([13, 99, 40_000])("state %i, which isn't documented, is waited for and then reported", async (endState) => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { endState, takesEffect: false } });
    const inputs = { ...standardInputs, __meta: { timeouts: { create: "2m" } } };
    const error = await at.failure<PartialCreateError>(at.lifecycle.create(inputs));
    expect(error.message).toContain(`last seen in state ${endState} (not documented)`);
    expect(UnexpectedJobStateError.isInstance(error.cause)).toBe(true);
    expect(at.clock.now()).toBe(2 * 60_000);
  });

  it("reports the errors of GetErrorEx, and works on a host that returns none", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { failsMember: "db-01" } });
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(error.message).toContain("(db-01)");
    at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10 } });
    at.host.injectFault({ method: "GetErrorEx", returnValue: 32768 });
    expect((await at.failure(at.lifecycle.create(standardInputs))).message).toContain("No snapshot was taken");
  });
});
