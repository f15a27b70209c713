import { existsSync } from "node:fs";
import { type Configuration, configurationKeys, configurationNamespace, environmentVariable } from "../config";
import { transportOf } from "../connection";
import { InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { readConfiguration } from "../read-configuration";
import type { Surroundings } from "./surroundings";

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  /** `key=value`, as often as wanted. */
  readonly config: readonly string[];
  /** Which of the configured connections; the same as the key. */
  readonly connection?: string;
}

/**
 * Reads the configuration from `--config` and the environment.
 *
 * @throws {@link InvalidArgumentError} for a key or a value that doesn't exist; a value is never repeated in a message
 * unless its key has only some.
 */
export function commandConfiguration(
  options: Pick<CommonOptions, "config" | "connection">,
  { environment }: Pick<Surroundings, "environment">,
): Configuration {
  const given = givenKeys(options);
  const read = () => readConfiguration({ get: (name) => given.get(name), stackKeys: [...given.keys()], environment });
  return forCommand(read);
}

/** What each key that is set was set by: for people, values left out. */
export function configurationSources(
  options: Pick<CommonOptions, "config" | "connection">,
  { environment }: Pick<Surroundings, "environment">,
): Readonly<Record<string, string>> {
  const given = givenKeys(options);
  const sourceOf = (name: string) => {
    if (given.has(name)) return "--config";
    return environment[environmentVariable(name)] === undefined ? undefined : environmentVariable(name);
  };
  return Object.fromEntries(
    Object.keys(configurationKeys).flatMap((name) => {
      const source = sourceOf(name);
      return source === undefined ? [] : [[name, source]];
    }),
  );
}

/**
 * Opens the way to the configured host.
 *
 * A simulated host that doesn't exist is an error here, not made: a command that looks must not leave a file behind.
 */
export async function openHost(surroundings: Surroundings, options: CommonOptions): Promise<HyperVHost> {
  const configuration = commandConfiguration(options, surroundings);
  if (chosenTransport(configuration) === "simulated") requireStore(configuration.simulatedHost);
  return surroundings.connect(configuration, surroundings.clock);
}

/** How the host is reached. @throws {@link InvalidArgumentError} when nothing says so. */
export function chosenTransport(configuration: Configuration): string {
  return forCommand(() => transportOf(configuration));
}

/** Opens the way to the configured host, and closes it after use. */
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
    answer: "there is no such file",
    outcome: "None was made",
    remedy: "Make it: hyperv-snapshots simulate init --seed FILE",
  });
}

function givenKeys({ config, connection }: Pick<CommonOptions, "config" | "connection">): ReadonlyMap<string, string> {
  return new Map([
    ...config.map(keyAndValue),
    ...(connection === undefined ? [] : [["connection", connection] as const]),
  ]);
}

function keyAndValue(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at).replace(`${configurationNamespace}:`, ""), text.slice(at + 1)];
  throw new InvalidArgumentError({
    attempted: "Reading the configuration",
    target: "--config",
    answer: "what follows it is no key=value",
    outcome: "Nothing was asked of any host",
    remedy: "Write it as --config transport=simulated",
  });
}

/** Adds to what is wrong with the configuration how this command, which has no stack, is given it. */
function forCommand<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!InvalidArgumentError.isInstance(error)) throw error;
    const remedy = `${error.parts.remedy}. This command takes --config key=value, or the environment variable (${environmentVariable("transport")})`;
    throw new InvalidArgumentError({ ...error.parts, remedy }, { cause: error });
  }
}
