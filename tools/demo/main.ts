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
  say("\nThe host as it is now:\n");
  say(drawHost(openHost().tree()));
  say();
  const pulumi = await preparePulumi(folder);
  say("\n$ pulumi up");
  pulumi.run(["up", "--yes", "--skip-preview", ...extra]);
  const { reference } = JSON.parse(pulumi.ask(["stack", "output", "--json"]));
  say("\nThe reference to the snapshot, from the stack's outputs:\n");
  say(`  ${reference}`);
  say("\nThe host as it shows itself now (read from the host, not from Pulumi's state):\n");
  const host = openHost();
  say(drawHost(host.tree()));
  say(`
What to try next:
  npm run demo -- break        upgrades the machines to a version that doesn't work
  npm run demo -- restore      brings them back from the snapshot, all to the same moment
  npm run demo -- kill         kills the CLI in the middle of the job, on a host of its own, and counts what comes of it
  npm run demo                 again: nothing changes, no second snapshot is taken
  npm run demo -- up           after another appVersion in Pulumi.demo.yaml: a new snapshot takes the old one's place
  npm run demo -- destroy      removes the snapshot from the host
  npm run demo -- reset        forgets everything: the host and Pulumi's state`);
}

/** Does something at a host that `up` has made. */
function atHost(work: (at: DemoHost) => number): () => Promise<void> {
  return async () => {
    if (!existsSync(storeFile)) {
      say("There is no host yet: npm run demo makes it first.");
      return;
    }
    process.exitCode = work({ host: openHost(), storeFile, repository, say });
  };
}

async function destroy(extra: readonly string[]): Promise<void> {
  if (!existsSync(storeFile)) {
    say("There is nothing to destroy: npm run demo makes something first.");
    return;
  }
  const pulumi = await preparePulumi(folder);
  say("\n$ pulumi destroy");
  pulumi.run(["destroy", "--yes", "--skip-preview", ...extra]);
  say("\nThe host as it shows itself now:\n");
  say(drawHost(openHost().tree()));
}

async function reset(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  say("Forgotten: the simulated host and Pulumi's state of the demo.");
}

const commands: Readonly<Record<string, (extra: readonly string[]) => Promise<void>>> = {
  up,
  break: atHost(breakMachines),
  restore: atHost(restoreMachines),
  kill: () => killInTheMiddle({ folder: join(folder, "kill"), say }),
  destroy,
  reset,
};

async function main([name = "up", ...extra]: readonly string[]): Promise<void> {
  const command = commands[name];
  if (!command) {
    process.stderr.write(`There is no demo called "${name}". There are: ${Object.keys(commands).join(", ")}.\n`);
    process.exitCode = 1;
    return;
  }
  await command(extra);
}

main(process.argv.slice(2)).catch((error: Error) => {
  const expected = error instanceof NoPulumiCliError || HyperVError.isInstance(error) || /^Stopped/.test(error.message);
  process.stderr.write(`${expected ? error.message : (error.stack ?? error.message)}\n`);
  process.exitCode = 1;
});
