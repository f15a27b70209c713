import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Shutdown } from "../../../provider/src/process/shutdown";

class FakeProcess extends EventEmitter {
  readonly pid = 4711;
  readonly raised: string[] = [];
  kill(pid: number, signal: string): void {
    this.raised.push(`${signal} ${pid}`);
  }
}

let process: FakeProcess;
let released: number;

beforeEach(() => {
  vi.useFakeTimers();
  process = new FakeProcess();
  released = 0;
});
afterEach(() => void vi.useRealTimers());

async function count(): Promise<void> {
  released += 1;
}

const ending = (release = count) => new Shutdown(process, release);

it("registers one listener with the first held resource", () => {
  const end = ending();
  expect(process.listenerCount("SIGTERM")).toBe(0);
  end.listen();
  end.listen();
  expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual([1, 1]);
});

it("releases every held resource once, then raises the signal again", async () => {
  ending().listen();
  process.emit("SIGINT");
  process.emit("SIGTERM");
  await vi.runAllTimersAsync();
  expect(released).toBe(1);
  expect(process.raised).toEqual(["SIGINT 4711"]);
  expect(process.listenerCount("SIGTERM")).toBe(0);
});

it("keeps the process alive while another listener needs it", async () => {
  ending().listen();
  const other = () => {};
  process.on("SIGTERM", other);
  process.emit("SIGTERM");
  await vi.advanceTimersByTimeAsync(500);
  expect(process.raised).toEqual([]);
  process.off("SIGTERM", other);
  await vi.advanceTimersByTimeAsync(200);
  expect(process.raised).toEqual(["SIGTERM 4711"]);

  process = new FakeProcess();
  ending().listen();
  process.on("SIGTERM", other);
  process.emit("SIGTERM");
  await vi.runAllTimersAsync();
  expect(process.raised).toEqual([]);
});

it("waits for a release no longer than Pulumi does, and ignores a failed one", async () => {
  ending(() => new Promise(() => {})).listen();
  process.emit("SIGTERM");
  await vi.advanceTimersByTimeAsync(2900);
  expect(process.raised).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(process.raised).toEqual(["SIGTERM 4711"]);

  process = new FakeProcess();
  ending(() => Promise.reject(new Error("the way is broken"))).listen();
  process.emit("SIGTERM");
  await vi.runAllTimersAsync();
  expect(process.raised).toEqual(["SIGTERM 4711"]);
});

it("calls every handler in the process when the engine has ended", async () => {
  const end = ending();
  end.listen();
  const called = vi.fn();
  process.on("SIGTERM", called);
  await end.withoutEngine();
  expect(released).toBe(1);
  expect(process.raised).toEqual(["SIGTERM 4711"]);
});
