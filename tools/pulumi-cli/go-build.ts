import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder, fillFolder } from "./cache";
import { executableOnPath } from "./executable-on-path";
import { isAtLeast } from "./pulumi-version";
import { type Reporting, showAlive } from "./reporting";
import { runChild } from "./run-child";

/** The folder with `go.mod`, which pins what is built. It is above this module in its source and when compiled. */
export const moduleFolder = findUp(join("tools", "pulumi-cli", "go.mod"));

function findUp(wanted: string): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, wanted))) return dirname(join(folder, wanted));
  }
  throw new Error(`${wanted} is in no folder above ${__dirname}: this tool only works inside its repository`);
}

const goMod = readFileSync(join(moduleFolder, "go.mod"), "utf8");

function pinned(pattern: RegExp): string {
  const found = pattern.exec(goMod)?.[1];
  if (found === undefined) throw new Error(`tools/pulumi-cli/go.mod has no line that matches ${pattern}`);
  return found;
}

/** The oldest Go that can build the module. */
export const goVersion = pinned(/^go (\S+)/m);

/** The version of Pulumi that is built. */
export const builtVersion = pinned(/^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m);

/** A program that Go builds from the pinned module. */
export interface GoProgram {
  readonly title: string;
  readonly goPackage: string;
  /** The cache's folder for it; the program is in its `bin`. */
  readonly folder: string;
  readonly name: string;
  /** How long the build takes on two cores. */
  readonly duration: string;
}

const exe = process.platform === "win32" ? ".exe" : "";
const system = `${process.platform}-${process.arch}`;

/** The Pulumi CLI. */
export const cliProgram = (cache = cacheFolder): GoProgram => ({
  title: `Pulumi CLI ${builtVersion}`,
  goPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  folder: join(cache, `v${builtVersion}-${system}`),
  name: `pulumi${exe}`,
  duration: "about 6 to 10 minutes",
});

const yamlVersion = pinned(/^\s*github\.com\/pulumi\/pulumi-yaml v(\S+)/m);

/** The language host for programs in YAML. */
export const yamlHostProgram = (cache = cacheFolder): GoProgram => ({
  title: `Pulumi language host for YAML ${yamlVersion}`,
  goPackage: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
  folder: join(cache, `yaml-v${yamlVersion}-${system}`),
  name: `pulumi-language-yaml${exe}`,
  duration: "about a minute once the CLI was built, else 6 minutes",
});

/** Where a program is once it is built. */
export const builtCommand = ({ folder, name }: GoProgram): string => join(folder, "bin", name);

/** What a build needs. */
export interface GoBuildContext extends Reporting {
  readonly env: NodeJS.ProcessEnv;
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * Builds a program from source into the cache.
 *
 * @param finish completes and checks what was built, before it gets into the cache.
 * @returns why it can't be built, if so.
 * @throws Error when the build fails.
 */
export async function buildWithGo(
  program: GoProgram,
  context: GoBuildContext,
  finish: (command: string) => Promise<void> = async () => {},
): Promise<string | undefined> {
  const go = executableOnPath("go", context.env);
  if (go === undefined) return `there is no \`go\` on the PATH (${goVersion} or newer is needed)`;
  await refuseOldGo(go, context);
  const { report } = context;
  report(`Building the ${program.title} from source with ${go}.`);
  report(`  This takes ${program.duration} on 2 cores, once. The result is kept in ${program.folder}`);
  report("  Ctrl+C is safe: the next build continues with what was compiled.");
  await fillFolder(program.folder, async (partial) => {
    const command = join(partial, "bin", program.name);
    // Go leaves its working files behind when it is killed; in here, they are removed with the folder
    const workFolder = join(partial, "work");
    await mkdir(workFolder);
    await compile(go, program, command, { ...context, env: { ...context.env, GOTMPDIR: workFolder, GOWORK: "off" } });
    await rm(workFolder, { recursive: true });
    await finish(command);
  });
  report(`Built the ${program.title}: ${builtCommand(program)}`);
  return undefined;
}

/** @throws Error that says why this Go can't build the module, if so. */
async function refuseOldGo(go: string, { env, report, abortSignal }: GoBuildContext): Promise<void> {
  // inside the module's folder, an older Go would begin to download the wanted one, or fail
  const answer = await runChild(go, ["env", "GOVERSION", "GOTOOLCHAIN"], { env, cwd: tmpdir(), abortSignal });
  if (answer.failure !== undefined) throw new Error(`\`${go} env\` ${answer.failure} ${answer.lastWords}`);
  const [version = "", toolchain = ""] = answer.stdout.split("\n").map((line) => line.trim().replace(/^go(?=\d)/, ""));
  if (isAtLeast(version, goVersion)) return;
  const tooOld = `${go} is version ${version || "unknown"}, and ${goVersion} or newer is needed`;
  if (!/^(auto|path|.*\+(auto|path))$/.test(toolchain)) throw new Error(tooOld);
  report(`${tooOld}; Go downloads that itself.`);
}

async function compile(go: string, program: GoProgram, output: string, context: GoBuildContext): Promise<void> {
  const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-v"];
  const linkerFlags = `-s -w -X ${versionVariable}=v${builtVersion}`;
  let compiled = 0;
  const building = runChild(go, ["build", ...flags, "-ldflags", linkerFlags, "-o", output, program.goPackage], {
    env: context.env,
    cwd: moduleFolder,
    abortSignal: context.abortSignal,
    // with -v, Go prints each package that it compiles
    onLine: (line) => {
      if (/^[\w./~-]+$/.test(line)) compiled += 1;
    },
  });
  const describe = (elapsed: string) => `Building the ${program.title}: ${elapsed}, ${compiled} packages compiled ...`;
  const { failure, lastWords } = await showAlive(context, describe, building);
  if (failure !== undefined) throw new Error(`\`go build\` ${failure}\n${lastWords}`);
}
