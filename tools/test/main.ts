import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { findPulumiCli, NoPulumiCliError, streamReporting } from "../pulumi-cli";
import { preparePackedInstalls } from "./packed-installs";

const repository = resolve(__dirname, "../../..");

/** Runs all layers of tests: `npm test`. Fetches first what they need, so that the tests themselves need no network. */
async function main(parameters: readonly string[]): Promise<number> {
  const reporting = streamReporting(process.stderr);
  const cli = await findPulumiCli(reporting);
  const installs = preparePackedInstalls(resolve(repository, "provider"), reporting.report);
  const env = {
    ...process.env,
    ...installs.variables,
    PULUMI_CLI: cli.command,
    ...(parameters.includes("crash") && { CRASH_POINTS: process.env["CRASH_POINTS"] ?? "all" }),
  };
  const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...parameters], { cwd: repository, env, stdio: "inherit" });
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
