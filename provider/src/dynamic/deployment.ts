import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ConnectionError } from "../errors";
import type { Clock } from "../jobs/clock";
import { engineProcess } from "../process/engine-process";
import type { Saved, Scope } from "../process/resource-call";
import { findProjectFile } from "../project-file";

/** What a provider process sees of its surroundings. */
export interface Place {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Pulumi starts provider processes where the program is. */
  readonly workingFolder: string;
}

/**
 * Finds the folder of the recovery records: `hyperv-snapshots/recovery` in Pulumi's home, or what the configuration says.
 *
 * Only provider processes ask: a program that uses the Automation API has another environment.
 *
 * @param configured - A relative path starts at the project's folder.
 */
export function recoveryFolder({ environment, workingFolder }: Place, configured: string | undefined): string {
  if (configured === undefined) return join(pulumiHome(environment), "hyperv-snapshots", "recovery");
  if (isAbsolute(configured)) return configured;
  const file = findProjectFile(workingFolder);
  return resolve(file ? dirname(file) : workingFolder, configured);
}

/** Reads the deployment from a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
export function scopeOf(urn: string, organization: string | undefined, backend: string): Scope {
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { backend, organization: organization ?? "organization", project, stack };
}

/**
 * Finds the backend that keeps the stack: `PULUMI_BACKEND_URL`, else the project's, else the one of the login. Two backends may have stacks of
 * the same name.
 */
export function backendUrl({ environment, workingFolder }: Place): string {
  const file = findProjectFile(workingFolder);
  const url =
    environment["PULUMI_BACKEND_URL"] ||
    (file && backendOfProject(file)) ||
    currentLogin(pulumiHome(environment)) ||
    "";
  return absoluteUrl(url, file ? dirname(file) : workingFolder);
}

function pulumiHome(environment: Place["environment"]): string {
  return environment["PULUMI_HOME"] || join(homedir(), ".pulumi");
}

function backendOfProject(file: string): string | undefined {
  const text = readFileSync(file, "utf8");
  if (!text.includes("backend")) return undefined;
  const project = readYaml(text) as { backend?: { url?: unknown } } | null;
  const url = project?.backend?.url;
  return typeof url === "string" ? url : undefined;
}

/** Reads YAML with the reader that `@pulumi/pulumi` brings along: only a project that names its own backend needs it. */
function readYaml(text: string): unknown {
  const requireOfPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  return (requireOfPulumi("js-yaml") as { load(text: string): unknown }).load(text);
}

/** Reads that one field and no other: the file holds access tokens. */
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

