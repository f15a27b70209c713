import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { findPulumiCli, interruptible, NoPulumiCliError, streamReporting } from "../pulumi-cli";
import { buildWithGo, builtCommand, yamlHostProgram } from "../pulumi-cli/go-build";
import type { Reporting } from "../pulumi-cli/reporting";
import { cacheFolder, noInstalls, preparePackedInstalls } from "./packed-installs";
import { preparePython } from "./python-install";

const repository = resolve(__dirname, "../../..");
/** Takes all projects of `vitest.config.mts` instead of those of `npm test`: `npm run test:all`. */
const allProjects = "--all";
/** Lets the kill matrix try all its points, not one of each kind: `npm run test:crash`. */
const everyPoint = "--every-point";

/** Runs the tests: `npm test`. Gets first what they need, so that the tests themselves need no network. */
async function main(parameters: readonly string[]): Promise<number> {
  const forVitest = parameters.filter((parameter) => parameter !== allProjects && parameter !== everyPoint);
  const asksForTests = forVitest.some((parameter) => parameter.startsWith("--project") || !parameter.startsWith("-"));
  const isShort = !parameters.includes(allProjects) && !asksForTests;
  if (isShort) forVitest.push("--project=!*-more");

  const reporting = streamReporting(process.stderr);
  const cli = await interruptible((abortSignal) => findPulumiCli({ ...reporting, abortSignal }));
  const installs = isShort ? noInstalls : preparePackedInstalls(resolve(repository, "provider"), reporting.report);
  const env = {
    ...process.env,
    ...installs.variables,
    ...(!isShort && (await preparePython(cacheFolder, reporting))),
    ...(await interruptible((abortSignal) => prepareYamlHost(reporting, abortSignal))),
    PULUMI_CLI: cli.command,
    ...(parameters.includes(everyPoint) && { CRASH_POINTS: "all" }),
  };
  const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...forVitest], { cwd: repository, env, stdio: "inherit" });
  return new Promise((end) =>
    child.once("exit", (code) => {
      installs.remove();
      end(code ?? 1);
    }),
  );
}

/** Builds Pulumi's language host for YAML where there is none yet. @returns environment variables for the tests. */
async function prepareYamlHost(reporting: Reporting, abortSignal: AbortSignal): Promise<Record<string, string>> {
  const program = yamlHostProgram();
  const command = builtCommand(program);
  try {
    const refusal = existsSync(command)
      ? undefined
      : await buildWithGo(program, { ...reporting, env: process.env, abortSignal });
    return refusal ? { TEST_INSTALL_YAML_MISSING: refusal } : { TEST_INSTALL_YAML: command };
  } catch (error) {
    abortSignal.throwIfAborted();
    const { message } = error as Error;
    reporting.report(`Can't build the ${program.title}: ${message}`);
    return { TEST_INSTALL_YAML_MISSING: message.split("\n")[0] ?? "" };
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error instanceof NoPulumiCliError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  },
);
