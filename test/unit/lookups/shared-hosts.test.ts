import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Configuration } from "../../../provider/src/config";
import type { HyperVHost } from "../../../provider/src/hyperv/hyperv-host";
import { SharedHosts } from "../../../provider/src/lookups/answers/shared-hosts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const configuration = { transport: "simulated", simulatedHost: "a" } as Configuration;

/** Counts what is opened and closed. */
function counted(fails = false) {
  const count = { opened: 0, closed: 0 };
  const hosts = new SharedHosts(async () => {
    count.opened += 1;
    if (fails) throw new Error("host is unreachable");
    const close = async () => {
      count.closed += 1;
    };
    return { session: { close } } as unknown as HyperVHost;
  });
  return { count, hosts };
}

it("concurrent and consecutive look-ups share one connection, which is closed after a pause", async () => {
  const { count, hosts } = counted();
  const use = () => hosts.use(configuration, async () => "answer");
  expect(await Promise.all([use(), use()])).toEqual(["answer", "answer"]);
  await vi.advanceTimersByTimeAsync(80);
  await use();
  await vi.advanceTimersByTimeAsync(80);
  expect(count).toEqual({ opened: 1, closed: 0 });
  await vi.advanceTimersByTimeAsync(40);
  expect(count).toEqual({ opened: 1, closed: 1 });
  await use();
  expect(count.opened).toBe(2);
});

it("a long look-up keeps its connection open, and each configuration has its own connection", async () => {
  const { count, hosts } = counted();
  let end = () => {};
  const long = hosts.use(configuration, () => new Promise<void>((resolve) => (end = resolve)));
  await hosts.use({ ...configuration, simulatedHost: "b" }, async () => {});
  await vi.advanceTimersByTimeAsync(5000);
  expect(count).toEqual({ opened: 2, closed: 1 });
  end();
  await long;
  await vi.advanceTimersByTimeAsync(300);
  expect(count.closed).toBe(2);
});

it("the next look-up tries again to open a connection that failed", async () => {
  const { count, hosts } = counted(true);
  const use = () => hosts.use(configuration, async () => {});
  await expect(use()).rejects.toThrow("host is unreachable");
  await expect(use()).rejects.toThrow("host is unreachable");
  expect(count.opened).toBe(2);
});
