import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** The Pulumi CLI that started this process. */
export interface EngineProcess {
  readonly program: string;
  readonly parameters: readonly string[];
}

/** A shell script, `npm exec` and the like may stand between the CLI and this process. */
const mostGenerations = 4;

/** Finds the CLI that started this process; undefined where the system doesn't show it, which is anywhere but on Linux. */
export function engineProcess(): EngineProcess | undefined {
  try {
    for (let pid = process.ppid, at = 0; pid > 1 && at < mostGenerations; pid = parentOf(pid), at += 1) {
      const program = readlinkSync(`/proc/${pid}/exe`);
      if (!/^pulumi(\.exe)?$/.test(basename(program))) continue;
      return { program, parameters: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(1, -1) };
    }
  } catch {
    // not a system that shows it
  }
  return undefined;
}

/** Finds a process's parent, on Linux. */
export function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/**
 * Tells whether a CLI shows or logs debug messages: otherwise it drops them, and with many snapshots they cost more than all other messages.
 *
 * @param engine - Without one, it isn't known, and it counts as one that does.
 */
export function showsDebug(
  engine: EngineProcess | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (!engine || environment["PULUMI_OPTION_DEBUG"] || environment["PULUMI_OPTION_VERBOSE"]) return true;
  // `-d`, `-v=9`, `-yd`
  return engine.parameters.some((word) => /^(--(debug|verbose|logtostderr)\b|-[a-z]*[dv])/i.test(word));
}
