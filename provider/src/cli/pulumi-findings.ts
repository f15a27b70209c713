import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { bad, doubtful, type Finding, fine, skipped } from "../finding";
import { ownPackage } from "./own-package";
import type { Surroundings } from "./surroundings";

/**
 * The oldest Pulumi CLI that is good enough: since this one, `pulumi import --file` takes a resource's outputs from the
 * file, and that is the only import a dynamic resource can have. A test compares it with what the repository's tools say.
 */
export const oldestPulumiCli = "3.254.0";

const sdk = "@pulumi/pulumi";

/** Tries what must be true of Pulumi in the folder where a program would be. */
export async function* pulumiFindings(surroundings: Surroundings): AsyncGenerator<Finding> {
  yield nodeFinding();
  yield* packageFindings(surroundings.workingFolder);
  yield* cliFindings(surroundings.environment);
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
    yield bad(sdk, `not found from ${folder}`, `${install}; or run doctor in the project's folder`);
  } else {
    const version = versionIn(ofProgram);
    const fits = isAtLeast(version, oldestOf(wanted)) && version.split(".")[0] === oldestOf(wanted).split(".")[0];
    yield fits ? fine(sdk, version) : bad(sdk, `${version} doesn't fit ${wanted}`, install);
  }
  const lifecycle = resolved(folder, `${ownPackage.name}/lifecycle`);
  yield lifecycle === undefined
    ? bad(
        "dynamic provider",
        `${ownPackage.name}/lifecycle, which states name, isn't found from ${folder}`,
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
          `Let npm find one for both: npm dedupe; npm ls ${sdk} shows where each comes from`,
        );
  }
}

async function* cliFindings(environment: Surroundings["environment"]): AsyncGenerator<Finding> {
  const version = await cliVersion(environment);
  if (version === undefined) {
    yield bad("Pulumi CLI", "no pulumi on the PATH answers", "Install it: https://www.pulumi.com/docs/install/");
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
        "host of dynamic providers",
        "pulumi-resource-pulumi-nodejs is not on the PATH",
        "It comes with the CLI and lies beside it: install the CLI whole, and put its folder on the PATH",
      )
    : fine("host of dynamic providers", "found");
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

/** The `package.json` of a package as a program in a folder finds it, links followed. */
const packageFile = (folder: string, name: string) => resolved(folder, `${name}/package.json`);

function resolved(folder: string, request: string): string | undefined {
  try {
    return realpathSync(createRequire(join(folder, "program.js")).resolve(request));
  } catch {
    return undefined;
  }
}

const versionIn = (file: string): string => JSON.parse(readFileSync(file, "utf8")).version;

/** The oldest version that `>=20.19` or `^3.216.0` lets in. */
const oldestOf = (range: string) => range.replace(/^[^0-9]+/, "");

const isAtLeast = (version: string, oldest: string) => version.localeCompare(oldest, "en", { numeric: true }) >= 0;
