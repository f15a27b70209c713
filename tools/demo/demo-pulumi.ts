import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { findPulumiCli, interruptible, pulumiEnvironment, streamReporting } from "../pulumi-cli";
import { showLines } from "./show-lines";

/** The repository's root, whose `Pulumi.yaml` is the demo's project. */
export const repository = resolve(__dirname, "../../..");

/** The variable that tells the provider and the command where the demo's host is. */
export const storeVariable = "HYPERV_SNAPSHOTS_SIMULATED_HOST";

/** The file that holds the host of a demo's folder. */
export const storeOf = (folder: string): string => join(folder, "host.jsonl");

/** Opens the host in a store; creates it if the file doesn't exist. */
export function openDemoHost(storeFile: string): SimulatedHost {
  return SimulatedHost.open({ storeFile, seedFile: join(repository, "examples", "simulated-host", "seed.json") });
}

/** The CLI on the demo's stack. */
export interface DemoPulumi {
  /** Runs it and shows what it writes, in short lines; ends the demo when it fails. */
  run(parameters: readonly string[]): Promise<void>;
  /** Runs it without showing what it writes. @returns What it wrote. */
  ask(parameters: readonly string[]): string;
  /** Starts it and shows what it writes, in short lines. It never gets the terminal, so it can be killed without harm to that. */
  start(parameters: readonly string[]): { readonly cli: ChildProcess; readonly ended: Promise<number | null> };
}

/** Finds a CLI, and creates the backend and the stack. */
export async function preparePulumi(folder: string): Promise<DemoPulumi> {
  const pulumiCli = await interruptible((abortSignal) =>
    findPulumiCli({ ...streamReporting(process.stderr), abortSignal }),
  );
  const backend = join(folder, "backend");
  mkdirSync(backend, { recursive: true });
  const env = {
    ...pulumiEnvironment(pulumiCli, {
      home: join(folder, "home"),
      backend: pathToFileURL(backend).href,
      passphrase: "demo",
    }),
    [storeVariable]: storeOf(folder),
    // `npm run check` checks the program's types; here it would cost seconds in each run
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  const options = { cwd: repository, env };
  const onStack = (parameters: readonly string[]) => [...parameters, "--stack", "demo"];
  const start: DemoPulumi["start"] = (parameters) => {
    const words = [...onStack(parameters), "--non-interactive", "--color=never"];
    const cli = spawn(pulumiCli.command, words, { ...options, stdio: ["ignore", "pipe", "inherit"] });
    const shown = showLines(cli.stdout, (text) => process.stdout.write(text));
    const ended = once(cli, "exit").then(async ([status]) => {
      await shown;
      return status as number | null;
    });
    return { cli, ended };
  };
  const pulumi: DemoPulumi = {
    run: async (parameters) => {
      const status = await start(parameters).ended;
      if (status !== 0) process.exit(status ?? 1);
    },
    ask: (parameters) => {
      const result = spawnSync(pulumiCli.command, onStack(parameters), {
        ...options,
        stdio: ["ignore", "pipe", "inherit"],
        encoding: "utf8",
      });
      if (result.status !== 0) process.exit(result.status ?? 1);
      return result.stdout;
    },
    start,
  };
  pulumi.ask(["stack", "select", "--create"]);
  return pulumi;
}
