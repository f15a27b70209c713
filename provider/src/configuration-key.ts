/** The namespace of this package's keys in a stack's configuration. */
export const configurationNamespace = "hyperv-snapshots";

/** How the environment variables of our keys begin. */
export const environmentPrefix = "HYPERV_SNAPSHOTS_";

/** What the table says about one key. */
export interface ConfigurationKey {
  readonly description: string;
  /** The allowed values, where there are only some. */
  readonly values?: readonly string[];
  /** Whether the value is a duration, such as `30s` or `1h30m`. */
  readonly isDuration?: true;
  /** Whether it belongs into the configuration encrypted only; the program warns where it stands in plain text. */
  readonly isSecret?: true;
  readonly default?: string;
  /**
   * Where it is set. `host`: describes how one host is reached, so each connection has its own. `stack`: outside of connections
   * only. Any other key holds for all connections, and each connection may override it.
   */
  readonly place?: "host" | "stack";
}

/** Keys by name: all of them, or those of one transport. */
export type ConfigurationKeys = Readonly<Record<string, ConfigurationKey>>;

type ValueOf<Key> = Key extends { values: readonly (infer Value)[] } ? Value : string;

/** What was configured for some keys, defaults included; a key without a default that isn't set is absent. */
export type ConfigurationValues<Keys extends ConfigurationKeys> = {
  readonly [Name in keyof Keys as Keys[Name] extends { default: string } ? Name : never]: ValueOf<Keys[Name]>;
} & {
  readonly [Name in keyof Keys as Keys[Name] extends { default: string } ? never : Name]?: ValueOf<Keys[Name]>;
};

/** The environment variable of a key: `simulatedHost` is `HYPERV_SNAPSHOTS_SIMULATED_HOST`. */
export function environmentVariable(name: string): string {
  return environmentPrefix + name.replaceAll(/[A-Z]/g, "_$&").toUpperCase();
}

/** Writes a key as people do: `hyperv-snapshots:host`, inside a connection `hyperv-snapshots:connections.east.host`. */
export function writtenKey(name: string, connection?: string): string {
  return `${configurationNamespace}:${connection === undefined ? name : `connections.${connection}.${name}`}`;
}

/** Writes the command that sets one of `keys`, without the value: `pulumi config set hyperv-snapshots:host`. */
export function settingCommandIn<Keys extends ConfigurationKeys>(
  keys: Keys,
  name: keyof Keys & string,
  connection?: string,
): string {
  const key = connection === undefined ? writtenKey(name) : `--path '${writtenKey(name, connection)}'`;
  return `pulumi config set ${keys[name]?.isSecret ? "--secret " : ""}${key}`;
}
