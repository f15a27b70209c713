import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { configurationNamespace } from "../config";
import { bad, doubtful, type Finding, failure, fine, skipped } from "../finding";
import { findProjectFile } from "../project-file";
import type { CommonOptions } from "./configuration";
import { ownPackage } from "./own-package";
import { projectFolderOf, type StackContext } from "./selected-stack";
import type { Surroundings } from "./surroundings";

/**
 * The oldest supported Pulumi CLI: since this version, `pulumi import --file` takes a resource's outputs from the file, which is
 * the only way to import a dynamic resource. A test compares it with the repository's tools.
 */
export const oldestPulumiCli = "3.254.0";

const sdk = "@pulumi/pulumi";

/** Checks Node.js, the project's packages, the Pulumi CLI and the stack. */
export async function* pulumiFindings(surroundings: Surroundings, options: CommonOptions): AsyncGenerator<Finding> {
  const folder = projectFolderOf(options, surroundings);
  const { environment } = surroundings;
  yield nodeFinding();
  if (usesPlugin(folder)) {
    yield* cliFindings(environment);
    yield await pluginFinding(folder, environment);
  } else {
    yield* packageFindings(folder);
    yield* cliFindings(environment);
    yield dynamicHostFinding(environment);
  }
  yield stackFinding(options.context);
}

function stackFinding(context: StackContext | undefined): Finding {
  const what = "Pulumi stack";
  if (context?.kind === "stack") {
    const count = context.stack.configuration.size;
    const keys = count === 1 ? "1 key" : `${count} keys`;
    return fine(what, `${context.stack.name}, with ${keys} of ${configurationNamespace}`);
  }
  if (context?.kind === "unreadable") return failure(what, context.error);
  return skipped(what, context?.reason ?? "it wasn't read");
}

function nodeFinding(): Finding {
  const { node } = ownPackage.engines;
  return isAtLeast(process.versions.node, oldestOf(node))
    ? fine("Node.js", process.versions.node)
    : bad("Node.js", `${process.versions.node} is too old`, `Install ${node}`);
}

function* packageFindings(folder: string): Generator<Finding> {
  const ofProgram = packageFile(folder, sdk);
  const wanted = ownPackage.peerDependencies[sdk];
  const install = `Install it in the Pulumi project: npm install ${sdk}`;
  if (ofProgram === undefined) {
    yield bad(
      sdk,
      `not found from ${folder}`,
      `${install}; or run doctor in the project's folder, or with --cwd FOLDER`,
    );
  } else {
    const version = versionIn(ofProgram);
    const fits = isAtLeast(version, oldestOf(wanted)) && version.split(".")[0] === oldestOf(wanted).split(".")[0];
    yield fits ? fine(sdk, version) : bad(sdk, `${version} doesn't fit ${wanted}`, install);
  }
  const lifecycle = resolved(folder, `${ownPackage.name}/lifecycle`);
  yield lifecycle === undefined
    ? bad(
        "dynamic provider",
        `${ownPackage.name}/lifecycle isn't found from ${folder}`,
        `npm install ${ownPackage.name}`,
      )
    : fine("dynamic provider", `${ownPackage.name}/lifecycle is found`);
  const ofLifecycle = lifecycle === undefined ? undefined : packageFile(dirname(lifecycle), sdk);
  if (ofProgram === undefined || ofLifecycle === undefined) {
    yield skipped("one SDK", "needs both packages");
  } else {
    yield ofProgram === ofLifecycle
      ? fine("one SDK", `program and provider share ${sdk}`)
      : doubtful(
          "one SDK",
          `two copies of ${sdk}: ${versionIn(ofProgram)} of the program, ${versionIn(ofLifecycle)} of the provider`,
          `Run npm dedupe, so that both share one copy; npm ls ${sdk} shows where each comes from`,
        );
  }
}

async function* cliFindings(environment: Surroundings["environment"]): AsyncGenerator<Finding> {
  const version = await cliVersion(environment);
  if (version === undefined) {
    yield bad(
      "Pulumi CLI",
      "pulumi isn't on the PATH, or doesn't start",
      "Install it: https://www.pulumi.com/docs/install/",
    );
  } else {
    yield isAtLeast(version, oldestPulumiCli)
      ? fine("Pulumi CLI", version)
      : doubtful(
          "Pulumi CLI",
          `${version} is older than ${oldestPulumiCli}`,
          "Update it: older ones can't import snapshots",
        );
  }
}

