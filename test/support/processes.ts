import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { vi } from "vitest";

/** Tells whether a process exists, even if it has ended and its parent has not noticed that. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until some processes have ended, for at most 30 s. */
export async function untilEnded(pids: readonly number[]): Promise<void> {
  await vi.waitUntil(() => !pids.some(isAlive), { timeout: 30_000, interval: 50 });
}

/** Finds the processes that work in a folder; none where the system doesn't show that, which is anywhere but on Linux. */
export function processesIn(folder: string): number[] {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0 && workingFolderOf(pid) === folder);
  } catch {
    return [];
  }
}

/** What a process was started with, each word followed by a zero character; empty where it has ended, and anywhere but on Linux. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // it has ended meanwhile
  }
}
