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
export async function untilGone(pids: readonly number[]): Promise<void> {
  await vi.waitUntil(() => !pids.some(isAlive), { timeout: 30_000, interval: 50 });
}
