import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const projectFiles = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** Finds the file of the Pulumi project in a folder or above it. */
export function findProjectFile(folder: string): string | undefined {
  const found = projectFiles.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  return dirname(folder) === folder ? undefined : findProjectFile(dirname(folder));
}
