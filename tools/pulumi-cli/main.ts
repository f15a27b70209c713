import { findPulumiCli } from "./find-pulumi-cli";
import { NoPulumiCliError } from "./no-pulumi-cli-error";
import { streamReporting } from "./reporting";

/** Prints the path of a Pulumi CLI, getting one if there is none: `node tools/dist/pulumi-cli/main.js`. */
async function main(): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());
  try {
    const cli = await findPulumiCli({ ...streamReporting(process.stderr), abortSignal: interruption.signal });
    console.log(cli.command);
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) {
      console.error("Stopped. Nothing half-made is left.");
      return 130;
    }
    console.error(error instanceof NoPulumiCliError ? error.message : error);
    return 1;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
