import { expect, it } from "vitest";
import { readAllMarks } from "../../../provider/src/recovery/journal";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { webTierSeed } from "../../support/simulated-hosts";

it("the mark of a snapshot that lacks only its name says which snapshot it is", async () => {
  const at = new LifecycleInProcess();
  at.host.injectFault({ method: "ModifySystemSettings", hresult: 0x80041001, times: 3 });
  const { outs } = await at.partial({ ...inputsWithUrn, snapshotName: "before" });
  expect(await readAllMarks(at.records)).toMatchObject([{ snapshotCollectionId: outs["snapshotCollectionId"] }]);
});

it("a snapshot with a record and without a mark isn't adopted by another resource's request", async () => {
  const kept = { dependents: "kept" };
  const first = new LifecycleInProcess(kept);
  first.beforeRequest = () => {
    if (first.requests.at(-1)?.methodName !== "CreateSnapshot") return;
    first.kill();
    throw new Error("it never reached the host");
  };
  first.lifecycle.create(inputsWithUrn).catch(() => {});
  await first.run(first.clock.sleep(5000));
  first.beforeRequest = undefined;

  const second = new LifecycleInProcess(kept, webTierSeed, first);
  const { mark } = second.records;
  second.records.mark = async (...parameters) => {
    if (parameters[1].endsWith(".owns")) second.kill();
    else await mark(...parameters);
  };
  const inputs = { ...inputsWithUrn, __meta: { urn: `${inputsWithUrn.__meta.urn}-second` } };
  second.lifecycle.create(inputs).catch(() => {});
  await second.run(second.clock.sleep(10 * 60_000)); // until the host has forgotten the job
  second.records.mark = mark;

  const next = new LifecycleInProcess(kept, webTierSeed, second);
  next.state = [];
  const [one, two] = [await next.create(inputsWithUrn), await next.create(inputs)];
  expect(one.outs["snapshotCollectionId"]).not.toBe(two.outs["snapshotCollectionId"]);
});
