import { describe, expect, it } from "vitest";
import type { PartialCreateError } from "../../../provider/src/errors";
import type { Properties } from "../../../provider/src/process/resource-call";
import { recordFile } from "../../../provider/src/recovery/record-files";
import { collectionsOn, kept, killedInMidJob, recordsIn } from "../../support/interrupted-run";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { takeByHand } from "../../support/simulated-hosts";

describe("a person who takes a snapshot of the group after the job of a request has failed and is forgotten", () => {
  const failing = { seconds: 35 * 60, endState: 10, errorCode: 32768 };

  async function afterwards(at: LifecycleInProcess): Promise<string> {
    await at.run(at.clock.sleep(45 * 60_000));
    takeByHand(at.host);
    await at.run(at.clock.sleep(60_000));
    const [theirs] = collectionsOn(at);
    return String(theirs);
  }

  async function incomplete(creationTime: "atEnd" | "atStart", configuration = {}) {
    const at = new LifecycleInProcess(configuration);
    at.host.setOption("snapshotCreationTime", creationTime);
    at.host.injectFault({ method: "CreateSnapshot", job: failing });
    const partial = await at.partial(inputsWithUrn);
    return { at, ...partial, theirs: await afterwards(at) };
  }

  const creationTimes = ["atEnd", "atStart"] as const;

  it.each(creationTimes)("keeps it when the incomplete resource is destroyed (%s)", async (creationTime) => {
    const { at, id, outs, theirs } = await incomplete(creationTime);
    const error = await at.failure(at.lifecycle.delete(id, outs));
    expect(error.message).toContain(`may be another's: ${theirs}`);
    expect(error.message).toContain("`pulumi state delete`");
    expect(collectionsOn(at)).toEqual([theirs]);
    expect(at.host.methodCalls["DestroySnapshot"]).toBeUndefined();
  });

  it.each(creationTimes)(
    "keeps it, with its name, when the incomplete resource is updated (%s)",
    async (creationTime) => {
      const { at, id, outs, theirs } = await incomplete(creationTime, kept);
      const inputs = { ...inputsWithUrn, snapshotName: "ours" };
      const error = await at.failure<PartialCreateError>(at.lifecycle.update(id, outs, inputs));
      expect(error.message).toContain(`made by this call or by another program: ${theirs}`);
      const failed = error.properties as Properties;
      expect(await at.run(at.lifecycle.diff(id, failed, inputs))).toMatchObject({ replaces: ["collection"] });
      await at.create(inputs);
      await at.run(at.lifecycle.delete(id, failed));
      expect(collectionsOn(at)).toContain(theirs);
      expect(at.host.methodCalls["ModifySystemSettings"]).toBe(3);
    },
  );

  it("lets an up replace the incomplete resource after a destroy was refused", async () => {
    const { at, id, outs, theirs } = await incomplete("atEnd", kept);
    await at.failure(at.lifecycle.delete(id, outs));
    expect(await at.run(at.lifecycle.diff(id, outs, inputsWithUrn))).not.toHaveProperty("replaces");
    const { properties } = await at.failure<PartialCreateError>(at.lifecycle.update(id, outs, inputsWithUrn));
    await at.run(at.lifecycle.delete(id, properties as Properties));
    expect(collectionsOn(at)).toEqual([theirs]);
  });

  it.each([
    { inputs: inputsWithUrn, warning: "made by this call or by another program" },
    { inputs: { ...inputsWithUrn, triggers: [2] }, warning: "may be another's" },
  ])("keeps it when an up within the hour finds a record: $warning", async ({ inputs, warning }) => {
    const next = await killedInMidJob(inputsWithUrn, 3, kept, ({ host }) =>
      host.injectFault({ method: "CreateSnapshot", job: { ...failing, seconds: 10 } }),
    );
    const theirs = await afterwards(next);
    next.state = [];
    const { outs } = await next.create(inputs);
    expect(outs["snapshotCollectionId"]).not.toBe(theirs);
    expect(collectionsOn(next)).toHaveLength(2);
    expect(next.warnings.join()).toMatch(new RegExp(`${warning}: ${theirs}`));
    expect(await recordsIn(next)).toHaveLength(1);
  });

  it("keeps it, and warns of it before the run removes the record", async () => {
    const next = await killedInMidJob(inputsWithUrn, 3, kept, ({ host }) =>
      host.injectFault({ method: "CreateSnapshot", job: { ...failing, seconds: 10 } }),
    );
    const theirs = await afterwards(next);
    next.state = [];
    const { remove } = next.records;
    let reported: string | undefined;
    next.records.remove = (folder, name) => {
      if (recordFile.idIn(name) !== undefined) reported ??= next.warnings.join();
      return remove(folder, name);
    };
    await next.create(inputsWithUrn);
    expect(reported).toContain(theirs);
  });

  it("keeps it beside the resource's own, which existed while the job was seen", async () => {
    const next = await killedInMidJob(inputsWithUrn, 3, kept, ({ host }) =>
      host.setOption("snapshotCreationTime", "atStart"),
    );
    const theirs = await afterwards(next).then(() => String(collectionsOn(next).at(-1)));
    next.state = [];
    const { outs } = await next.create(inputsWithUrn);
    expect(outs["snapshotCollectionId"]).not.toBe(theirs);
    expect(collectionsOn(next)).toEqual([outs["snapshotCollectionId"], theirs]);
  });
});

describe("a request that was lost, and a person who takes a snapshot of the group later", () => {
  /** @returns The next run, ten minutes later, while the person's job runs. */
  async function whileTheirJobRuns(): Promise<LifecycleInProcess> {
    const next = await killedInMidJob(inputsWithUrn, 3, kept, ({ host }) =>
      host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" }),
    );
    await next.run(next.clock.sleep(10 * 60_000));
    next.host.injectFault({ method: "CreateSnapshot", job: { seconds: 5 * 60 } });
    takeByHand(next.host);
    await next.run(next.clock.sleep(30_000));
    next.state = [];
    return next;
  }

  it("doesn't cancel the person's job when the record is discarded", async () => {
    const next = await whileTheirJobRuns();
    const { outs } = await next.create({ ...inputsWithUrn, triggers: [2] });
    expect(next.host.methodCalls).toEqual({ CreateSnapshot: 2 });
    expect(collectionsOn(next)).toHaveLength(2);
    expect(collectionsOn(next).at(-1)).toBe(outs["snapshotCollectionId"]);
    expect(next.warnings.join()).toContain("may be another's");
  });

  it("doesn't use the person's snapshot when the record is resumed", async () => {
    const next = await whileTheirJobRuns();
    const { id, outs } = await next.partial(inputsWithUrn);
    expect(outs["__pending"]).toMatchObject({ outcomeUnknown: true, job: null });
    await next.run(next.clock.sleep(10 * 60_000));
    const [theirs] = collectionsOn(next);
    const error = await next.failure(next.lifecycle.update(id, outs, inputsWithUrn));
    expect(error.message).toContain(`made by this call or by another program: ${theirs}`);
    expect(collectionsOn(next)).toEqual([theirs]);
  });
});
