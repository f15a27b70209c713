import {
  type ConfigurationKey,
  type ConfigurationKeys,
  type ConfigurationValues,
  settingCommandIn,
} from "./configuration-key";
import { hostKeys } from "./transports/host-keys";
import { simulatedKeys } from "./transports/simulated/configuration";
import { wsmanKeys } from "./transports/wsman/configuration";

export {
  type ConfigurationKey,
  configurationNamespace,
  environmentPrefix,
  environmentVariable,
  writtenKey,
} from "./configuration-key";

/**
 * Every configuration key: types, checks, messages and documentation come from this table. Each transport owns its part of it.
 *
 * Each has an environment variable too (`HYPERV_SNAPSHOTS_SIMULATED_HOST`); the stack's configuration wins over it.
 */
export const configurationKeys = {
  transport: {
    description:
      "How the host is reached. On Windows, where no `host` is set, PowerShell; everywhere else it has to be set: a simulated host is never chosen silently.",
    values: ["powershell", "wsman", "simulated"],
    place: "host",
  },
  ...hostKeys,
  ...wsmanKeys,
  ...simulatedKeys,
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
} as const satisfies ConfigurationKeys;

/** The name of a key. */
export type ConfigurationKeyName = keyof typeof configurationKeys;

/**
 * What was configured for one connection, defaults included; a key without a default that isn't set is absent. `connection` is
 * its name, absent where the keys outside of `connections` describe it.
 */
export type Configuration = ConfigurationValues<Omit<typeof configurationKeys, "connections">>;

/** Where values come from. */
export interface ConfigurationSources {
  /** The stack's value of a key, without its namespace. */
  readonly get: (name: string) => string | undefined;
  /** The stack's keys in our namespace, where they can be listed. */
  readonly stackKeys: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Writes the command that sets a key, without the value: `pulumi config set hyperv-snapshots:host`. */
export function settingCommand(name: ConfigurationKeyName, connection?: string): string {
  return settingCommandIn<Record<ConfigurationKeyName, ConfigurationKey>>(configurationKeys, name, connection);
}
