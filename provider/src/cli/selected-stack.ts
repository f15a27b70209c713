import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { configurationNamespace } from "../config";
import { InvalidArgumentError } from "../errors";
import { findProjectFile } from "../project-file";
import { type PulumiState, parsePulumiState } from "./pulumi-state";
import type { Surroundings } from "./surroundings";

/** A stack that the command reads through the Pulumi CLI. */
export interface SelectedStack {
  readonly name: string;
  /** The project's name; undefined if its file doesn't say it in one line. */
  readonly project: string | undefined;
  /** Where the program runs: relative paths in the stack's configuration start here. */
  readonly programFolder: string;
  /** The stack's values of our keys, without their namespace; secrets are in plain text. */
  readonly configuration: ReadonlyMap<string, string>;
  /** Exports the stack's state, at most once. */
  readonly state: () => Promise<PulumiState>;
}

/** The command's stack; or why no stack is selected, and what to do (a clause); or why the stack can't be read. */
export type StackContext =
  | { readonly kind: "stack"; readonly stack: SelectedStack }
  | { readonly kind: "none"; readonly reason: string; readonly remedy: string }
  | { readonly kind: "unreadable"; readonly error: InvalidArgumentError };

/** How the user chooses a stack. */
export interface StackOptions {
  /** `--stack NAME`; false for `--no-stack`. */
  readonly stack?: string | false;
  /** `--cwd FOLDER`. */
  readonly cwd?: string;
}

/** Reads the stack that the options choose, as `pulumi` itself would choose it. Never throws. */
export async function readStackContext(options: StackOptions, surroundings: Surroundings): Promise<StackContext> {
  if (options.stack === false) {
    return { kind: "none", reason: "--no-stack was given", remedy: "leave out --no-stack" };
  }
  const folder = projectFolderOf(options, surroundings);
  const projectFile = findProjectFile(folder);
  if (projectFile === undefined) {
    const reason = `there is no Pulumi project in ${folder} or above it`;
    if (options.stack !== undefined)
      return unreadable(
        `--stack ${options.stack}`,
        reason,
        "Run the command in the project's folder, or pass --cwd FOLDER",
      );
    return { kind: "none", reason, remedy: runElsewhere };
  }
  const pulumi = (words: readonly string[]) => runPulumi(words, folder, surroundings.environment);
  const onStack = options.stack === undefined ? [] : ["--stack", options.stack];
  const name = options.stack ?? (await pulumi(["stack", "--show-name"]));
  if (typeof name !== "string") {
    if (!name.isMissingCli && /no stack selected/.test(name.message)) {
      const remedy = "select a stack with `pulumi stack select`, or pass --stack NAME";
      return { kind: "none", reason: `the project in ${dirname(projectFile)} has no selected stack`, remedy };
    }
    return unreadable(`the project in ${dirname(projectFile)}`, name.message, remedyOf(name));
  }
  const configured = await pulumi(["config", "--json", "--show-secrets", ...onStack]);
  if (typeof configured !== "string") return unreadable(`stack ${name}`, configured.message, remedyOf(configured));
  const project = fieldOf(projectFile, "name");
  // the state of a stack without resources doesn't say whose it is
  const deployment = project === undefined ? undefined : { stack: name.split("/").at(-1) ?? name, project };
  return {
    kind: "stack",
    stack: {
      name,
      project,
      programFolder: programFolder(projectFile),
      configuration: ourKeys(configured),
      state: once(async () => {
        const exported = await pulumi(["stack", "export", "--stack", name]);
        if (typeof exported !== "string")
          throw unreadable(`the state of stack ${name}`, exported.message, remedyOf(exported)).error;
        const state = parsePulumiState(exported, `the state of stack ${name}`);
        return { ...state, deployment: state.deployment ?? deployment };
      }),
    },
  };
}

/** The folder whose project is meant. */
export function projectFolderOf({ cwd }: StackOptions, { workingFolder }: Surroundings): string {
  return resolve(workingFolder, cwd ?? ".");
}

const runElsewhere = "run the command in the folder of a Pulumi project, or pass --cwd FOLDER";

interface CliFailure {
  readonly message: string;
  readonly isMissingCli: boolean;
}

const remedyOf = ({ isMissingCli }: CliFailure) =>
  isMissingCli
    ? "Install the Pulumi CLI (https://www.pulumi.com/docs/install/) and put it on the PATH, or pass --no-stack and the configuration as --config key=value"
    : "Fix what the Pulumi CLI reports, or pass --no-stack and the configuration as --config key=value";

function unreadable(target: string, answer: string, remedy: string) {
  const error = new InvalidArgumentError({
    attempted: "Reading the Pulumi stack",
    target,
    answer,
    outcome: "The host was not contacted",
    remedy,
  });
  return { kind: "unreadable", error } as const;
}

/** Finds where Pulumi starts the program: the project's folder, or the one that its `main` names. */
function programFolder(projectFile: string): string {
  const target = resolve(dirname(projectFile), fieldOf(projectFile, "main") ?? ".");
  return existsSync(target) && !statSync(target).isDirectory() ? dirname(target) : target;
}

/** Reads a field of a project file, which is YAML or JSON. */
function fieldOf(projectFile: string, name: "main" | "name"): string | undefined {
  const field = new RegExp(`^[\\s{,]*"?${name}"?\\s*:\\s*["']?([^"'\\s,}]+)`, "m");
  return field.exec(readFileSync(projectFile, "utf8"))?.[1];
}

function ourKeys(json: string): ReadonlyMap<string, string> {
  const prefix = `${configurationNamespace}:`;
  const all = Object.entries(JSON.parse(json) as Record<string, { readonly value?: string }>);
  return new Map(
    all.flatMap(([key, { value }]) =>
      key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
}

/** Runs the Pulumi CLI. @returns What it wrote, or why it failed: the first line of its error, else the last line that it wrote. */
function runPulumi(
  words: readonly string[],
  folder: string,
  environment: Surroundings["environment"],
): Promise<string | CliFailure> {
  const env = { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const options = { cwd: folder, env, timeout: 60_000, maxBuffer: 512 * 1024 * 1024 };
  return new Promise((settle) => {
    execFile("pulumi", [...words, "--non-interactive", "--color=never"], options, (error, stdout, stderr) => {
      if (!error) return settle(stdout.trimEnd());
      if (error.code === "ENOENT") {
        const isFolder = existsSync(folder);
        const message = isFolder ? "the Pulumi CLI isn't on the PATH" : `there is no folder ${folder}`;
        return settle({ message, isMissingCli: isFolder });
      }
      const lines = stderr.split("\n").filter((line) => line.trim() !== "");
      const said = lines.find((line) => line.startsWith("error: "))?.slice("error: ".length) ?? lines.at(-1);
      const ended = error.signal ? `was ended by ${error.signal}` : `ended with exit code ${error.code}`;
      settle({ message: said ?? `the Pulumi CLI ${ended} and no message`, isMissingCli: false });
    });
  });
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
