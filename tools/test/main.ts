import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { findPulumiCli, NoPulumiCliError, streamReporting } from "../pulumi-cli";
import { preparePackedInstalls } from "./packed-installs";

const repository = resolve(__dirname, "../../..");
const everyPoint = "--every-point";

/**
 * Runs all layers of tests: `npm test`. Fetches first what they need, so that the tests themselves need no network.
 *
 * With `--every-point`, the kill matrix tries all its points, not one of each kind: `npm run test:crash`.
 */
async function main(parameters: readonly string[]): Promise<number> {
  const reporting = streamReporting(process.stderr);
  const cli = await findPulumiCli(reporting);
  const installs = preparePackedInstalls(resolve(repository, "provider"), reporting.report);
  const env = {
    ...process.env,
    ...installs.variables,
    PULUMI_CLI: cli.command,
    ...(parameters.includes(everyPoint) && { CRASH_POINTS: "all" }),
  };
  const ownParameters = parameters.filter((parameter) => parameter !== everyPoint);
  const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...ownParameters], { cwd: repository, env, stdio: "inherit" });
  return new Promise((end) =>
    child.once("exit", (code) => {
      installs.remove();
      end(code ?? 1);
    }),
  );
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
