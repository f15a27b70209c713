import { execFile, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Seed, SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { findPulumiCli, type PulumiCli, pulumiEnvironment } from "../../tools/pulumi-cli";
import { processesIn, untilEnded } from "./processes";
import { repositoryFolder } from "./repository";
import { temporaryFolder } from "./temporary-folder";

/** A resource in the state. */
export interface SavedResource {
  /** Where in the program it is constructed. */
  readonly sourcePosition?: string;
  readonly urn: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly initErrors?: string[];
  /** It was replaced, and is deleted next. */
  readonly delete?: boolean;
}

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly status: number;
  readonly output: string;
}

/** How a project is made. */
export interface PulumiProjectOptions {
  /** The program, by file name; its first file is where it begins. */
  readonly program: Readonly<Record<string, string>>;
  readonly seed?: Seed;
  /** More of the stack's configuration; the simulated host is configured already. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** More of the CLI's environment, made when the host is there. */
  readonly environment?: (storeFile: string) => Promise<Readonly<Record<string, string>>>;
  /** Another backend than the one in a folder of the project's own: its URL, and the stack's name there. */
  readonly backend?: { readonly url: string; readonly stack: string };
  /** Whose `node_modules` the program has; the repository's when absent. */
  readonly install?: string;
  /** A package that the program doesn't have. */
  readonly without?: string;
  /** The folder whose `node` runs the program and the provider; the one that runs the tests when absent. */
  readonly nodeFolder?: string;
}

/** A group of two machines, with a job that is over soon. */
export const smallSeed: Seed = {
  hostName: "HV-TEST",
  machines: [{ name: "web-01" }, { name: "web-02" }],
  groups: [{ name: "web-tier", members: ["web-01", "web-02"] }],
  jobs: { CreateSnapshot: { seconds: 0.3, progress: "linear" }, DestroySnapshot: { seconds: 0.1, progress: "linear" } },
};

/** The CLI, which is looked for once in each file of tests. */
let cliOfFile: Promise<PulumiCli> | undefined;

/** A Pulumi project in a folder of its own, on a simulated host and a local backend, driven by the real CLI. */
export class PulumiProject {
  readonly folder: string;
  readonly host: SimulatedHost;
  /** The folder of the file that holds the state. */
  readonly stateFolder: string;
  private readonly storeFile: string;
  private readonly stateFile: string;
  private readonly backend: string;
  private readonly stack: string;
  private readonly command: string;
  /** The CLI's environment. */
  readonly env: NodeJS.ProcessEnv;

  private constructor(parts: {
    readonly folder: string;
    readonly host: SimulatedHost;
    readonly storeFile: string;
    readonly stateFile: string;
    readonly backend: string;
    readonly stack: string;
    readonly command: string;
    readonly env: NodeJS.ProcessEnv;
  }) {
    this.folder = parts.folder;
    this.host = parts.host;
    this.storeFile = parts.storeFile;
    this.stateFile = parts.stateFile;
    this.stateFolder = dirname(parts.stateFile);
    this.backend = parts.backend;
    this.stack = parts.stack;
    this.command = parts.command;
    this.env = parts.env;
  }

