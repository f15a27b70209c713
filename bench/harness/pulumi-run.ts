import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { type Seed, SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { findPulumiCli, peersFolder, pulumiEnvironment, repositoryFolder } from "./built";
import { HostRecord } from "./host-record";
import { inTemporaryFolder } from "./temporary-folder";

/** What one `pulumi up` cost. */
export interface UpCost {
  readonly seconds: number;
  readonly stateKb: number;
  /** The simulated host's own work in it. */
  readonly hostSeconds: number;
  readonly hostRequests: number;
}

/**
 * Runs `pulumi up` with the real CLI on a new stack in a local backend, and a new host.
 *
 * @param program - A file of the peers' folder; those that it needs come after it.
 * @param count - How many resources it makes.
 * @param plugin - The folder of the plugin's executable.
 */
export function pulumiUp(
  program: readonly string[],
  count: number,
  seed: Seed,
  plugin = join(repositoryFolder, "provider/bin"),
): Promise<UpCost> {
  return inTemporaryFolder(async (root) => {
    const folder = join(root, "program");
    const stateFile = join(root, "backend/.pulumi/stacks/project/bench.json");
    mkdirSync(folder);
    mkdirSync(dirname(stateFile), { recursive: true });
    writeFileSync(join(root, "backend/.pulumi/meta.yaml"), "version: 1\n");
    writeFileSync(stateFile, JSON.stringify({ version: 3, checkpoint: { stack: "organization/project/bench" } }));
    const storeFile = join(root, "host.jsonl");
    SimulatedHost.open({ storeFile, seed });
    for (const file of program) copyFileSync(join(peersFolder, file), join(folder, file));
    const runtime = { name: "nodejs", options: { typescript: false } };
    const config = { "hyperv-snapshots:transport": "simulated", "hyperv-snapshots:simulatedHost": storeFile };
    const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
    write("package.json", { name: "program", main: program[0] });
    const plugins = { providers: [{ name: "hyperv-snapshots", path: plugin }] };
    write("Pulumi.yaml", { name: "project", runtime, plugins });
    write("Pulumi.bench.yaml", { config });
    symlinkSync(join(repositoryFolder, "node_modules"), join(folder, "node_modules"));
    const record = new HostRecord(root);
    const cli = await findPulumiCli();
    const env = pulumiEnvironment(cli, {
      home: join(root, "home"),
      backend: pathToFileURL(join(root, "backend")).href,
      passphrase: "bench",
      base: { ...process.env, ...record.environment, COUNT: String(count) },
    });
    const began = performance.now();
    await run(cli.command, ["up", "--yes", "--skip-preview", "--stack=bench", "--non-interactive"], folder, env);
    const seconds = (performance.now() - began) / 1000;
    const { ms, requests } = record.next();
    const stateKb = readFileSync(stateFile).length / 1024;
    return { seconds, stateKb, hostSeconds: ms / 1000, hostRequests: requests };
  });
}

function run(command: string, parameters: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output += data;
      });
    }
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${parameters[0]} ended with ${code}:\n${output}`)),
    );
  });
}