/** A resource, as `pulumi stack export` writes it. */
export interface ExportedResource {
  readonly urn?: string;
  readonly id?: string;
  /** Set for the old copy of a replaced resource. */
  readonly delete?: boolean;
  /** Set for a resource that was deleted so that another one replaces it. */
  readonly pendingReplacement?: boolean;
  readonly retainOnDelete?: boolean;
  /** Set for a resource that is only read. */
  readonly external?: boolean;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A stack, as `pulumi stack ls` lists it. */
export interface ListedStack extends Scope {
  /** Whether an update runs on it; backends other than Pulumi Cloud don't tell. */
  readonly isUpdating?: boolean;
}

/** Asks the Pulumi CLI what the backend holds. */
export interface DeploymentStates {
  /** The resources that a stack's state holds; undefined where they can't be asked for. Secrets stay encrypted in them. */
  exportStack(scope: Scope): Promise<readonly ExportedResource[] | undefined>;
  /** The stacks of the project, in all organizations of the account; none without a CLI, undefined where they can't be asked for now. */
  listStacks(scope: Scope): Promise<readonly ListedStack[] | undefined>;
}

const patienceMs = 30_000;

/** Asks by `pulumi stack export` and `pulumi stack ls`, which answer during an `up`, too. */
export function statesBy({ environment, workingFolder }: Place): DeploymentStates {
  const run = (parameters: readonly string[], withoutCli?: string) =>
    new Promise<string | undefined>((done) => {
      const options = {
        cwd: workingFolder,
        env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: patienceMs,
        maxBuffer: 1 << 30,
      };
      execFile(engineProcess()?.program ?? "pulumi", [...parameters, "--non-interactive"], options, (error, text) =>
        done(error?.code === "ENOENT" ? withoutCli : error ? undefined : text),
      );
    });
  const exported = sharing(async (stack) => readExport(await run(["stack", "export", "--stack", stack])));
  const listed = sharing((project) =>
    // without the option, the CLI leaves out the account's default organization
    run(["stack", "ls", "--json", "--fully-qualify-stack-names", "--project", project], "[]"),
  );
  return {
    exportStack: ({ organization, project, stack }) => exported(`${organization}/${project}/${stack}`),
    listStacks: async (scope) => readStacks(await listed(scope.project), scope),
  };
}

/**
 * Gives calls with the same key one answer if they come before it is asked for. It is asked for when the answer before has come: otherwise each
 * resource of an interrupted run would start a process of its own.
 */
function sharing<Answer>(ask: (key: string) => Promise<Answer>): (key: string) => Promise<Answer> {
  const waiting = new Map<string, Promise<Answer>>();
  const ended = new Map<string, Promise<void>>();
  return (key) => {
    const shared = waiting.get(key);
    if (shared) return shared;
    const answer = Promise.resolve(ended.get(key)).then(() => {
      waiting.delete(key);
      return ask(key);
    });
    waiting.set(key, answer);
    const end = () => {};
    ended.set(key, answer.then(end, end));
    return answer;
  };
}

function readExport(text: string | undefined): readonly ExportedResource[] | undefined {
  const exported = parsed(text) as { deployment?: { resources?: readonly ExportedResource[] } | null } | undefined;
  return exported && (exported.deployment?.resources ?? []);
}

/** Reads the names of stacks: `ORGANIZATION/PROJECT/STACK`, or `STACK` where a backend has no projects. */
function readStacks(text: string | undefined, scope: Scope): readonly ListedStack[] | undefined {
  const listed = parsed(text);
  if (!Array.isArray(listed)) return undefined;
  return (listed as readonly { readonly name?: unknown; readonly updateInProgress?: unknown }[]).flatMap((one) => {
    const parts = String(one.name ?? "").split("/");
    const stack = parts.at(-1);
    const isUpdating = one.updateInProgress === true;
    return stack ? [{ ...scope, stack, ...(parts.length > 1 && { organization: String(parts[0]) }), isUpdating }] : [];
  });
}

/** Whether a backend is Pulumi Cloud, or serves its API: only it has organizations. */
export const isPulumiCloud = (backend: string) => backend === "" || /^https?:/.test(backend);

/**
 * Finds the organization of a stack, which the engine doesn't tell a plugin. If several have a stack of that name, it is the one that is being
 * updated.
 *
 * @returns undefined if it isn't known, and for other backends, which have one organization only.
 * @throws {@link ConnectionError} when the backend can't be asked: under another organization, the records of an earlier run wouldn't be found.
 */
export async function organizationOf(
  states: DeploymentStates,
  scope: Scope,
  clock: Pick<Clock, "sleep">,
): Promise<string | undefined> {
  if (!isPulumiCloud(scope.backend)) return undefined;
  let stacks = await states.listStacks(scope);
  for (let pauseMs = 1000; stacks === undefined && pauseMs <= 4000; pauseMs *= 2) {
    await clock.sleep(pauseMs);
    stacks = await states.listStacks(scope);
  }
  if (stacks === undefined) throw organizationUnknown(scope);
  const same = stacks.filter(({ stack }) => stack === scope.stack);
  const [found, ...others] = same.length > 1 ? same.filter(({ isUpdating }) => isUpdating) : same;
  return others.length === 0 ? found?.organization : undefined;
}

function organizationUnknown({ project, stack }: Scope): ConnectionError {
  const command = `pulumi stack ls --project ${project}`;
  return new ConnectionError(
    {
      attempted: "Finding the organization of the stack",
      target: stack,
      answer: `\`${command}\` failed four times, and without the organization the recovery records can't be found`,
      outcome: "Nothing was asked of the host",
      remedy: `Run \`${command}\` to see why it fails, then run \`pulumi up\` again`,
    },
    { effect: "none" },
  );
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tells what a state holds under one of some URNs. */
export function savedUnder(resources: readonly ExportedResource[] | undefined, urns: readonly string[]): Saved {
  if (resources === undefined) return "unknown";
  const found = resources.find((one) => urns.includes(one.urn ?? "") && one.delete !== true && one.id !== undefined);
  if (found?.id === undefined) return null;
  const snapshot = found.outputs?.["snapshotCollectionId"];
  return {
    id: found.id,
    snapshotCollectionId: typeof snapshot === "string" ? snapshot : null,
    ...((found.pendingReplacement || found.retainOnDelete || found.external) && { needsNoDelete: true }),
  };
}

/**
 * Lists the ids, in lower case, of the resources and of the snapshots that the states of all stacks of a project hold: a stack may have been
 * renamed, a resource renamed, moved to another stack, or imported. `unknown` if one of the states can't be asked: it may hold any.
 *
 * @param scope - The deployment that asks: the CLI answers for its backend only.
 * @param of - The deployment whose project is searched.
 */
export async function savedIdsOf(
  states: DeploymentStates,
  { backend }: Pick<Scope, "backend">,
  of: Scope,
): Promise<ReadonlySet<string> | "unknown"> {
  if (of.backend !== backend) return "unknown";
  const ids = new Set<string>();
  const stacks = await states.listStacks(of);
  if (stacks === undefined) return "unknown";
  for (const stack of stacks.length > 0 ? stacks : [of]) {
    const resources = await states.exportStack(stack);
    if (resources === undefined) return "unknown";
    for (const { id, outputs } of resources)
      for (const found of [id, outputs?.["snapshotCollectionId"]])
        if (typeof found === "string") ids.add(found.toLowerCase());
  }
  return ids;
}

/** Tells whether a state holds an id under a URN, be it the old copy of a replaced resource. */
export function holds(resources: readonly ExportedResource[] | undefined, urn: string, id: string): boolean {
  return resources?.some((one) => one.urn === urn && one.id === id) ?? false;
}
