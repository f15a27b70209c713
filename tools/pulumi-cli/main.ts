import { findPulumiCli, NoPulumiCliError } from "./find-pulumi-cli";
import { streamReporting } from "./reporting";
import { interruptible } from "./run-child";

/** Prints the path of a Pulumi CLI, getting one if there is none: `node tools/dist/pulumi-cli/main.js`. */
async function main(): Promise<number> {
  return interruptible(async (abortSignal) => {
    try {
      const cli = await findPulumiCli({ ...streamReporting(process.stderr), abortSignal });
      console.log(cli.command);
      return 0;
    } catch (error) {
      const isExpected = abortSignal.aborted || error instanceof NoPulumiCliError;
      console.error(isExpected ? (error as Error).message : error);
      return abortSignal.aborted ? 130 : 1;
    }
  });
}

void main().then((code) => {
  process.exitCode = code;
});
