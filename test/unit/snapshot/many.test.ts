import { expect, it, vi } from "vitest";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { groupsOfOne, webTierSeed } from "../../support/simulated-hosts";

it("deletes of many snapshots read the marks of other resources once, and not for each of them", async () => {
  const names = Array.from({ length: 12 }, (_, at) => `${at}`);
  const configuration = { dependents: "kept" };
  const seed = groupsOfOne(names, webTierSeed);
  const made = new LifecycleInProcess(configuration, seed);
  const inputsOf = (name: string) => ({
    ...inputsWithUrn,
    collection: `group-${name}`,
    __meta: { urn: `${inputsWithUrn.__meta.urn}-${name}` },
  });
  const states = await made.run(Promise.all(names.map((name) => made.lifecycle.create(inputsOf(name)))));
  // the records go once the engine has saved the state, and the marks stay
  for (const [at, { id, outs }] of states.entries()) await made.run(made.lifecycle.diff(id, outs, inputsOf(`${at}`)));
  const read = vi.spyOn(made.records, "read");
  const next = new LifecycleInProcess(configuration, seed, made);
  await next.run(Promise.all(states.map(({ id, outs }) => next.lifecycle.delete(id, outs))));
  expect(next.host.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
  const marksRead = read.mock.calls.filter(([, file]) => file.endsWith(".owns")).length;
  expect(marksRead).toBeGreaterThan(0);
  expect(marksRead).toBeLessThanOrEqual(names.length);
});
