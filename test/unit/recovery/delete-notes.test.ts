import { describe, expect, it } from "vitest";
import { ConnectionError } from "../../../provider/src/errors";
import { deleteFile } from "../../../provider/src/recovery/record-files";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { takeByHand } from "../../support/simulated-hosts";

const day = 24 * 3_600_000;

/** A snapshot is taken and deleted by a process of its own, so and so long after the last one. */
async function takenAndDeleted(earlier: LifecycleInProcess | undefined, waitMs = 0): Promise<LifecycleInProcess> {
  const run = new LifecycleInProcess({}, undefined, earlier);
  await run.run(run.clock.sleep(waitMs));
  const urn = `${inputsWithUrn.__meta.urn}-${earlier ? "second" : "first"}`;
  const { id, outs } = await run.create({ ...inputsWithUrn, __meta: { urn } });
  await run.run(run.lifecycle.delete(id, outs));
  return run;
}

async function notes({ records }: LifecycleInProcess): Promise<number> {
  const names = await Promise.all((await records.folders()).map((folder) => records.list(folder)));
  return names.flat().filter(deleteFile.idIn).length;
}

describe("the record of a delete", () => {
  it.each([{ becomes: "still made" }, { becomes: "cancelled" }])(
    "of a snapshot that isn't complete, then $becomes: a retry keeps the snapshots that a person took since",
    async ({ becomes }) => {
      const run = new LifecycleInProcess();
      run.host.setOption("snapshotCreationTime", "atStart");
      run.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
      const { id, outs } = await run.partial(inputsWithUrn);
      if (becomes === "still made") await run.run(run.clock.sleep(60 * 60_000));
      await run.run(run.lifecycle.delete(id, outs));
      expect(run.snapshotCounts()).toEqual([0, 0, 0]);
      await run.run(run.clock.sleep(60 * 60_000)); // until the machines are free
      takeByHand(run.host);
      await run.run(run.clock.sleep(60_000));
      await run.create({ ...inputsWithUrn, triggers: [2] });
      // the engine that asked for the delete was killed before it could save
      await run.run(run.lifecycle.delete(id, outs));
      expect(run.snapshotCounts()).toEqual([2, 2, 2]);
    },
  );

  it("outlives the create of its replacement, since the engine may be killed before it saves that", async () => {
    const run = new LifecycleInProcess({ dependents: "kept" });
    const { id, outs } = await run.create(inputsWithUrn);
    await run.run(run.lifecycle.delete(id, outs));
    const asked = () => run.run(run.lifecycle.diff(id, outs, inputsWithUrn));
    expect(await asked()).toMatchObject({ replaces: ["collection"] });
    await run.create(inputsWithUrn);
    expect(await asked()).toMatchObject({ replaces: ["collection"] });
  });

  it("of a snapshot that only lacks its name, which the host refuses, changes nothing: the next up names it", async () => {
    const run = new LifecycleInProcess();
    const named = { ...inputsWithUrn, snapshotName: "before" };
    run.host.injectFault({ method: "ModifySystemSettings", returnValue: 32773 });
    const { id, outs } = await run.partial(named);
    run.host.injectFault({ method: "DestroySnapshot", returnValue: 32773 });
    await run.failure(run.lifecycle.delete(id, outs));
    expect(await run.run(run.lifecycle.diff(id, outs, named))).toEqual({ changes: true });
    await run.run(run.lifecycle.update(id, outs, named));
    expect(run.host.methodCalls["CreateSnapshot"]).toBe(1);
  });

  it("of such a snapshot, whose outcome isn't known, is looked up on the host", async () => {
    const run = new LifecycleInProcess();
    const named = { ...inputsWithUrn, snapshotName: "before" };
    run.host.injectFault({ method: "ModifySystemSettings", returnValue: 32773 });
    const { id, outs } = await run.partial(named);
    run.host.injectFault({ method: "DestroySnapshot", connection: "lostBefore" });
    await run.failure(run.lifecycle.delete(id, outs));
    expect(await run.run(run.lifecycle.diff(id, outs, named))).toEqual({ changes: true });
    await run.run(run.lifecycle.delete(id, outs));
    expect(await run.run(run.lifecycle.diff(id, outs, named))).toMatchObject({ replaces: ["collection"] });
  });

  it("of a snapshot that the state never knew, and is deleted: the next up takes a new one", async () => {
    const run = new LifecycleInProcess();
    run.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
    const { id, outs } = await run.partial(inputsWithUrn);
    await run.run(run.clock.sleep(11 * 60_000));
    await run.run(run.lifecycle.delete(id, outs));
    expect(await run.run(run.lifecycle.diff(id, outs, inputsWithUrn))).toMatchObject({ replaces: ["collection"] });
    expect(run.warnings).toEqual([]);
  });

  it.each([32773, 32780])(
    "is forgotten when the host refuses (%i) a first delete, and kept otherwise",
    async (returnValue) => {
      const run = new LifecycleInProcess();
      const { id, outs } = await run.create(inputsWithUrn);
      run.host.injectFault({ method: "DestroySnapshot", returnValue });
      await run.failure(run.lifecycle.delete(id, outs));
      expect(await notes(run)).toBe(returnValue === 32773 ? 0 : 1);
    },
  );

  it("is only a warning in the preview where the host can't be reached", async () => {
    const run = new LifecycleInProcess();
    const { id, outs } = await run.create(inputsWithUrn);
    run.host.injectFault({ method: "DestroySnapshot", connection: "lostBefore" });
    await run.failure(run.lifecycle.delete(id, outs));
    run.beforeRequest = () => {
      const parts = {
        attempted: "Asking",
        target: "HV-TEST",
        answer: "no route to host",
        outcome: "Nothing",
        remedy: "Wait",
      };
      throw new ConnectionError(parts);
    };
    expect(await run.run(run.lifecycle.diff(id, outs, inputsWithUrn))).toEqual({ changes: true });
    expect(run.warnings.join()).toContain("An interrupted run may have destroyed the snapshot");
  });

  it.each([
    { days: 29, left: 2 },
    { days: 31, left: 1 },
  ])("is kept for 30 days: $left remain after $days days", async ({ days, left }) => {
    const first = await takenAndDeleted(undefined);
    const second = await takenAndDeleted(first, days * day);
    expect(await notes(second)).toBe(left);
  });
});
