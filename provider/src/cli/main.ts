import { exitCodes } from "./exit-codes";
import { runCommand } from "./run-command";
import { processSurroundings } from "./surroundings";

/** Runs the command of this process: what `bin/hyperv-snapshots.js` calls. */
export async function main(): Promise<void> {
  let failure: NodeJS.ErrnoException | undefined;
  // a command that changes something finishes, whether or not its output is read
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") failure ??= error; // `hyperv-snapshots list | head` isn't a failure
  });
  process.stderr.on("error", () => {}); // there is no other place to report it
  const exitCode = await runCommand(process.argv.slice(2), processSurroundings());
  await new Promise<void>((written) => process.stdout.write("", () => written()));
  if (failure) process.stderr.write(`The output can't be written: ${failure.message}\n`);
  process.exitCode = exitCode === 0 && failure ? exitCodes.failed.code : exitCode;
}
