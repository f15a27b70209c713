import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../pulumi-cli/cache";
import { buildWithGo, builtCommand, builtVersion, type GoProgram, moduleFolder } from "../pulumi-cli/go-build";
import type { Reporting } from "../pulumi-cli/reporting";

/** Where the SDKs are; relative to the repository. */
export const sdkFolder = "sdk";

/** The generated folders, in `sdk/`; what else is beside the Go package is written by hand. */
export const sdkParts = ["nodejs", "python", "go/hypervsnapshots"] as const;

/** The program that runs Pulumi's code generators. */
function genSdkProgram(): GoProgram {
  const source = readFileSync(join(moduleFolder, "gen-sdk/main.go"));
  const digest = createHash("sha256").update(source).digest("hex").slice(0, 12);
  const exe = process.platform === "win32" ? ".exe" : "";
  return {
    title: "SDK generator",
    goPackage: "./gen-sdk",
    folder: join(cacheFolder, `gen-sdk-v${builtVersion}-${digest}-${process.platform}-${process.arch}`),
    name: `gen-sdk${exe}`,
    duration: "a few seconds once the CLI was built, else 3 minutes",
  };
}

/**
 * Finds the SDK generator in the cache, or builds it.
 *
 * @throws Error if it isn't built and there is no Go.
 */
export async function findGenSdk(reporting: Reporting): Promise<string> {
  const program = genSdkProgram();
  const command = builtCommand(program);
  if (existsSync(command)) return command;
  const refusal = await buildWithGo(program, { ...reporting, env: process.env, abortSignal: undefined });
  if (refusal !== undefined) throw new Error(`Can't build the ${program.title}: ${refusal}`);
  return command;
}

/** Runs `gen-sdk` into a folder that is removed afterwards. */
export function withGeneratedSdks<T>(command: string, schemaFile: string, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "hyperv-snapshots-sdk-"));
  try {
    execFileSync(command, [schemaFile, folder]);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lists the files of the SDKs that differ from what is generated now, are missing, or shouldn't be there. */
export function outdatedSdkFiles(generated: string, committed: string): string[] {
  const files = new Set([...sdkFiles(generated), ...sdkFiles(committed)]);
  return [...files].filter((file) => readOrNothing(join(generated, file)) !== readOrNothing(join(committed, file)));
}

function sdkFiles(folder: string): string[] {
  return sdkParts.flatMap((language) => {
    const root = join(folder, language);
    if (!existsSync(root)) return [];
    const names = readdirSync(root, { recursive: true, encoding: "utf8" });
    return names.filter((name) => statSync(join(root, name)).isFile()).map((name) => join(language, name));
  });
}

const readOrNothing = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
