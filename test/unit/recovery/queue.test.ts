import { expect, it } from "vitest";
import { Queue } from "../../../provider/src/recovery/lock";
import { FakeClock } from "../../support/fake-clock";

function queueOn(clock: FakeClock) {
  const queue = new Queue(clock);
  const log: string[] = [];
  const operate = (group: string, name: string, newestFirst?: string) =>
    queue.run(
      [group],
      async () => {
        log.push(`${name} begins`);
        await clock.sleep(1000);
        log.push(`${name} ends`);
      },
      { onWaiting: () => log.push(`${name} waits`), ...(newestFirst !== undefined && { newestFirst }) },
    );
  return { log, operate, queue };
}

it("runs operations on one group one after the other, and those on other groups in parallel", async () => {
  const clock = new FakeClock();
  const { log, operate } = queueOn(clock);
  await clock.run(Promise.all([operate("a", "a1"), operate("a", "a2"), operate("b", "b1")]));
  expect(log.slice(0, 3).toSorted()).toEqual(["a1 begins", "a2 waits", "b1 begins"]);
  expect(log.indexOf("a2 begins")).toBeGreaterThan(log.indexOf("a1 ends"));
  expect(clock.now()).toBe(2000);
});

it("runs the delete of the newest snapshot first, even if it was queued last", async () => {
  const clock = new FakeClock();
  const { log, operate } = queueOn(clock);
  await clock.run(
    Promise.all([operate("a", "old", "2026-01"), operate("a", "older", "2025-01"), operate("a", "new", "2026-02")]),
  );
  expect(log.filter((line) => line.endsWith("begins"))).toEqual(["new begins", "old begins", "older begins"]);
});

it("continues after an operation that fails", async () => {
  const clock = new FakeClock();
  const { operate, queue } = queueOn(clock);
  const failing = queue.run(["a"], async () => {
    throw new Error("no");
  });
  const next = operate("a", "next");
  await expect(failing).rejects.toThrow("no");
  await clock.run(next);
});

it("orders operations that share a machine, whatever their groups", async () => {
  const clock = new FakeClock();
  const queue = new Queue(clock);
  const log: string[] = [];
  const remove = (keys: readonly string[], newestFirst: string) =>
    queue.run(
      keys,
      async () => {
        log.push(newestFirst);
        await clock.sleep(1000);
      },
      { newestFirst },
    );
  await clock.run(
    Promise.all([
      remove(["group-a", "web-01"], "2026-01"),
      remove(["group-b", "WEB-01", "db-01"], "2026-03"),
      remove(["group-c", "db-01"], "2026-02"),
    ]),
  );
  expect(log).toEqual(["2026-03", "2026-01", "2026-02"]);
});
