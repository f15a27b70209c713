import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";

/** Identifies processes, and finds out whether one lives. */
export interface Liveness {
  /** The machine whose processes can see each other. */
  readonly machine: string;
  /** This process: its id and its start time. */
  readonly process: string;
  /** Whether a process of this machine lives; undefined where only its id is known to be in use, perhaps by another process. */
  isAlive(process: string): boolean | undefined;
}

/** Reads which processes live on this computer. */
export function localLiveness(platform: NodeJS.Platform = process.platform, processes = "/proc"): Liveness {
  const startTime = (pid: number) => (platform === "linux" ? startTimeIn(processes, pid) : undefined);
  const ofProcess = (pid: number) => `${pid}-${startTime(pid) ?? 0}`;
  const knowsStartTimes = startTime(process.pid) !== undefined;
  return {
    machine: shortHash(platform === "linux" ? linuxMachine() : otherMachine()),
    process: ofProcess(process.pid),
    isAlive: (name) => {
      const pid = Number(name.split("-")[0]);
      if (knowsStartTimes) return ofProcess(pid) === name && startTime(pid) !== undefined;
      return exists(pid) ? undefined : false;
    },
  };
}

/** The boot and the namespace of process ids: containers share the first, virtual machines made from one image the second. */
function linuxMachine(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return otherMachine();
  }
}

/** The host's name alone isn't enough: CI machines made from one image share it. */
function otherMachine(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((cards) => cards?.map(({ mac }) => mac) ?? []);
  return [hostname(), ...new Set(addresses)].sort().join("/");
}

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** When a process started, in the kernel's ticks since boot; undefined when there is none, or it can't be read. */
function startTimeIn(processes: string, pid: number): string | undefined {
  try {
    const stat = readFileSync(`${processes}/${pid}/stat`, "utf8");
    // the name, in parentheses, may hold anything; the start time is the 22nd field, the 20th after it
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
