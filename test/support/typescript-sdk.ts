import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { compileTypeScriptSdk } from "../../tools/package/pack-typescript-sdk";
import { repositoryFolder } from "./repository";

/**
 * Compiles the generated TypeScript SDK beside the repository's packages, for all tests of a file. Call it at the top of the file.
 *
 * @returns The folder that has the `node_modules`.
 */
export function installTypeScriptSdk(): string {
  const folder = mkdtempSync(join(tmpdir(), "hyperv-snapshots-sdk-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, "node_modules");
  const target = join(modules, "pulumi-hyperv-snapshots-sdk");
  mkdirSync(target, { recursive: true });
  const shared = join(repositoryFolder, "node_modules");
  for (const name of readdirSync(shared)) {
    if (!name.startsWith(".")) symlinkSync(join(shared, name), join(modules, name));
  }
  compileTypeScriptSdk(repositoryFolder, target);
  return folder;
}
