import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { NoPulumiCliError } from "./no-pulumi-cli-error";
import { removeLeftovers } from "./partial";
import { compiledFolder } from "./repository-files";
import { writeWhenDifferent } from "./write-when-different";

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
export interface Companion {
  readonly name: string;
  readonly content: Buffer;
  readonly mode: number;
}

/**
 * Reads the files that make a lone `pulumi` executable one that runs Node programs with dynamic resources.
 *
 * @throws NoPulumiCliError when the repository isn't built.
 */
export async function readCompanions(): Promise<Companion[]> {
  const compiledHost = join(compiledFolder, ourHostFile);
  if (!existsSync(compiledHost)) throw new NoPulumiCliError(`${compiledHost} is missing: run \`npm run build\` first.`);
  const sdkFolder = dirname(require.resolve("@pulumi/pulumi/package.json"));
  return [
    // The host comes before the script that starts it, so that the script never starts nothing.
    { name: ourHostFile, content: await readFile(compiledHost), mode: 0o644 },
    { name: languageHostName, content: Buffer.from(startOurHost), mode: 0o755 },
    { name: dynamicProviderName, content: await readFile(join(sdkFolder, dynamicProviderName)), mode: 0o755 },
  ];
}

/**
 * Puts the companions into a folder, or brings those in it up to date. A folder that has a language host from
 * elsewhere (Pulumi's own, from its installer) is complete and stays as it is.
 */
export async function placeCompanions(folder: string, companions: readonly Companion[]): Promise<void> {
  const isTheirs =
    !existsSync(join(folder, ourHostFile)) &&
    ["pulumi-language-nodejs", "pulumi-language-nodejs.exe"].some((name) => existsSync(join(folder, name)));
  if (isTheirs) return;
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  for (const { name, content, mode } of companions) await writeWhenDifferent(join(folder, name), content, mode);
}

function windowsName(name: string): string {
  return process.platform === "win32" ? `${name}.cmd` : name;
}
