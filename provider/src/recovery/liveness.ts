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
export function localLiveness(platform: NodeJS.Platform = process.platform): Liveness {
  const ofProcess = (pid: number) => `${pid}-${startTime(pid, platform) ?? 0}`;
  return {
    machine: shortHash(platform === "linux" ? linuxMachine() : otherMachine()),
    process: ofProcess(process.pid),
    isAlive: (name) => {
      const pid = Number(name.split("-")[0]);
      if (platform === "linux") return ofProcess(pid) === name && startTime(pid, platform) !== undefined;
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
function startTime(pid: number, platform: NodeJS.Platform): string | undefined {
  if (platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
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
