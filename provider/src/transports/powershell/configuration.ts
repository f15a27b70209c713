import {
  type ConfigurationKeys,
  type ConfigurationValues,
  settingCommandIn,
  writtenKey,
} from "../../configuration-key";
import { hostKeys } from "../host-keys";
import { refuseConfiguration } from "../refuse-configuration";
import type { PowerShellTransportOptions } from "./options";

/** The keys that only this transport has. */
export const powerShellKeys = {
  authentication: {
    description:
      "Authentication method for a remote host. Basic and Digest need HTTPS, which `New-CimSession` isn't given here, so they aren't offered.",
    values: ["default", "negotiate", "kerberos", "credssp"],
    default: "default",
    place: "host",
  },
} as const satisfies ConfigurationKeys;

/** `New-CimSession -Authentication` by our words for it. */
const cmdletAuthentications = { negotiate: "Negotiate", kerberos: "Kerberos", credssp: "CredSsp" } as const;

type PowerShellConfiguration = ConfigurationValues<typeof hostKeys & typeof powerShellKeys> & {
  readonly connection?: string;
};

/**
 * Reads what this transport needs from the configuration.
 *
 * @throws {@link InvalidArgumentError} for credentials that can't work.
 */
export function powerShellOptions(configuration: PowerShellConfiguration): PowerShellTransportOptions {
  const { host, username, password, authentication, namespace, connection } = configuration;
  if ((username === undefined) !== (password === undefined)) {
    const [given, missing] =
      username === undefined ? (["password", "username"] as const) : (["username", "password"] as const);
    throw refuseConfiguration({
      name: missing,
      connection,
      answer: `it is not set, and ${given} is`,
      remedy: `Set both, or neither: ${settingCommandIn(hostKeys, missing, connection)}`,
    });
  }
  if (host === undefined && username !== undefined) {
    throw refuseConfiguration({
      name: "username",
      connection,
      answer: "it is set, and host is not: WMI refuses credentials for its own computer",
      remedy: `Run Pulumi under that account, or set ${writtenKey("host", connection)}`,
    });
  }
  return {
    host,
    userName: username,
    password,
    ...(authentication !== "default" && { authentication: cmdletAuthentications[authentication] }),
    namespace,
  };
}
