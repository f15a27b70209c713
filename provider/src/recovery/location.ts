import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, parse, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Who } from "./record";

type Environment = Readonly<Record<string, string | undefined>>;

/** What both processes see of their surroundings: the program's, and the provider's. */
export interface Place {
  readonly environment: Environment;
  /** Where the process runs; Pulumi starts both where the program is. */
  readonly workingFolder: string;
}

/**
 * The folder of all intents: `hyperv-snapshots/intents` in Pulumi's home, or what `intents` in the configuration says.
 *
 * @param configured - A relative path starts at the project's folder.
 */
export function intentsFolder({ environment, workingFolder }: Place, configured: string | undefined): string {
  if (configured === undefined) return join(pulumiHome(environment), "hyperv-snapshots", "intents");
  return isAbsolute(configured) ? configured : resolve(projectFolder(workingFolder) ?? workingFolder, configured);
}

/** The name of the folder, in that of all intents, of one resource of one stack of one backend. */
export function resourceFolder({ organization, urn, backend }: Who): string {
  return createHash("sha256")
    .update(JSON.stringify([backend, organization, urn]))
    .digest("hex")
    .slice(0, 32);
}

/** The name of an intent's file. */
export const intentFile = (id: string): string => `${id}.json`;

/** Whether a file's name is that of an intent. */
export const isIntentFile = (name: string): boolean => /^[0-9a-f-]{36}\.json$/.test(name);

/**
 * The backend that keeps the stack: `PULUMI_BACKEND_URL`, else the project's, else the one somebody has logged in to. Two backends may
 * well have stacks of the same name.
 *
 * @param readYaml - Reads YAML; called only where the project's file speaks of a backend.
 */
export function backendUrl({ environment, workingFolder }: Place, readYaml: (text: string) => unknown): string {
  const folder = projectFolder(workingFolder);
  const url =
    environment["PULUMI_BACKEND_URL"] ||
    (folder && backendOfProject(join(folder, projectFile), readYaml)) ||
    currentLogin(pulumiHome(environment)) ||
    "";
  return absoluteUrl(url, folder ?? workingFolder);
}

function pulumiHome(environment: Environment): string {
  return environment["PULUMI_HOME"] || join(homedir(), ".pulumi");
}

const projectFile = "Pulumi.yaml";

/** The folder of `Pulumi.yaml`: the program's own, or one above it. */
function projectFolder(folder: string): string | undefined {
  if (existsSync(join(folder, projectFile))) return folder;
  return folder === parse(folder).root ? undefined : projectFolder(dirname(folder));
}

function backendOfProject(file: string, readYaml: (text: string) => unknown): string | undefined {
  const text = readFileSync(file, "utf8");
  if (!text.includes("backend")) return undefined;
  const project = readYaml(text) as { backend?: { url?: unknown } } | null;
  const url = project?.backend?.url;
  return typeof url === "string" ? url : undefined;
}

/** That one field and no other: the file holds access tokens. */
function currentLogin(home: string): string | undefined {
  try {
    const { current } = JSON.parse(readFileSync(join(home, "credentials.json"), "utf8")) as { current?: unknown };
    return typeof current === "string" ? current : undefined;
  } catch {
    return undefined;
  }
}

/** `file://./state` means another folder in each project. */
function absoluteUrl(url: string, folder: string): string {
  const relative = /^file:\/\/(\.{1,2}(?:\/.*)?)$/.exec(url)?.[1];
  if (relative !== undefined) return pathToFileURL(resolve(folder, relative)).href;
  const inHome = /^file:\/\/~(.*)$/.exec(url)?.[1];
  if (inHome !== undefined) return pathToFileURL(join(homedir(), inHome)).href;
  return url.startsWith("file:///") ? pathToFileURL(resolve(fileURLToPath(url))).href : url;
}
