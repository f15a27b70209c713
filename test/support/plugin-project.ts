import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Seed } from "pulumi-hyperv-snapshots/simulator";
import type { TestContext } from "vitest";
import { preparedInstall } from "./prepared-install";
import { PulumiProject, type PulumiProjectOptions, smallSeed } from "./pulumi-project";
import { repositoryFolder } from "./repository";

/** The folder of the plugin's executable. */
export const pluginFolder = join(repositoryFolder, "provider/bin");

/** A resource as a YAML program declares it. */
export interface YamlResource {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly get?: Readonly<Record<string, unknown>>;
}

/** A YAML program, beside its resources. */
export interface YamlProgramOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Whether the program names the plugin's folder; otherwise the engine has to find it. */
  readonly namesPlugin?: boolean;
}

/** How a project's file names the plugin. */
export const namedPlugin = { providers: [{ name: "hyperv-snapshots", path: pluginFolder }] };

/** Writes a YAML program. Resources without a type are snapshots. */
export function yamlProgram(
  resources: Readonly<Record<string, YamlResource>>,
  options: YamlProgramOptions = {},
): string {
  const typed = Object.entries(resources).map(([name, resource]) => [
    name,
    { type: "hyperv-snapshots:CollectionSnapshot", ...resource },
  ]);
  return JSON.stringify({
    name: "project",
    runtime: "yaml",
    ...(options.namesPlugin !== false && { plugins: namedPlugin }),
    resources: Object.fromEntries(typed),
    ...(options.variables && { variables: options.variables }),
    ...(options.outputs && { outputs: options.outputs }),
  });
}

/** Makes a project whose program is in YAML; skips the test if there is no YAML language host. */
export function yamlProject(
  context: TestContext,
  program: string,
  { path = [], ...options }: Omit<PulumiProjectOptions, "program"> & { readonly path?: readonly string[] } = {},
): Promise<PulumiProject> {
  preparedInstall(context, "YAML", "no-yaml-host"); // the CLI finds it on its PATH
  return PulumiProject.create({
    ...options,
    program: { "Pulumi.yaml": program },
    environment: async (storeFile) => ({
      PATH: [...path, ...pathWithoutPlugin()].join(delimiter),
      ...(await options.environment?.(storeFile)),
    }),
  });
}

/** A program in JavaScript with one snapshot, as a dynamic resource. */
export const dynamicProgram = `const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
new CollectionSnapshot("before", { collection: "web-tier" });`;

/** The same with the plugin, by its SDK: see `installTypeScriptSdk`. */
export const pluginProgram = dynamicProgram.replace('"pulumi-hyperv-snapshots"', '"pulumi-hyperv-snapshots-sdk"');

/** Makes a project with a program in JavaScript, which may use the plugin. */
export function nodeProject(program: string, options: Omit<PulumiProjectOptions, "program">): Promise<PulumiProject> {
  const project = {
    name: "project",
    runtime: { name: "nodejs", options: { typescript: false } },
    plugins: namedPlugin,
  };
  return PulumiProject.create({
    ...options,
    program: { "index.js": program, "Pulumi.yaml": JSON.stringify(project) },
  });
}

/** A host that takes 6 s for a snapshot, so that there is time to interrupt it. */
export const slowSeed: Seed = {
  ...smallSeed,
  jobs: { ...smallSeed.jobs, CreateSnapshot: { seconds: 6, progress: "linear" } },
};

/** The folders of the PATH that don't have the plugin: `npm run` adds one that does. */
function pathWithoutPlugin(): readonly string[] {
  const folders = process.env["PATH"]?.split(delimiter) ?? [];
  return folders.filter((folder) => !existsSync(join(folder, "pulumi-resource-hyperv-snapshots")));
}
