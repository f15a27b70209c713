import { type ConfigurationValues, settingCommandIn, writtenKey } from "../../configuration-key";
import { hostKeys } from "../host-keys";
import { refuseConfiguration } from "../refuse-configuration";
import type { PowerShellTransportOptions } from "./options";

/** `New-CimSession -Authentication` by our words for it. */
const cmdletAuthentications = { negotiate: "Negotiate", kerberos: "Kerberos", credssp: "CredSsp" } as const;

type PowerShellConfiguration = ConfigurationValues<typeof hostKeys> & { readonly connection?: string };

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
  if (authentication === "basic" || authentication === "certificate") {
    throw refuseConfiguration({
      name: "authentication",
      connection,
      answer: `the transport powershell doesn't offer ${authentication}, which needs HTTPS`,
      remedy: `Set it to negotiate, kerberos or credssp, or use the transport wsman: ${settingCommandIn(hostKeys, "authentication", connection)} negotiate`,
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