  static async create(options: PulumiProjectOptions): Promise<PulumiProject> {
    const root = temporaryFolder();
    const folder = join(root, "program");
    const backend = join(root, "backend");
    mkdirSync(folder);
    mkdirSync(backend);
    const storeFile = join(root, "host.jsonl");
    const host = SimulatedHost.open({ storeFile, seed: options.seed ?? smallSeed });
    for (const [name, text] of Object.entries(options.program)) writeFileSync(join(folder, name), text);
    const main = Object.keys(options.program)[0];
    if (!options.program["package.json"]) {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "program", main }));
    }
    // a program in JavaScript doesn't pay for loading the TypeScript compiler
    const typescript = main?.endsWith(".ts") ?? false;
    const runtime = { name: "nodejs", options: { typescript } };
    if (!options.program["Pulumi.yaml"]) {
      writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "project", runtime }));
    }
    writeConfiguration(folder, storeFile, options.configuration);
    const stateFile = makeEmptyStack(backend);
    linkPackages(
      join(options.install ?? repositoryFolder, "node_modules"),
      join(folder, "node_modules"),
      options.without,
    );
    cliOfFile ??= findPulumiCli();
    const cli = await cliOfFile;
    const base = { ...process.env, ...(await options.environment?.(storeFile)) };
    if (options.nodeFolder) base["PATH"] = `${options.nodeFolder}:${base["PATH"]}`;
    const home = join(root, "home");
    const url = options.backend?.url ?? pathToFileURL(backend).href;
    const env = pulumiEnvironment(cli, { home, backend: url, passphrase: "test", base });
    const stack = options.backend?.stack ?? "test";
    return new PulumiProject({ folder, host, storeFile, stateFile, backend, stack, command: cli.command, env });
  }

  /** Runs the CLI and waits for its end. */
  run(parameters: readonly string[]): Promise<CommandResult> {
    return this.runOn(this.stack, parameters);
  }

  /** Runs the CLI on another stack. */
  runOn(stack: string, parameters: readonly string[]): Promise<CommandResult> {
    return this.execute(this.command, [...parameters, `--stack=${stack}`, "--non-interactive", "--color=never"]);
  }

  /** Makes the stack once more, after it was renamed. */
  initStack(configuration: Readonly<Record<string, string>> = {}): void {
    writeConfiguration(this.folder, this.storeFile, configuration);
    makeEmptyStack(this.backend);
  }

  /** Runs a command of the CLI that knows no stack. */
  runWithoutStack(parameters: readonly string[]): Promise<CommandResult> {
    return this.execute(this.command, [...parameters, "--non-interactive", "--color=never"]);
  }

  /** Runs the CLI on a pseudo-terminal (`script` of util-linux). */
  runOnTerminal(parameters: readonly string[]): Promise<CommandResult> {
    const quoted = [this.command, ...parameters, `--stack=${this.stack}`].map((word) => `'${word}'`).join(" ");
    return this.execute("script", ["-qefc", quoted, "/dev/null"]);
  }

  /** Runs a script of the project by itself, which finds the CLI on its PATH. */
  runScript({ env = this.env }: { env?: NodeJS.ProcessEnv }, file: string, ...words: string[]): Promise<CommandResult> {
    return this.execute(process.execPath, [file, ...words], env);
  }

  /** The PATH that the CLI gets. */
  get path(): string {
    return this.env["PATH"] ?? "";
  }

  /** Runs a program of the project that drives the CLI itself. */
  runProgram(
    command: string,
    parameters: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<CommandResult> {
    return this.execute(command, parameters, { ...this.env, ...environment });
  }

  up(...parameters: string[]): Promise<CommandResult> {
    return this.run(["up", "--yes", "--skip-preview", ...parameters]);
  }

  /** Runs an `up`, kills the CLI (SIGKILL) when the host shows that it is time, and clears the lock that it leaves. */
  async upKilledWhen(isTime: (host: SimulatedHost) => boolean, ...parameters: string[]): Promise<void> {
    await this.runInGroup(["up", "--yes", "--skip-preview", ...parameters], async (cli) => {
      while (!isTime(this.host)) await new Promise((resolve) => setTimeout(resolve, 50));
      process.kill(cli, "SIGKILL");
    });
    await this.unlock();
  }

  /**
   * Runs the CLI in a process group of its own, as a terminal does, so that another program can interrupt it; waits until every process of
   * it has ended.
   */
  async runInGroup(
    parameters: readonly string[],
    onStart: (pid: number) => void | Promise<void>,
  ): Promise<CommandResult> {
    const all = [...parameters, `--stack=${this.stack}`, "--non-interactive", "--color=never"];
    const cli = spawn(this.command, all, { cwd: this.folder, env: this.env, detached: true });
    let output = "";
    for (const stream of [cli.stdout, cli.stderr]) stream.on("data", (piece) => (output += piece));
    const ended = new Promise<number>((resolve) => cli.once("exit", (code) => resolve(code ?? 1)));
    await onStart(cli.pid!);
    const status = await ended;
    await untilEnded(processesIn(this.folder));
    return { status, output };
  }

  /** Runs an `up` whose output goes to a command that may end before it; waits for the end of both, and clears the lock. */
  async upReadBy(reader: string): Promise<void> {
    const command = `'${this.command}' up --yes --skip-preview --stack=${this.stack} --non-interactive 2>&1 | ${reader}`;
    await this.execute("sh", ["-c", command]);
    await untilEnded(processesIn(this.folder));
    await this.unlock();
  }

  /** Clears the lock that a CLI leaves which was killed. */
  async unlock(): Promise<void> {
    await this.run(["cancel", "--yes"]);
  }

  preview(...parameters: string[]): Promise<CommandResult> {
    return this.run(["preview", ...parameters]);
  }

  refresh(): Promise<CommandResult> {
    return this.run(["refresh", "--yes", "--skip-preview"]);
  }

  destroy(...parameters: string[]): Promise<CommandResult> {
    return this.run(["destroy", "--yes", "--skip-preview", ...parameters]);
  }

  /** Changes the program; the first file is where it begins. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** The resources in the state, as the backend has saved them. */
  resources(): SavedResource[] {
    return JSON.parse(readFileSync(this.stateFile, "utf8")).checkpoint.latest?.resources ?? [];
  }

  /** The snapshots of our type in the state. */
  snapshotsInState(): SavedResource[] {
    return this.resources().filter(({ urn }) => urn.includes("CollectionSnapshot"));
  }

  /** What the program exports. */
  stackOutputs(): Record<string, unknown> {
    return this.resources().find(({ urn }) => urn.includes("pulumi:pulumi:Stack"))?.outputs ?? {};
  }

  /** How many snapshots each machine of the first group has. */
  snapshotCounts(): number[] {
    return this.host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length) ?? [];
  }

  /** Destroys a snapshot collection behind Pulumi's back. */
  destroyOnHost(snapshotCollectionId: string): void {
    this.host.setOption("completion", "atOnce");
    const [service] = this.host.query("SELECT * FROM Msvm_CollectionSnapshotService");
    const [snapshot] = this.host.query(
      `SELECT * FROM Msvm_SnapshotCollection WHERE CollectionID = '${snapshotCollectionId}'`,
    );
    this.host.invokeMethod(service!.path, "DestroySnapshot", { AffectedSnapshotCollection: snapshot!.path });
    this.host.setOption("completion", "job");
  }

  /** Writes nonsense into the middle of the host's store. */
  damageHost(): void {
    const lines = readFileSync(this.storeFile, "utf8").split("\n");
    lines.splice(1, 0, "{ nonsense }");
    writeFileSync(this.storeFile, lines.join("\n"));
  }

  private execute(command: string, parameters: readonly string[], env = this.env): Promise<CommandResult> {
    return new Promise((resolve) => {
      execFile(
        command,
        parameters,
        { cwd: this.folder, env, maxBuffer: 2 ** 28, timeout: 240_000 },
        (error, stdout, stderr) => {
          const status = error ? (typeof error.code === "number" ? error.code : 1) : 0;
          resolve({ status, output: stdout + stderr });
        },
      );
    });
  }
}

function writeConfiguration(folder: string, storeFile: string, more?: Readonly<Record<string, string>>): void {
  const simulated = { "hyperv-snapshots:transport": "simulated", "hyperv-snapshots:simulatedHost": storeFile };
  writeFileSync(join(folder, "Pulumi.test.yaml"), JSON.stringify({ config: { ...simulated, ...more } }));
}

/** What `pulumi stack init` writes, without the second that it takes. */
function makeEmptyStack(backend: string): string {
  const stateFile = join(backend, ".pulumi/stacks/project/test.json");
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(join(backend, ".pulumi/meta.yaml"), "version: 1\n");
  writeFileSync(stateFile, JSON.stringify({ version: 3, checkpoint: { stack: "organization/project/test" } }));
  return stateFile;
}

/** Gives a program the packages of another install. */
function linkPackages(from: string, to: string, without: string | undefined): void {
  if (without === undefined) return symlinkSync(from, to);
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name !== without && !name.startsWith(".")) symlinkSync(join(from, name), join(to, name));
  }
}
