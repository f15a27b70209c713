import { existsSync } from "node:fs";
import { type ConfigurationKeys, type ConfigurationValues, settingCommandIn } from "../../configuration-key";
import { configuredPath } from "../configured-path";
import { hostKeys, readPort } from "../host-keys";
import { refuseConfiguration } from "../refuse-configuration";
import type { SshTransportOptions } from "./options";

/** The keys that only this transport has. */
export const sshKeys = {
  identityFile: {
    description: "The private key for `ssh`. Without one, your ssh configuration and agent decide.",
    place: "host",
  },
  sshConfig: {
    description: "The configuration file for `ssh`, instead of `~/.ssh/config` and the system's.",
    place: "host",
  },
  remoteShell: {
    description: "Which PowerShell `ssh` starts on the host: Windows PowerShell or PowerShell 7.",
    values: ["powershell", "pwsh"],
    default: "powershell",
    place: "host",
  },
} as const satisfies ConfigurationKeys;

const allKeys = { ...hostKeys, ...sshKeys };

type SshConfiguration = ConfigurationValues<typeof allKeys> & { readonly connection?: string };

/**
 * Reads what this transport needs from the configuration.
 *
 * @throws {@link InvalidArgumentError} when a key is missing, contradicts another, or names a file that doesn't exist.
 */
export function sshOptions(
  configuration: SshConfiguration,
  platform: NodeJS.Platform = process.platform,
): SshTransportOptions {
  const { host, username, password, namespace, remoteShell, connection } = configuration;
  const refuse = (name: keyof typeof allKeys, answer: string, remedy: string) =>
    refuseConfiguration({ name, connection, answer, remedy });
  const setting = (name: keyof typeof allKeys) => settingCommandIn<ConfigurationKeys>(allKeys, name, connection);
  if (host === undefined) {
    throw refuse("host", "it is not set, and ssh needs a host", `Set it: ${setting("host")} HV-EAST`);
  }
  if (password !== undefined) {
    if (configuration.identityFile !== undefined) {
      throw refuse("password", "both it and identityFile are set", "Set one of the two: a key is better");
    }
    if (username === undefined) {
      throw refuse("username", "it is not set, and password is", `Set it, too: ${setting("username")} Administrator`);
    }
    if (platform === "win32") {
      const answer = "the ssh of Windows can't be given a password by a program";
      throw refuse("password", answer, `Use a key: ${setting("identityFile")} ~/.ssh/id_ed25519`);
    }
  }
  const file = (name: "identityFile" | "sshConfig") => {
    const path = configuration[name];
    if (path === undefined) return undefined;
    const full = configuredPath(path);
    if (existsSync(full)) return full;
    throw refuse(name, `there is no file ${full}`, "Correct the path. A relative one starts at the program's folder");
  };
  return {
    host,
    port: readPort(configuration, 22),
    userName: username,
    password,
    identityFile: file("identityFile"),
    sshConfig: file("sshConfig"),
    remoteShell,
    namespace,
  };
}
