import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/**
 * Finds a program in the folders that the PATH names.
 *
 * @param name without the `.exe` it has on Windows.
 * @returns its absolute path.
 */
export function executableOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return pathOf(env)
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => resolve(join(folder, file)))
    .find(isExecutable);
}

/** Reads the PATH, whose name Windows writes `Path`. */
export function pathOf(env: NodeJS.ProcessEnv): string {
  return env[pathName(env)] ?? "";
}

/** Gives the name under which this environment has its PATH. */
export function pathName(env: NodeJS.ProcessEnv): string {
  return Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
