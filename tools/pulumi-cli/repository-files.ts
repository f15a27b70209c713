import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder with the pinned Go module; also where this source is. */
export const moduleFolder = findUp(join("tools", "pulumi-cli", "go.mod"));

/** Where the build puts what is compiled from that folder: the parts that run as processes of their own are there. */
export const compiledFolder = join(moduleFolder, "..", "dist", "pulumi-cli");

/** This module runs compiled, and in tests from its source: the repository is above it either way. */
function findUp(wanted: string): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, wanted))) return dirname(join(folder, wanted));
  }
  throw new Error(`${wanted} is in no folder above ${__dirname}: this tool only works inside its repository.`);
}
