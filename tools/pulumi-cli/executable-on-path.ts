import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/**
 * Finds all programs of a name in the folders of the PATH.
 *
 * @param name without the `.exe` it has on Windows.
 * @returns absolute paths, in the order of the PATH.
 */
export function executablesOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const folders = pathOf(env).split(delimiter);
  return folders.flatMap((folder) => (folder === "" ? [] : [resolve(join(folder, file))])).filter(isExecutable);
}

/** Finds the first of them. */
export function executableOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return executablesOnPath(name, env)[0];
}

/** Reads the PATH, whose name Windows writes `Path`. */
export function pathOf(env: NodeJS.ProcessEnv): string {
  return env[pathName(env)] ?? "";
}

/** Returns the name under which this environment has its PATH. */
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
