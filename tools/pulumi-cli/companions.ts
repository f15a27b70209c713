import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWhenDifferent } from "./cache";
import { moduleFolder } from "./go-build";

/** The program that the Pulumi engine starts to run programs written for Node. */
export const languageHostName = windowsName("pulumi-language-nodejs");

/** The program that the Pulumi engine starts to serve dynamic resources written for Node. */
const dynamicProviderName = windowsName("pulumi-resource-pulumi-nodejs");

const ourHostFile = "language-host.js";

const startOurHost =
  process.platform === "win32"
    ? `@echo off\r\n@node "%~dp0${ourHostFile}" %*\r\n`
    : `#!/bin/sh\nexec node "$(dirname "$0")/${ourHostFile}" "$@"\n`;

/** A file that belongs beside the CLI. */
interface Companion {
  readonly name: string;
  readonly content: Buffer;
  readonly mode: number;
}

/**
 * Reads the files that make a lone `pulumi` executable one that runs Node programs with dynamic resources.
 *
 * @throws Error when the repository isn't built.
 */
export async function readCompanions(): Promise<Companion[]> {
  const compiledHost = join(moduleFolder, "../dist/pulumi-cli", ourHostFile);
  if (!existsSync(compiledHost)) throw new Error(`${compiledHost} is missing: run \`npm run build\` first`);
  const sdkFolder = dirname(require.resolve("@pulumi/pulumi/package.json"));
  return [
    // the host comes before the script that starts it, so that the script always finds it
    { name: ourHostFile, content: await readFile(compiledHost), mode: 0o644 },
    { name: languageHostName, content: Buffer.from(startOurHost), mode: 0o755 },
    { name: dynamicProviderName, content: await readFile(join(sdkFolder, dynamicProviderName)), mode: 0o755 },
  ];
}

/** Puts the companions into a folder, or updates those in it. A folder that has Pulumi's own language host is left unchanged. */
export async function placeCompanions(folder: string, companions: readonly Companion[]): Promise<void> {
  const isTheirs =
    !existsSync(join(folder, ourHostFile)) &&
    ["pulumi-language-nodejs", "pulumi-language-nodejs.exe"].some((name) => existsSync(join(folder, name)));
  if (isTheirs) return;
  await mkdir(folder, { recursive: true });
  for (const { name, content, mode } of companions) await writeWhenDifferent(join(folder, name), content, mode);
}

function windowsName(name: string): string {
  return process.platform === "win32" ? `${name}.cmd` : name;
}
