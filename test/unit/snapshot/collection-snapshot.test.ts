import { describe, expect, it } from "vitest";
import { PartialCreateError } from "../../../provider/src/errors";
import { type OptionName, type OptionValue, optionValues } from "../../../provider/src/simulator/index";
import { LifecycleInProcess } from "../../support/lifecycle-in-process";

const inputs = { collection: "web-tier", snapshotType: "Standard", __provider: "text" };
const failure = (promise: Promise<unknown>): Promise<PartialCreateError> =>
  promise.then(
    () => expect.unreachable("it should have failed"),
    (error) => error,
  );

const valuesOf = <Name extends OptionName>(name: Name) => optionValues[name] as readonly OptionValue<Name>[];

describe("the result of CreateSnapshot is found", () => {
  it.each(valuesOf("resultReferenceAtOnce"))("if the host needs no job and its reference is %s", async (given) => {
    const at = new LifecycleInProcess();
    at.host.setOption("completion", "atOnce");
    at.host.setOption("resultReferenceAtOnce", given);
    await at.run(at.lifecycle.create(inputs));
    const { outs } = await at.run(at.lifecycle.create(inputs));
    expect(outs).toMatchObject({ job: null, members: [{}, {}, {}] });
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
  });

  it.each(
    valuesOf("jobResultRow").flatMap((row) => valuesOf("resultReferenceOnJob").map((given) => [row, given] as const)),
  )("if the job's row is of %s and the reference beside the job is %s", async (row, given) => {
    const at = new LifecycleInProcess();
    at.host.setOption("jobResultRow", row);
    at.host.setOption("resultReferenceOnJob", given);
    await at.run(at.lifecycle.create(inputs));
    const { outs } = await at.run(at.lifecycle.create(inputs));
    expect(outs).toMatchObject({ members: [{}, {}, {}], job: { elapsedSeconds: 10 } });
    expect(at.host.methodCalls).toEqual({ CreateSnapshot: 2 });
  });

  it.each(valuesOf("collectionIdForm"))("if the host writes ids in the form %s", async (form) => {
    const at = new LifecycleInProcess();
    at.host.setOption("collectionIdForm", form);
    const { id, outs } = await at.run(at.lifecycle.create(inputs));
    expect(await at.run(at.lifecycle.read(id, outs))).toMatchObject({ id, props: outs });
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});

describe("a snapshot whose job outlasts the timeout", () => {
  it("stays in the state, and the next update finds it after the host has forgotten the job", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("snapshotCreationTime", "atStart");
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
    const partial = await failure(at.run(at.lifecycle.create(inputs)));
    expect(PartialCreateError.isInstance(partial)).toBe(true);
    expect(at.clock.now()).toBeCloseTo(30 * 60_000, -3);
    expect(partial.message).toContain("30 min passed and its job Msvm_ConcreteJob.InstanceID=");

    at.clock.pass(60 * 60_000);
    const olds = partial.properties as typeof inputs;
    const { outs } = await at.run(at.lifecycle.update(partial.id, olds, inputs));
    expect(outs).toMatchObject({
      members: [{}, {}, {}],
      resultingSnapshotCollection: expect.stringContaining("Msvm_SnapshotCollection"),
    });
    expect(outs["__pending"]).toBeUndefined();
    expect(at.host.methodCalls).toEqual({ CreateSnapshot: 1 });
  });

  it("is reported as failed by the next update, and replaced by the one after", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60, endState: 10, errorCode: 32768 } });
    const { id, outs } = await at.partial();
    const again = await failure(at.run(at.lifecycle.update(id, outs, inputs)));
    expect(again.reasons[0]).toContain("The next `pulumi up` takes a new snapshot in its place");
    const news = again.properties as typeof inputs;
    expect(await at.run(at.lifecycle.diff(id, news, inputs))).toMatchObject({ replaces: ["collection"] });
    await at.run(at.lifecycle.delete(id, news));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("is reported with every candidate if several are possible, and none is destroyed", async () => {
    const at = new LifecycleInProcess({ dependents: "kept" });
    at.host.setOption("jobResultRow", "none");
    at.host.setOption("membersBusy", "accept");
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
    const partial = await failure(at.run(at.lifecycle.create(inputs)));
    at.takeAnother();
    at.clock.pass(60 * 60_000);
    const olds = partial.properties as typeof inputs;
    const again = await failure(at.run(at.lifecycle.update(partial.id, olds, inputs)));
    expect(again.reasons[0]).toContain("The group has gained 2 snapshot collections");
    const refused = await failure(at.run(at.lifecycle.delete(partial.id, olds)));
    expect(refused.message).toContain("Nothing was removed");
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
  });
});

it("a failure to read what is only warned of doesn't lose the snapshot", async () => {
  const at = new LifecycleInProcess();
  at.beforeRequest = () => {
    const { className, verb } = at.requests.at(-1)!;
    if (at.snapshotCounts()[0] === 0 && verb === "query" && className === "Msvm_VirtualSystemSettingData")
      throw new TypeError("an answer that breaks the reading");
  };
  const { outs } = await at.create();
  expect(outs).toMatchObject({ members: [{}, {}, {}] });
});
