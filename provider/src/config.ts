import { parseDuration } from "./duration";
import { InvalidArgumentError } from "./errors";
import { nearest } from "./nearest";
import { virtualizationNamespace } from "./schema/names";

/** The namespace of this package's keys in a stack's configuration. */
export const configurationNamespace = "hyperv-snapshots";

const prefix = "HYPERV_SNAPSHOTS_";

/** What the table says of one key. */
interface ConfigurationKey {
  readonly description: string;
  /** The only values, where there are only some. */
  readonly values?: readonly string[];
  /** Whether the value is a duration, such as `30s` or `1h30m`. */
  readonly isDuration?: true;
  /** Whether it belongs into the configuration encrypted only; where it stands in clear, the program warns. */
  readonly isSecret?: true;
  readonly default?: string;
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
  },
  host: {
    description: "The Hyper-V host's name; this computer where none is set.",
  },
  username: {
    description:
      "Who asks a remote host, `DOMAIN\\name` or `name@domain`; the account that runs Pulumi where none is set.",
  },
  password: {
    description: "The password that goes with it. A secret: set it with --secret.",
    isSecret: true,
  },
  authentication: {
    description:
      "How a remote host is shown who asks. What needs HTTPS (Basic, Digest) isn't offered: PowerShell is given none.",
    values: ["default", "negotiate", "kerberos", "credssp"],
    default: "default",
  },
  namespace: {
    description: "Where Hyper-V's classes are: `root\\HyperVCluster\\v2` on a failover cluster's name.",
    default: virtualizationNamespace,
  },
  simulatedHost: {
    description: "The file that holds the simulated host; a relative path starts at the program's folder.",
    default: "simulated-host.jsonl",
  },
  simulatedSeed: {
    description: "A seed file for a simulated host that doesn't exist yet. Without one it begins empty.",
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
} as const satisfies Record<string, ConfigurationKey>;

/** The name of a key. */
export type ConfigurationKeyName = keyof typeof configurationKeys;

const names = Object.keys(configurationKeys) as ConfigurationKeyName[];

type ValueOf<K> = K extends { values: readonly (infer V)[] } ? V : string;

/** What was configured, defaults included; a key without a default that nobody set is absent. */
export type Configuration = {
  readonly [Name in ConfigurationKeyName as (typeof configurationKeys)[Name] extends { default: string }
    ? Name
    : never]: ValueOf<(typeof configurationKeys)[Name]>;
} & {
  readonly [Name in ConfigurationKeyName as (typeof configurationKeys)[Name] extends { default: string }
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
  return prefix + name.replaceAll(/[A-Z]/g, "_$&").toUpperCase();
}

/**
 * Reads the configuration.
 *
 * @throws {@link InvalidArgumentError} for a key that doesn't exist (with the nearest that does), and for a value that a
 * key doesn't take.
 */
export function readConfiguration(sources: ConfigurationSources): Configuration {
  refuseUnknownKeys(sources);
  const configuration: Record<string, string> = {};
  for (const name of names) {
    const key: ConfigurationKey = configurationKeys[name];
    const value = sources.get(name) ?? sources.environment[environmentVariable(name)] ?? key.default;
    if (value === undefined || value === "") continue;
    if (key.values && !key.values.includes(value)) throw unknownValue(name, value, key.values);
    if (key.isDuration && parseDuration(value) === undefined) throw unknownValue(name, value, ["30s", "1h30m"]);
    configuration[name] = value;
  }
  return configuration as unknown as Configuration;
}

function refuseUnknownKeys({ stackKeys, environment }: ConfigurationSources): void {
  const variables = names.map(environmentVariable);
  const ours = Object.keys(environment).filter((variable) => variable.startsWith(prefix));
  for (const [known, found, shown] of [
    [names, stackKeys, (key: string) => `${configurationNamespace}:${key}`],
    [variables, ours, (variable: string) => variable],
  ] as const) {
    for (const key of found) {
      if ((known as readonly string[]).includes(key)) continue;
      throw new InvalidArgumentError({
        attempted: "Reading the configuration",
        target: shown(key),
        answer: "there is no such key",
        outcome: "Nothing was asked of the host",
        remedy: `Did you mean ${shown(nearest(key, known))}? The keys are ${known.map(shown).join(", ")}`,
      });
    }
  }
}

function unknownValue(name: string, value: string, values: readonly string[]): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading the configuration",
    target: `${configurationNamespace}:${name}`,
    answer: `${JSON.stringify(value)} is none of its values`,
    outcome: "Nothing was asked of the host",
    remedy: `Set it to ${configurationKeys[name as ConfigurationKeyName] && "isDuration" in configurationKeys[name as ConfigurationKeyName] ? "a duration such as " : ""}${values.join(", ")}: pulumi config set ${configurationNamespace}:${name} ${values[0]}`,
  });
}
