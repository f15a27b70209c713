import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { runCommand } from "../../provider/src/cli/run-command";
import { processSurroundings, type Surroundings } from "../../provider/src/cli/surroundings";
import { type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { requireDocumentedForm } from "./json-form";
import { temporaryFolder } from "./temporary-folder";

/** A group of two running machines with an application, a group of one, and jobs that are over soon. */
export const quickSeed: Seed = {
  hostName: "HV-TEST",
  machines: [
    { name: "web-01", applicationVersion: "1.4.0" },
    { name: "db-01", applicationVersion: "1.4.0" },
    { name: "mail-01" },
  ],
  groups: [
    { name: "web-tier", members: ["web-01", "db-01"] },
    { name: "mail", members: ["mail-01"] },
  ],
  jobs: { ApplySnapshot: { seconds: 0.2, progress: "linear" } },
  options: { completion: "atOnce" },
};

/** What a command left behind. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command meets. */
interface RunOptions extends Partial<Surroundings> {
  /** What is on standard input. */
  readonly input?: string;
  /** What is typed on a terminal, in place of `input`. */
  readonly answers?: string;
  /** The width of the terminal that standard output is; without it, it isn't a terminal. */
  readonly columns?: number;
}

/** A folder with a simulated host in it, and the command that works with it. */
export class CommandLine {
  readonly folder = temporaryFolder();
  readonly storeFile = join(this.folder, "host.jsonl");
  readonly environment: Record<string, string> = {
    HYPERV_SNAPSHOTS_TRANSPORT: "simulated",
    HYPERV_SNAPSHOTS_SIMULATED_HOST: this.storeFile,
    PATH: this.folder,
  };

  /** The host; made when it is first wanted. */
  host(seed: Seed = quickSeed): SimulatedHost {
    return SimulatedHost.open({ storeFile: this.storeFile, seed });
  }

  /** Takes a snapshot of a group. @returns Its CollectionID. */
  takeSnapshot(group = "web-tier"): string {
    const host = this.host();
    const [service] = host.query("SELECT * FROM Msvm_CollectionSnapshotService");
    const [collection] = host.query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${group}'`);
    if (!service || !collection) throw new Error(`there is no group ${group}`);
    const { outParameters } = host.invokeMethod(service.path, "CreateSnapshot", {
      Collection: collection.path,
      SnapshotSettings: "",
      SnapshotType: 1,
    });
    return /"(.*)"/.exec(String(outParameters["ResultingSnapshotCollection"]))?.[1] ?? "";
  }

  /** Writes a file into the folder. @returns Its path. */
  write(name: string, content: unknown): string {
    const file = join(this.folder, name);
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  }

  /** Runs the command. */
  async run(
    words: readonly string[],
    { input = "", answers, columns, ...others }: RunOptions = {},
  ): Promise<CommandEnd> {
    const [stdout, stderr] = [Object.assign(new Kept(), columns && { isTTY: true, columns }), new Kept()];
    const stdin = Object.assign(new PassThrough(), { isTTY: answers !== undefined });
    stdin.end(answers ?? input);
    const { environment, folder: workingFolder } = this;
    const surroundings = { ...processSurroundings(), stdin, stdout, stderr, environment, workingFolder, ...others };
    const exitCode = await runCommand(words, surroundings);
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  }

  /** Runs the command with `--json`, and compares the output with its schema. @returns What it wrote, and how it ended. */
  async json(
    words: readonly string[],
    how: Parameters<CommandLine["run"]>[1] = {},
  ): Promise<{ exitCode: number; value: ParsedJson }> {
    const { exitCode, stdout, stderr } = await this.run([...words, "--json"], how);
    const value = JSON.parse(stdout || stderr);
    requireDocumentedForm(stdout === "" ? "error" : (words[0] ?? ""), value);
    return { exitCode, value };
  }
}

/** Whatever the JSON is: a test says itself what it expects of it. */
type ParsedJson = ReturnType<typeof JSON.parse>;

class Kept extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
