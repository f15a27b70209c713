import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { localLiveness } from "../../../provider/src/recovery/liveness";

it("distinguishes a running process from a dead one and from another process with the same id", async () => {
  const liveness = localLiveness();
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
  const pid = child.pid!;
  expect(liveness.isAlive(liveness.process)).not.toBe(false);
  if (process.platform === "linux") {
    expect(liveness.isAlive(liveness.process)).toBe(true);
    expect(liveness.isAlive(`${pid}-1`)).toBe(false);
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(liveness.isAlive(`${pid}-1`)).toBe(false);
});

it("without start times, an unused id proves that the process is dead, and a used id proves nothing", () => {
  const liveness = localLiveness("win32");
  expect(liveness.isAlive(`${process.pid}-0`)).toBeUndefined();
  expect(liveness.isAlive("999999999-0")).toBe(false);
});

it("where start times can't be read, a process that lives doesn't count as dead", () => {
  const liveness = localLiveness("linux", "/proc/missing");
  expect(liveness.isAlive(liveness.process)).toBeUndefined();
  expect(liveness.isAlive("999999999-0")).toBe(false);
});

it("returns the same machine id each time", () => {
  expect(localLiveness().machine).toBe(localLiveness().machine);
  expect(localLiveness().machine).toMatch(/^[0-9a-f]{12}$/);
});
