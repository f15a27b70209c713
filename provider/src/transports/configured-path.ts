import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Finds the file that a key of the configuration names: `~/` is the account's home, and a relative path starts at the program's folder. */
export function configuredPath(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(path);
}
