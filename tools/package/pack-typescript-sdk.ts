import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Compiles the generated TypeScript SDK into a folder, as a package.
 *
 * @param repository - The folder of the repository.
 */
export function compileTypeScriptSdk(repository: string, target: string): void {
  const sdk = join(repository, "sdk/nodejs");
  const compiler = require.resolve("typescript/bin/tsc");
  const options = ["-p", sdk, "--outDir", target, "--sourceMap", "false", "--declarationMap", "false"];
  execFileSync(process.execPath, [compiler, ...options], { stdio: ["ignore", "inherit", "inherit"] });
  for (const file of ["package.json", "README.md"]) cpSync(join(sdk, file), join(target, file));
}

/** Packs the TypeScript SDK for `npm install`. @returns The tarball's path. */
export function packTypeScriptSdk(repository: string, target: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hyperv-snapshots-sdk-"));
  try {
    compileTypeScriptSdk(repository, folder);
    mkdirSync(target, { recursive: true });
    const shell = process.platform === "win32";
    const parameters = ["pack", "--silent", "--pack-destination", target];
    const packed = execFileSync("npm", parameters, { cwd: folder, shell, encoding: "utf8" });
    return join(target, packed.trim().split("\n").at(-1) ?? "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
