import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HyperVError } from "pulumi-hyperv-snapshots";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { findPulumiCli, NoPulumiCliError, pulumiEnvironment, streamReporting } from "../pulumi-cli";
import { drawHost } from "./draw-host";

const repository = resolve(__dirname, "../../..");
const folder = process.env["DEMO_FOLDER"] ?? join(repository, ".demo");
const storeFile = join(folder, "host.jsonl");
const stack = "demo";
const say = (text = "") => process.stdout.write(`${text}\n`);

const openHost = () =>
  SimulatedHost.open({ storeFile, seedFile: join(repository, "examples", "simulated-host", "seed.json") });

/** Runs the CLI with the user's terminal attached; ends the demo when it fails. */
type RunPulumi = (parameters: readonly string[], options?: { readonly quiet: boolean }) => string;

async function preparePulumi(): Promise<RunPulumi> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error("Stopped. Nothing half-made is left."));
  process.once("SIGINT", interrupt);
  const cli = await findPulumiCli({ ...streamReporting(process.stderr), abortSignal: interruption.signal });
  process.off("SIGINT", interrupt);
  const backend = join(folder, "backend");
  mkdirSync(backend, { recursive: true });
  const env = {
    ...pulumiEnvironment(cli, {
      home: join(folder, "home"),
      backend: pathToFileURL(backend).href,
      passphrase: "demo",
    }),
    // the program's types are a check's business (`npm run check`), and would cost every run seconds
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  return (parameters, { quiet } = { quiet: false }) => {
    const { status, stdout } = spawnSync(cli.command, [...parameters, "--stack", stack], {
      cwd: repository,
      env,
      stdio: quiet ? ["ignore", "pipe", "inherit"] : "inherit",
      encoding: "utf8",
    });
    if (status !== 0) process.exit(status ?? 1);
    return stdout;
  };
}

async function up(extra: readonly string[]): Promise<void> {
  say("\nThe host as it is now:\n");
  say(drawHost(openHost().tree()));
  say();
  const pulumi = await preparePulumi();
  pulumi(["stack", "select", "--create"], { quiet: true });
  say("\n$ pulumi up");
  pulumi(["up", "--yes", "--skip-preview", ...extra]);
  const { reference } = JSON.parse(pulumi(["stack", "output", "--json"], { quiet: true }));
  say("\nThe reference to the snapshot, from the stack's outputs:\n");
  say(`  ${reference}`);
  say("\nThe host as it shows itself now (read from the host, not from Pulumi's state):\n");
  const host = openHost();
  say(drawHost(host.tree()));
  say(`
What to try next:
  npm run demo                 again: nothing changes, no second snapshot is taken
  npm run demo -- up           after another appVersion in Pulumi.demo.yaml: a new snapshot takes the old one's place
  npm run demo -- destroy      removes the snapshot from the host
  npm run demo -- reset        forgets everything: the host and Pulumi's state`);
}

async function destroy(extra: readonly string[]): Promise<void> {
  if (!existsSync(storeFile)) {
    say("There is nothing to destroy: npm run demo makes something first.");
    return;
  }
  const pulumi = await preparePulumi();
  say("\n$ pulumi destroy");
  pulumi(["destroy", "--yes", "--skip-preview", ...extra]);
  say("\nThe host as it shows itself now:\n");
  say(drawHost(openHost().tree()));
}

async function reset(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  say("Forgotten: the simulated host and Pulumi's state of the demo.");
}

const commands: Readonly<Record<string, (extra: readonly string[]) => Promise<void>>> = { up, destroy, reset };

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
