import { existsSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { cacheFolder } from "./cache";
import { languageHostName, placeCompanions, readCompanions } from "./companions";
import { executableOnPath, executablesOnPath } from "./executable-on-path";
import { buildWithGo, builtCommand, cliProgram, goVersion, moduleFolder } from "./go-build";
import { askVersion, isAtLeast, oldestUsableVersion } from "./pulumi-version";
import { type Reporting, showAlive } from "./reporting";
import { runChild } from "./run-child";

/** A Pulumi CLI that has answered with its version. */
export interface PulumiCli {
  /** Absolute path of the executable. */
  readonly command: string;
  /** Its version without the leading `v`, such as `3.259.0`. */
  readonly version: string;
  /** Where it comes from. */
  readonly source: "PULUMI_CLI" | "PATH" | "cache" | "npm package" | "go build";
}

/** How a CLI is looked for. */
export interface FindPulumiCliOptions extends Partial<Reporting> {
  /** The environment to look in and to run programs with; this process's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the search; a download or a build that is under way leaves nothing partial. */
  readonly abortSignal?: AbortSignal;
  /** For tests: another cache, and another program than that of the npm package. */
  readonly cache?: string;
  readonly npmProgram?: string;
}

/** Says that there is no Pulumi CLI, and what to do; the message needs no stack trace. */
export class NoPulumiCliError extends Error {
  override readonly name = "NoPulumiCliError";
}

interface Search extends Reporting {
  readonly env: NodeJS.ProcessEnv;
  readonly abortSignal: AbortSignal | undefined;
  readonly cache: string;
  readonly npmProgram: string;
}

/**
 * One place to get a CLI from. Resolves with the CLI, or with the reason why there is none.
 *
 * @throws Error when there is one that fails: the search reports it and continues.
 * @throws NoPulumiCliError when the search must end.
 */
type Way = (search: Search) => Promise<PulumiCli | string>;

const ways: readonly (readonly [name: string, way: Way])[] = [
  ["the PULUMI_CLI variable", fromVariable],
  ["the pulumi on the PATH", fromPath],
  ["our cache", fromCache],
  ["Pulumi's npm package", fromNpmPackage],
  ["a build with Go", fromGoBuild],
];

/**
 * Finds a Pulumi CLI, or downloads or builds one: `PULUMI_CLI`, the PATH, our cache, Pulumi's npm package (which downloads it), a
 * build with Go, in this order.
 *
 * The last two can take minutes, once: the result is kept in the user's cache folder, and nothing is written anywhere else.
 *
 * @throws NoPulumiCliError when there is none, or `PULUMI_CLI` names something unusable.
 * @throws the abort signal's reason, when aborted.
 */
export async function findPulumiCli(options: FindPulumiCliOptions = {}): Promise<PulumiCli> {
  const search: Search = {
    report: options.report ?? (() => {}),
    progress: options.progress,
    env: options.env ?? process.env,
    abortSignal: options.abortSignal,
    cache: options.cache ?? cacheFolder,
    npmProgram: options.npmProgram ?? require.resolve("pulumi/run.js"),
  };
  const cli = await firstThatWorks(search);
  if (!hasLanguageHost(cli, search.env)) {
    const folder = companionsFolder(search.cache);
    await placeCompanions(folder, await readCompanions());
    search.report(`It has no ${languageHostName} beside it; using ours in ${folder}`);
  }
  return cli;
}

/** Holds our language host for a CLI elsewhere that has none. */
export const companionsFolder = (cache = cacheFolder): string => join(cache, "companions");

async function firstThatWorks(search: Search): Promise<PulumiCli> {
  const tried: string[] = [];
  for (const [name, way] of ways) {
    search.abortSignal?.throwIfAborted();
    try {
      const outcome = await way(search);
      if (typeof outcome !== "string") return outcome;
      tried.push(`${name}: ${outcome}`);
    } catch (error) {
      search.abortSignal?.throwIfAborted();
      if (error instanceof NoPulumiCliError) throw error;
      const { message } = error as Error;
      search.report(`Can't use ${name}: ${message}`);
      tried.push(`${name}: ${message}`);
    }
  }
  throw new NoPulumiCliError(noneFound(tried, search.cache));
}

async function fromVariable({ env, report, abortSignal }: Search): Promise<PulumiCli | string> {
  const value = env["PULUMI_CLI"];
  if (value === undefined || value === "") return "not set";
  const command = resolve(value);
  try {
    if (!existsSync(command)) throw new Error("there is no such file");
    const version = await usableVersion(command, env, abortSignal);
    report(`Using the Pulumi CLI ${version} that PULUMI_CLI names: ${command}`);
    return { command, version, source: "PULUMI_CLI" };
  } catch (error) {
    abortSignal?.throwIfAborted();
    // a person who sets it wants that one and no other
    throw new NoPulumiCliError(
      `PULUMI_CLI is set to "${value}", which can't be used: ${(error as Error).message}.\n` +
        "Set it to the path of a pulumi executable, or unset it to have one looked for.",
    );
  }
}

async function fromPath({ env, report, abortSignal }: Search): Promise<PulumiCli | string> {
  // npm puts its packages' programs on the PATH; that of the package `pulumi` would download into the user's home
  const isNpmPackage = (file: string) => realpathSync(file).endsWith(join(sep, "node_modules", "pulumi", "run.js"));
  const command = executablesOnPath("pulumi", env).find((file) => !isNpmPackage(file));
  if (command === undefined) return "there is none";
  const version = await usableVersion(command, env, abortSignal);
  report(`Using the Pulumi CLI ${version} on the PATH: ${command}`);
  return { command, version, source: "PATH" };
}

async function fromCache(search: Search): Promise<PulumiCli | string> {
  const commands = [downloadedCommand(search), builtCommand(cliProgram(search.cache))];
  const command = commands.find((file) => existsSync(file));
  if (command === undefined) return `there is none in ${search.cache} yet`;
  const cli = await tryOut(command, "cache", search);
  search.report(`Using the Pulumi CLI ${cli.version} in our cache: ${command}`);
  return cli;
}

const npmVersion = (): string => require("pulumi/package.json").version;

/** The npm package keeps what it downloads by version below `PULUMI_HOME`. */
const downloadFolder = ({ cache }: Search) => join(cache, "npm", "versions", npmVersion());
const downloadedCommand = (search: Search) =>
  join(downloadFolder(search), "bin", process.platform === "win32" ? "pulumi.exe" : "pulumi");

async function fromNpmPackage(search: Search): Promise<PulumiCli | string> {
  const { cache, env, npmProgram, abortSignal } = search;
  search.report(`Asking Pulumi's npm package to download the CLI ${npmVersion()} (about 200 MB, once) ...`);
  try {
    const downloading = runChild(process.execPath, [npmProgram, "version"], {
      env: { ...env, PULUMI_HOME: join(cache, "npm"), PULUMI_VERSION: npmVersion(), PULUMI_SKIP_UPDATE_CHECK: "true" },
      abortSignal,
      timeoutMs: 15 * 60_000,
    });
    const { failure, lastWords } = await showAlive(search, (elapsed) => `Downloading (${elapsed}) ...`, downloading);
    if (failure !== undefined) throw new Error(`it ${failure}: ${lastWords.split("\n").at(-1)}`);
    return await tryOut(downloadedCommand(search), "npm package", search);
  } catch (error) {
    // a partial download would be taken for a whole one
    await rm(downloadFolder(search), { recursive: true, force: true });
    throw error;
  }
}

async function fromGoBuild(search: Search): Promise<PulumiCli | string> {
  const program = cliProgram(search.cache);
  const refusal = await buildWithGo(program, search, async (command) => {
    await tryOut(command, "go build", search);
  });
  return refusal ?? tryOut(builtCommand(program), "go build", search);
}

/** Asks a CLI in the cache for its version and puts beside it what it needs. Its log goes into the cache, not into `~/.pulumi`. */
async function tryOut(command: string, source: PulumiCli["source"], search: Search): Promise<PulumiCli> {
  const env = { ...search.env, PULUMI_HOME: join(search.cache, "home") };
  const version = await askVersion(command, env, search.abortSignal);
  await placeCompanions(dirname(command), await readCompanions());
  return { command, version, source };
}

async function usableVersion(command: string, env: NodeJS.ProcessEnv, abortSignal: AbortSignal | undefined) {
  const version = await askVersion(command, env, abortSignal);
  if (isAtLeast(version, oldestUsableVersion)) return version;
  throw new Error(`${command} is version ${version}, and ${oldestUsableVersion} or newer is needed`);
}

/** Tells whether a CLI can run programs for Node: the bare CLI of some packages can't. */
function hasLanguageHost(cli: PulumiCli, env: NodeJS.ProcessEnv): boolean {
  const folder = dirname(realpathSync(cli.command));
  const beside = [languageHostName, "pulumi-language-nodejs.exe"].some((name) => existsSync(join(folder, name)));
  return beside || executableOnPath("pulumi-language-nodejs", env) !== undefined;
}

function noneFound(tried: readonly string[], cache: string): string {
  const indented = tried.map((line, index) => `  ${index + 1}. ${line.replaceAll("\n", "\n     ")}`);
  return [
    "There is no Pulumi CLI, and none could be downloaded or built. Tried:",
    ...indented,
    "",
    "Do one of these:",
    `  - Install the Pulumi CLI, ${oldestUsableVersion} or newer (https://www.pulumi.com/docs/install/).`,
    "  - Name a pulumi executable that you have: PULUMI_CLI=/path/to/pulumi",
    "  - Give this machine access to https://get.pulumi.com, and run this again: the CLI is then downloaded.",
    `  - Install Go ${goVersion} or newer (https://go.dev/dl/), and run this again: the CLI is then built from source`,
    `    (in ${moduleFolder}; its modules must be reachable, see \`go help goproxy\`).`,
    `Downloads and builds are kept in ${cache}.`,
  ].join("\n");
}
