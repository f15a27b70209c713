import { randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { hostname } from "node:os";

/**
 * By what other processes on this machine can tell, at once and without a doubt, that a process lives: a local socket that it
 * listens on, which the system closes when it dies, and answers when it only stands still.
 */
export interface LifeSign {
  /** The machine, as far as its processes can see each other. */
  readonly machine: string;
  /** The name of this process's own sign, which is there from then on. */
  show(): Promise<string>;
  /** Whether the process that shows a sign lives. */
  isAlive(name: string): Promise<boolean>;
}

/** Shows and reads the signs of the processes on this machine. */
export class LocalLifeSign implements LifeSign {
  readonly machine = machineName();
  private shown: Promise<string> | undefined;

  show(): Promise<string> {
    this.shown ??= listen(randomBytes(6).toString("hex"));
    return this.shown;
  }

  isAlive(name: string): Promise<boolean> {
    return new Promise((resolve) => {
      const path = socketPath(name);
      const socket = connect({ path });
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", ({ code }: NodeJS.ErrnoException) => {
        // a full queue is that of a process which stands still
        const isDead = code === "ECONNREFUSED" || code === "ENOENT";
        if (code === "ECONNREFUSED" && path.startsWith("/")) rm(path, { force: true }).catch(() => {});
        resolve(!isDead);
      });
    });
  }
}

async function listen(name: string): Promise<string> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path: socketPath(name) }, resolve);
  });
  server.unref();
  return name;
}

/** Linux and Windows have names that vanish with their process; elsewhere a file is left, which {@link LocalLifeSign.isAlive} removes. */
function socketPath(name: string): string {
  const id = `hyperv-snapshots-${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${id}`;
  return process.platform === "linux" ? `\0${id}` : `/tmp/${id}.sock`;
}

/** Two containers may bear one name and not see each other's sockets. */
function machineName(): string {
  try {
    return `${hostname()}/${readlinkSync("/proc/self/ns/net")}`;
  } catch {
    return hostname();
  }
}
