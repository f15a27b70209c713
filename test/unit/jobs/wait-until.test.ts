import { expect, it } from "vitest";
import { waitUntil } from "../../../provider/src/jobs/wait-until";
import { FakeClock } from "../../support/fake-clock";

function looks(clock: FakeClock, doneAtMs: number, signal?: AbortSignal) {
  const at: number[] = [];
  const waited = waitUntil<string, string>(clock, {
    look: async () => {
      at.push(clock.now());
      return clock.now() >= doneAtMs ? { done: "done" } : { waitFor: "busy" };
    },
    until: () => 5000,
    firstPauseMs: 500,
    longestPauseMs: 2000,
    late: (reason, elapsedMs) => new Error(`${reason} after ${elapsedMs} ms`),
    ...(signal && { signal }),
  });
  return { at, waited };
}

it("checks at once, then after pauses that double up to a maximum", async () => {
  const clock = new FakeClock();
  const { at, waited } = looks(clock, 4000);
  expect(await clock.run(waited)).toBe("done");
  expect(at).toEqual([0, 500, 1500, 3500, 5000]);
});

it("checks a last time at the deadline, then fails with the last reason", async () => {
  const clock = new FakeClock();
  const { at, waited } = looks(clock, 6000);
  await expect(clock.run(waited)).rejects.toThrow("busy after 5000 ms");
  expect(at.at(-1)).toBe(5000);
});

it("rejects with the signal's reason", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const { waited } = looks(clock, 6000, abort.signal);
  void clock.sleep(1000).then(() => abort.abort(new Error("cancelled")));
  await expect(clock.run(waited)).rejects.toThrow("cancelled");
  expect(clock.now()).toBe(1000);
});
