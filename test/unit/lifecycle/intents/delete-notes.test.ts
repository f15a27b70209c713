import { describe, expect, it } from "vitest";
import { isDeleteNote } from "../../../../provider/src/lifecycle/intents/delete-notes";
import { inputsWithUrn, LifecycleInProcess } from "../../../support/lifecycle-in-process";

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

async function notes({ intents }: LifecycleInProcess): Promise<number> {
  const names = await Promise.all((await intents.folders()).map((folder) => intents.list(folder)));
  return names.flat().filter(isDeleteNote).length;
}

describe("the note of a delete", () => {
  it("goes with the next create of the same resource", async () => {
    const run = new LifecycleInProcess();
    const { id, outs } = await run.create(inputsWithUrn);
    await run.run(run.lifecycle.delete(id, outs));
    expect(await notes(run)).toBe(1);
    await run.create(inputsWithUrn);
    expect(await notes(run)).toBe(0);
  });

  it.each([
    { days: 29, left: 2 },
    { days: 31, left: 1 },
  ])("of a resource that is never created again: $left left after $days days", async ({ days, left }) => {
    const first = await takenAndDeleted(undefined);
    const second = await takenAndDeleted(first, days * day);
    expect(await notes(second)).toBe(left);
  });
});
