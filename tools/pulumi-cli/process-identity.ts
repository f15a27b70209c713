import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Names this process among all processes of all machines that may share the cache: `pid-start@host`.
 *
 * The start is what tells it from a later process with the same pid; where the system doesn't show it (there is no
 * `/proc`), the pid alone must do.
 */
export function ownIdentity(): string {
  return `${process.pid}-${startOf(process.pid) ?? "unknown"}@${hostname()}`;
}

/**
 * Tells whether the process with this identity is certainly gone. A stopped process is not gone, and of a process on
 * another machine nothing is known: both count as living.
 */
export function isGone(identity: string): boolean {
  const [, pid, start, host] = /^(\d+)-(\w+)@(.*)$/.exec(identity) ?? [];
  if (pid === undefined) return true;
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const startNow = startOf(Number(pid));
  return startNow === "zombie" || (startNow !== undefined && start !== "unknown" && startNow !== start);
}

/** The start time of a process in clock ticks since boot: the 22nd field of `/proc/PID/stat`. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The 2nd field is the command's name, in brackets, with any characters in it: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "zombie" : fields[22 - 3];
  } catch {
    return undefined;
  }
}
