import { virtualizationNamespace } from "./schema/names";

/** The namespace of this package's keys in a stack's configuration. */
export const configurationNamespace = "hyperv-snapshots";

/** How the environment variables of our keys begin. */
export const environmentPrefix = "HYPERV_SNAPSHOTS_";

/** What the table says of one key. */
export interface ConfigurationKey {
  readonly description: string;
  /** The only values, where there are only some. */
  readonly values?: readonly string[];
  /** Whether the value is a duration, such as `30s` or `1h30m`. */
  readonly isDuration?: true;
  /** Whether it belongs into the configuration encrypted only; where it stands in clear, the program warns. */
  readonly isSecret?: true;
  readonly default?: string;
  /**
   * Where it is said. `host`: how one host is reached, so each connection says it by itself. `stack`: outside of connections
   * only. Anything else holds for all connections, and each may say it again.
   */
  readonly place?: "host" | "stack";
}

/**
 * Every configuration key. The one place that knows them: types, checks, messages and documentation come from it.
 *
 * Each has an environment variable too (`HYPERV_SNAPSHOTS_SIMULATED_HOST`); the stack's configuration wins over it.
 */
export const configurationKeys = {
  transport: {
    description:
      "How the host is reached. On Windows, where no `host` is set, PowerShell; everywhere else it has to be set: a simulated host stands in only where it is asked for.",
    values: ["powershell", "simulated"],
    place: "host",
  },
  host: {
    description: "The Hyper-V host's name; this computer where none is set.",
    place: "host",
  },
  username: {
    description:
      "Who asks a remote host, `DOMAIN\\name` or `name@domain`; the account that runs Pulumi where none is set.",
    place: "host",
  },
  password: {
    description: "The password that goes with it. A secret: set it with --secret.",
    isSecret: true,
    place: "host",
  },
  authentication: {
    description:
      "How a remote host is shown who asks. What needs HTTPS (Basic, Digest) isn't offered: PowerShell is given none.",
    values: ["default", "negotiate", "kerberos", "credssp"],
    default: "default",
    place: "host",
  },
  namespace: {
    description: "Where Hyper-V's classes are: `root\\HyperVCluster\\v2` on a failover cluster's name.",
    default: virtualizationNamespace,
    place: "host",
  },
  simulatedHost: {
    description: "The file that holds the simulated host; a relative path starts at the program's folder.",
    default: "simulated-host.jsonl",
    place: "host",
  },
  simulatedSeed: {
    description: "A seed file for a simulated host that doesn't exist yet. Without one it begins empty.",
    place: "host",
  },
  dependents: {
    description:
      "What the host does with snapshots that descend from one that is destroyed. Not known in public, so `unknown` refuses to destroy it while any do.",
    values: ["unknown", "kept", "removed"],
    default: "unknown",
  },
  intents: {
    description:
      "The folder in which a snapshot that is begun is written down, so that a `pulumi up` that was cut off is gone on with; `hyperv-snapshots/intents` in Pulumi's home where none is set. Machines that take turns (CI) need a shared one. A relative path starts at the project's folder.",
    place: "stack",
  },
  resumeWithin: {
    description: "How old a snapshot may be that an earlier `pulumi up` began and that this one goes on with.",
    isDuration: true,
    default: "1h",
  },
  lostAnswerSearch: {
    description: "How long a trace is looked for on the host when the answer to CreateSnapshot was lost.",
    isDuration: true,
    default: "30s",
  },
  connection: {
    description: "The name of the one of `connections` that is used where a resource or a look-up names none.",
    place: "stack",
  },
  connections: {
    description:
      "Several hosts in one stack: a map of name → these keys, set with --path (`connections.east.host`). In the environment it is JSON.",
    place: "stack",
  },
} as const satisfies Record<string, ConfigurationKey>;

/** The name of a key. */
export type ConfigurationKeyName = keyof typeof configurationKeys;

type ValueOf<K> = K extends { values: readonly (infer V)[] } ? V : string;

/** `connections` is resolved when the configuration is read: what is left is one connection. */
type ReadKeyName = Exclude<ConfigurationKeyName, "connections">;

/**
 * What was configured for one connection, defaults included; a key without a default that nobody set is absent. `connection` is
 * its name; the one that the keys outside of `connections` describe has none.
 */
export type Configuration = {
  readonly [Name in ReadKeyName as (typeof configurationKeys)[Name] extends { default: string }
    ? Name
    : never]: ValueOf<(typeof configurationKeys)[Name]>;
} & {
  readonly [Name in ReadKeyName as (typeof configurationKeys)[Name] extends { default: string }
    ? never
    : Name]?: ValueOf<(typeof configurationKeys)[Name]>;
};

/** Where values come from. */
export interface ConfigurationSources {
  /** The stack's value of a key, without its namespace. */
  readonly get: (name: string) => string | undefined;
  /** The stack's keys in our namespace, where they can be told. */
  readonly stackKeys: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The environment variable of a key: `simulatedHost` is `HYPERV_SNAPSHOTS_SIMULATED_HOST`. */
export function environmentVariable(name: string): string {
  return environmentPrefix + name.replaceAll(/[A-Z]/g, "_$&").toUpperCase();
}

/** A key as people write it: `hyperv-snapshots:host`, inside a connection `hyperv-snapshots:connections.east.host`. */
export function writtenKey(name: string, connection?: string): string {
  return `${configurationNamespace}:${connection === undefined ? name : `connections.${connection}.${name}`}`;
}

/** The command that sets a key, without the value: `pulumi config set hyperv-snapshots:host`. */
export function settingCommand(name: ConfigurationKeyName, connection?: string): string {
  const { isSecret }: ConfigurationKey = configurationKeys[name];
  const key = connection === undefined ? writtenKey(name) : `--path '${writtenKey(name, connection)}'`;
  return `pulumi config set ${isSecret ? "--secret " : ""}${key}`;
}
