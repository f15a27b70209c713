import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HyperVError } from "pulumi-hyperv-snapshots";
import { drawHost } from "pulumi-hyperv-snapshots/simulator";
import { NoPulumiCliError } from "../pulumi-cli";
import { breakMachines, type DemoHost, restoreMachines } from "./break-and-restore";
import { openDemoHost, preparePulumi, repository, storeOf } from "./demo-pulumi";
import { killInTheMiddle } from "./kill";

const folder = process.env["DEMO_FOLDER"] ?? join(repository, ".demo");
const storeFile = storeOf(folder);
const say = (text = "") => process.stdout.write(`${text}\n`);

const openHost = () => openDemoHost(storeFile);

async function up(extra: readonly string[]): Promise<void> {
  say("\nThe host before:\n");
  say(drawHost(openHost().tree()));
  say();
  const pulumi = await preparePulumi(folder);
  say("\n$ pulumi up");
  await pulumi.run(["up", "--yes", "--skip-preview", "--suppress-outputs", ...extra]);
  const { reference } = JSON.parse(pulumi.ask(["stack", "output", "--json"]));
  say("\nThe reference to the snapshot, from the stack's outputs:\n");
  say(`  ${reference}`);
  say("\nThe host now (read from the host, not from Pulumi's state):\n");
  const host = openHost();
  say(drawHost(host.tree()));
  say(`\nWhat to try next:\n${usage}`);
}

/** Works on a host that `up` has created. */
function atHost(work: (at: DemoHost) => number): () => Promise<void> {
  return async () => {
    if (!existsSync(storeFile)) {
      say("There is no host yet: `npm run demo` creates it.");
      return;
    }
    process.exitCode = work({ host: openHost(), storeFile, repository, say });
  };
}

async function destroy(extra: readonly string[]): Promise<void> {
  if (!existsSync(storeFile)) {
    say("There is nothing to destroy: `npm run demo` takes a snapshot first.");
    return;
  }
  const pulumi = await preparePulumi(folder);
  say("\n$ pulumi destroy");
  await pulumi.run(["destroy", "--yes", "--skip-preview", ...extra]);
  say("\nThe host now:\n");
  say(drawHost(openHost().tree()));
}

async function reset(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  say("Deleted the demo's simulated host and Pulumi state.");
}

/** What `npm run demo -- WORD` can do. The one table: the help and the end of the demo show it. */
const commands: Readonly<Record<string, { readonly help: string; run(extra: readonly string[]): Promise<void> }>> = {
  up: { help: "takes the snapshot; a second run changes nothing", run: up },
  break: { help: "upgrades the machines to a version that doesn't work", run: atHost(breakMachines) },
  restore: { help: "brings all machines back to the snapshot", run: atHost(restoreMachines) },
  kill: {
    help: "kills the CLI during the job, then runs it again",
    run: () => killInTheMiddle({ folder: join(folder, "kill"), say }),
  },
  destroy: { help: "removes the snapshot from the host", run: destroy },
  reset: { help: "deletes the demo's host and Pulumi state", run: reset },
};

const usage = Object.entries(commands)
  .map(([name, { help }]) => `  npm run demo${name === "up" ? "           " : ` -- ${name.padEnd(7)}`}  ${help}`)
  .join("\n");

async function main([name = "up", ...extra]: readonly string[]): Promise<void> {
  if (name === "--help" || name === "-h" || name === "help") {
    say(`Runs Pulumi on an embedded simulated Hyper-V host. Its files are in ${folder}.\n\n${usage}`);
    return;
  }
  const command = commands[name];
  if (!command) {
    process.stderr.write(`Unknown demo command "${name}".\n\n${usage}\n`);
    process.exitCode = 2;
    return;
  }
  await command.run(extra);
}

main(process.argv.slice(2)).catch((error: Error) => {
  const expected = error instanceof NoPulumiCliError || HyperVError.isInstance(error) || /^Stopped/.test(error.message);
  process.stderr.write(`${expected ? error.message : (error.stack ?? error.message)}\n`);
  process.exitCode = 1;
});
