import {
  type ConfigurationKey,
  type ConfigurationKeys,
  type ConfigurationValues,
  settingCommandIn,
} from "./configuration-key";
import { hostKeys } from "./transports/host-keys";
import { simulatedKeys } from "./transports/simulated/configuration";
import { sshKeys } from "./transports/ssh/configuration";
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
      "How the host is reached. Required, except on Windows without a `host`: there it is `powershell`. A simulated host is never chosen silently.",
    values: ["powershell", "ssh", "wsman", "simulated"],
    place: "host",
  },
  ...hostKeys,
  ...sshKeys,
  ...wsmanKeys,
  ...simulatedKeys,
  formerHostName: {
    description:
      "The name that the host had when the state was written, if it was renamed since. Without it, nothing counts as deleted on a host of another name unless that host has the VM group.",
    place: "host",
  },
  dependents: {
    description:
      "What the host does with the dependent snapshots of one that is destroyed. `unknown` refuses to destroy a snapshot that has any.",
    values: ["unknown", "kept", "removed"],
    default: "unknown",
  },
  recoveryFolder: {
    description:
      "The folder of the recovery records, by which an interrupted `pulumi up` is resumed; `hyperv-snapshots/recovery` in Pulumi's home if unset. If `pulumi up` runs on several CI machines, they need a shared folder. A relative path starts at the project's folder.",
    place: "stack",
  },
  resumeWithin: {
    description: "How old a snapshot of an interrupted `pulumi up` may be so that the next one resumes it.",
    isDuration: true,
    default: "1h",
  },
  unknownOutcomeSearch: {
    description: "How long a result is searched for on the host when the outcome of CreateSnapshot is unknown.",
    isDuration: true,
    default: "30s",
  },
  connection: {
    description: "The connection that resources and look-ups use by default: a name in `connections`.",
    place: "stack",
  },
  connections: {
    description:
      "Several hosts in one stack: a map from names to these keys, set with `--path` (`connections.east.host`). JSON in the environment.",
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
