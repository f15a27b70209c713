import { readdirSync, readlinkSync } from "node:fs";
import { vi } from "vitest";

/** Whether a process is there, and not just waiting for its parent to notice its end. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until none of some processes is there, for 30 s at most. */
export async function untilEnded(pids: readonly number[]): Promise<void> {
  await vi.waitUntil(() => !pids.some(isAlive), { timeout: 30_000, interval: 50 });
}

/** The processes that work in a folder; none if that isn't known (anywhere but on Linux). */
export function processesIn(folder: string): number[] {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0 && workingFolderOf(pid) === folder);
  } catch {
    return [];
  }
}

function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // it has ended meanwhile
  }
}
