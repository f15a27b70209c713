import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { configurationNamespace } from "../config";
import { bad, doubtful, type Finding, failure, fine, skipped } from "../finding";
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
  yield nodeFinding();
  yield* packageFindings(projectFolderOf(options, surroundings));
  yield* cliFindings(surroundings.environment);
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
  const host = onPath("pulumi-resource-pulumi-nodejs", environment);
  yield host === undefined
    ? bad(
        "dynamic provider host",
        "pulumi-resource-pulumi-nodejs is not on the PATH",
        "It is installed beside the CLI: put the folder of a complete CLI installation on the PATH",
      )
    : fine("dynamic provider host", "found");
}

function cliVersion(environment: Surroundings["environment"]): Promise<string | undefined> {
  const env = { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((resolve) => {
    execFile("pulumi", ["version"], { env, timeout: 30_000 }, (error, stdout) =>
      resolve(error ? undefined : /^v?(\d+\.\d+\.\d+\S*)/m.exec(stdout)?.[1]),
    );
  });
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
