import { runCommand } from "./run-command";
import { processSurroundings } from "./surroundings";

/** Runs the command of this process: what `bin/hyperv-snapshots.js` calls. */
export async function main(): Promise<void> {
  // `hyperv-snapshots list | head` isn't a failure
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode);
  });
  process.exitCode = await runCommand(process.argv.slice(2), processSurroundings());
}
