import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import {
  type Configuration,
  type ConfigurationKeyName,
  configurationKeys,
  configurationNamespace,
  environmentVariable,
} from "../config";
import { transportOf } from "../connection";
import { InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { readConfiguration } from "../read-configuration";
import type { StackContext, StackOptions } from "./selected-stack";
import type { Surroundings } from "./surroundings";

/** The options that every command has. */
export interface CommonOptions extends StackOptions {
  readonly json?: boolean;
  /** Whether each host request is written to standard error. */
  readonly verbose?: boolean;
  /** `key=value`, as often as wanted. */
  readonly config: readonly string[];
  /** Which of the configured connections; wins over the key `connection`. */
  readonly connection?: string;
  /** What Pulumi knows; read before the command's own work begins. */
  readonly context?: StackContext;
}

type ConfigurationOptions = Pick<CommonOptions, "config" | "connection" | "context">;

/** Keys whose value is a file: in a stack, a relative path starts at the program's folder. */
const fileKeys = [
  "simulatedHost",
  "simulatedSeed",
  "identityFile",
  "sshConfig",
  "caFile",
  "clientCertificate",
  "clientKey",
] as const;

/**
 * Reads the configuration: `--config` first, then the environment, then the selected stack.
 *
 * @throws {@link InvalidArgumentError} for a key or a value that doesn't exist, or when the stack can't be read. Messages repeat
 * a value only if its key has a fixed list of values.
 */
export function commandConfiguration(
  options: ConfigurationOptions,
  { environment }: Pick<Surroundings, "environment">,
): Configuration {
  const { context, connection } = options;
  if (context?.kind === "unreadable") throw context.error;
  const { layerOf, settingOf, keys } = layers(options, environment);
  const configuration = readConfiguration({ get: settingOf, stackKeys: keys, environment }, connection);
  if (context?.kind !== "stack") return configuration;
  const isOwn = (name: string) => {
    const layer = layerOf(configuration.connection === undefined ? name : "connections");
    return layer === "given" || layer === "environment";
  };
  const resolved = fileKeys.flatMap((name) => {
    const file = configuration[name];
    if (file === undefined || isAbsolute(file) || file.startsWith("~") || isOwn(name)) return [];
    return [[name, resolve(context.stack.programFolder, file)]];
  });
  return { ...configuration, ...Object.fromEntries(resolved) };
}

/** Names what set each key: for people, without the values. */
export function configurationSources(
  options: ConfigurationOptions,
  { environment }: Pick<Surroundings, "environment">,
): Readonly<Record<string, string>> {
  const { context } = options;
  const { layerOf } = layers(options, environment);
  const sourceOf = (name: string) => {
    const layer = layerOf(name);
    if (layer === "given") return "--config";
    if (layer === "environment") return environmentVariable(name);
    return layer === "stack" && context?.kind === "stack" ? `stack ${context.stack.name}` : undefined;
  };
  return Object.fromEntries(
    Object.keys(configurationKeys).flatMap((name) => {
      const source = sourceOf(name);
      return source === undefined ? [] : [[name, source]];
    }),
  );
}

/** Where a key's value can come from; the first that has one wins. */
function layers({ config, context }: ConfigurationOptions, environment: Surroundings["environment"]) {
  const given = new Map(config.map(keyAndValue));
  const stack = context?.kind === "stack" ? context.stack.configuration : new Map<string, string>();
  const isOwn = (name: string) => given.has(name) || Boolean(environment[environmentVariable(name)]);
  const hostKeys = Object.keys(configurationKeys).filter((name) => isHostKey(name as ConfigurationKeyName));
  // if the user names a host for this one command, the stack's default connection doesn't apply
  const hidden = hostKeys.some(isOwn) ? "connection" : undefined;
  const layerOf = (name: string) => {
    if (given.has(name)) return "given";
    if (environment[environmentVariable(name)]) return "environment";
    return stack.has(name) && name !== hidden ? "stack" : undefined;
  };
  // what only the environment sets is left to the reader, whose messages then name the variable
  const settingOf = (name: string) => {
    const layer = layerOf(name);
    return layer === "given" ? given.get(name) : layer === "stack" ? stack.get(name) : undefined;
  };
  return { layerOf, settingOf, keys: [...given.keys(), ...stack.keys()] };
}

const isHostKey = (name: ConfigurationKeyName) =>
  (configurationKeys[name] as { readonly place?: string }).place === "host";

/**
 * Opens a session to the configured host.
 *
 * If the simulated host doesn't exist, this is an error: a command that only reads must not create a file.
 */
export async function openHost(surroundings: Surroundings, options: CommonOptions): Promise<HyperVHost> {
  const configuration = commandConfiguration(options, surroundings);
  if (chosenTransport(configuration, options.context) === "simulated") requireStore(configuration.simulatedHost);
  const { clock, stderr } = surroundings;
  return surroundings.connect(configuration, clock, options.verbose ? (line) => stderr.write(`${line}\n`) : undefined);
}

/** Names the transport. @throws {@link InvalidArgumentError} when none is configured. */
export function chosenTransport(configuration: Configuration, context?: StackContext): string {
  try {
    return transportOf(configuration);
  } catch (error) {
    if (!InvalidArgumentError.isInstance(error) || context?.kind !== "none") throw error;
    const values = configurationKeys.transport.values.join(", ");
    const remedy = `Pass --config transport=VALUE (${values}), or set ${environmentVariable("transport")}. No stack was read, since ${context.reason}: ${context.remedy}`;
    throw new InvalidArgumentError({ ...error.parts, remedy }, { cause: error });
  }
}

/** Opens a session to the configured host, and closes it after use. */
export async function withHost<T>(
  surroundings: Surroundings,
  options: CommonOptions,
  use: (host: HyperVHost) => Promise<T>,
): Promise<T> {
  const host = await openHost(surroundings, options);
  try {
    return await use(host);
  } finally {
    await host.session.close();
  }
}

/** @throws {@link InvalidArgumentError} when there is no simulated host in this file. */
export function requireStore(storeFile: string): void {
  if (existsSync(storeFile)) return;
  throw new InvalidArgumentError({
    attempted: "Opening the simulated host",
    target: storeFile,
    answer: "the file doesn't exist",
    outcome: "No file was created",
    remedy:
      "Create it with `hyperv-snapshots simulate init --sample` (or --seed FILE), or set simulatedHost to an existing file",
  });
}

function keyAndValue(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at).replace(`${configurationNamespace}:`, ""), text.slice(at + 1)];
  throw new InvalidArgumentError({
    attempted: "Reading the configuration",
    target: "--config",
    answer: "its value isn't of the form key=value",
    outcome: "The host was not contacted",
    remedy: "Write it as --config transport=simulated",
  });
}
