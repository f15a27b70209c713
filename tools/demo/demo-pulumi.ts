import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { findPulumiCli, interruptible, pulumiEnvironment, streamReporting } from "../pulumi-cli";

/** The repository's root, whose `Pulumi.yaml` is the demo's project. */
export const repository = resolve(__dirname, "../../..");

/** By this the provider and the command find the demo's host. */
export const storeVariable = "HYPERV_SNAPSHOTS_SIMULATED_HOST";

/** Where the host of a demo's folder is. */
export const storeOf = (folder: string): string => join(folder, "host.jsonl");

/** Opens the host in a store, and makes it where there is none yet. */
export function openDemoHost(storeFile: string): SimulatedHost {
  return SimulatedHost.open({ storeFile, seedFile: join(repository, "examples", "simulated-host", "seed.json") });
}

/** The CLI on the demo's stack, in the user's terminal. */
export interface DemoPulumi {
  /** Runs it; ends the demo when it fails. */
  run(parameters: readonly string[]): void;
  /** Runs it without showing what it prints. @returns What it printed. */
  ask(parameters: readonly string[]): string;
  /** Starts it. */
  start(parameters: readonly string[]): ChildProcess;
}

/** Finds a CLI, and makes the backend and the stack. */
export async function preparePulumi(folder: string): Promise<DemoPulumi> {
  const cli = await interruptible((abortSignal) => findPulumiCli({ ...streamReporting(process.stderr), abortSignal }));
  const backend = join(folder, "backend");
  mkdirSync(backend, { recursive: true });
  const env = {
    ...pulumiEnvironment(cli, { home: join(folder, "home"), backend: pathToFileURL(backend).href, passphrase: "demo" }),
    // the host is where the demo's folder is, wherever that may be
    [storeVariable]: storeOf(folder),
    // the program's types are a check's business (`npm run check`), and would cost every run seconds
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  const options = { cwd: repository, env };
  const onStack = (parameters: readonly string[]) => [...parameters, "--stack", "demo"];
  const runWith = (parameters: readonly string[], stdio: "inherit" | ["ignore", "pipe", "inherit"]) => {
    const result = spawnSync(cli.command, onStack(parameters), { ...options, stdio, encoding: "utf8" });
    if (result.status !== 0) process.exit(result.status ?? 1);
    return result.stdout;
  };
  const pulumi: DemoPulumi = {
    run: (parameters) => void runWith(parameters, "inherit"),
    ask: (parameters) => runWith(parameters, ["ignore", "pipe", "inherit"]),
    start: (parameters) => spawn(cli.command, onStack(parameters), { ...options, stdio: "inherit" }),
  };
  pulumi.ask(["stack", "select", "--create"]);
  return pulumi;
}