function dynamicHostFinding(environment: Surroundings["environment"]): Finding {
  const host = onPath("pulumi-resource-pulumi-nodejs", environment);
  return host === undefined
    ? bad(
        "dynamic provider host",
        "pulumi-resource-pulumi-nodejs is not on the PATH",
        "It is installed beside the CLI: put the folder of a complete CLI installation on the PATH",
      )
    : fine("dynamic provider host", "found");
}

async function cliVersion(environment: Surroundings["environment"]): Promise<string | undefined> {
  return /^v?(\d+\.\d+\.\d+\S*)/m.exec(await outputOf(["version"], environment))?.[1];
}

/** What the CLI writes; empty if it fails. */
function outputOf(words: readonly string[], environment: Surroundings["environment"]): Promise<string> {
  const env = { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((resolve) => {
    execFile("pulumi", words, { env, timeout: 30_000 }, (error, stdout) => resolve(error ? "" : stdout));
  });
}

const pluginName = "hyperv-snapshots";
const pluginProgram = `pulumi-resource-${pluginName}`;

/** Whether a project uses the plugin: its program isn't in JavaScript, or has the plugin's SDK and not this package. */
function usesPlugin(folder: string): boolean {
  const file = findProjectFile(folder);
  const runtime = /^[\s{,]*"?runtime"?\s*:[\s{]*(?:"?name"?\s*:\s*)?["']?(\w+)/m.exec(
    file === undefined ? "" : readFileSync(file, "utf8"),
  )?.[1];
  if (runtime !== undefined && runtime !== "nodejs") return true;
  const hasSdk = packageFile(folder, `${ownPackage.name}-sdk`) !== undefined;
  return hasSdk && resolved(folder, `${ownPackage.name}/lifecycle`) === undefined;
}

async function pluginFinding(folder: string, environment: Surroundings["environment"]): Promise<Finding> {
  const what = "plugin";
  const file = findProjectFile(folder);
  const named =
    file !== undefined && /\bplugins\b[\s\S]*\bhyperv-snapshots\b[\s\S]*\bpath\b/.test(readFileSync(file, "utf8"));
  if (named) return fine(what, "the project's file names its folder");
  if (onPath(pluginProgram, environment) !== undefined) return fine(what, `${pluginProgram} is on the PATH`);
  const installed = await outputOf(["plugin", "ls", "--json"], environment);
  const [, version] = new RegExp(`"name": "${pluginName}",[^}]*"version": "([^"]+)"`).exec(installed) ?? [];
  if (version !== undefined) return fine(what, `${pluginName} ${version} is installed`);
  const remedy = `pulumi plugin install resource ${pluginName} ${ownPackage.version} --file FILE, with the plugin's archive`;
  return bad(what, "it isn't installed, not on the PATH, and the project's file doesn't name its folder", remedy);
}

function onPath(name: string, environment: Surroundings["environment"]): string | undefined {
  const path = Object.entries(environment).find(([variable]) => variable.toUpperCase() === "PATH")?.[1] ?? "";
  const names = [name, `${name}.cmd`, `${name}.exe`];
  return path
    .split(delimiter)
    .flatMap((folder) => names.map((one) => join(folder, one)))
    .find((file) => existsSync(file));
}

/** Finds the `package.json` of a package as a program in a folder does; follows links. */
const packageFile = (folder: string, name: string) => resolved(folder, `${name}/package.json`);

function resolved(folder: string, request: string): string | undefined {
  try {
    return realpathSync(createRequire(join(folder, "program.js")).resolve(request));
  } catch {
    return undefined;
  }
}

const versionIn = (file: string): string => JSON.parse(readFileSync(file, "utf8")).version;

/** Takes the oldest version that `>=20.19` or `^3.216.0` allows. */
const oldestOf = (range: string) => range.replace(/^[^0-9]+/, "");

const isAtLeast = (version: string, oldest: string) => version.localeCompare(oldest, "en", { numeric: true }) >= 0;
