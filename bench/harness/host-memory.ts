import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";

/** How much of a process's memory the simulated host in a store takes, when `count` snapshots are taken, in MB. */
export function hostMemoryMb(storeFile: string, count: number): number {
  const copy = `${storeFile}.copy`;
  copyFileSync(storeFile, copy);
  const node = (...parameters: string[]) => Number(execFileSync(process.execPath, parameters, { encoding: "utf8" }));
  const peak = join(__dirname, "peak-memory.js");
  const bareMb = node("-p", `require(${JSON.stringify(peak)}).peakMemoryMb("self")`);
  return node(join(__dirname, "host-alone.js"), copy, String(count)) - bareMb;
}
