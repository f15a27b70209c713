import { readFileSync } from "node:fs";

/** The most memory that a living process has had resident so far, in MB; known on Linux only. */
export function peakMemoryMb(pid: number | "self"): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}
