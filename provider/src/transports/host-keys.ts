import { type ConfigurationKeys, type ConfigurationValues, settingCommandIn } from "../configuration-key";
import { virtualizationNamespace } from "../schema/names";
import { refuseConfiguration } from "./refuse-configuration";

/** The keys that every transport to a real host shares. */
export const hostKeys = {
  host: {
    description:
      "The Hyper-V host's name, for ssh also an alias of your ssh configuration; this computer where none is set.",
    place: "host",
  },
  username: {
    description:
      "The account on a remote host, `DOMAIN\\name` or `name@domain`; the account that runs Pulumi where none is set.",
    place: "host",
  },
  password: {
    description: "The account's password. A secret: set it with --secret.",
    isSecret: true,
    place: "host",
  },
  port: {
    description:
      "The port on a remote host; the protocol's own where none is set (ssh: as your ssh configuration says, else 22; WinRM: 5986, over HTTP 5985).",
    place: "host",
  },
  authentication: {
    description:
      "Authentication method for a remote host. The transport powershell takes `negotiate`, `kerberos` and `credssp`; wsman takes `negotiate` (NTLM, also its `default`), `basic` and `certificate`.",
    values: ["default", "negotiate", "kerberos", "credssp", "basic", "certificate"],
    default: "default",
    place: "host",
  },
  namespace: {
    description: "Where Hyper-V's classes are: `root\\HyperVCluster\\v2` on a failover cluster's name.",
    default: virtualizationNamespace,
    place: "host",
  },
} as const satisfies ConfigurationKeys;

/**
 * Reads the port.
 *
 * @param usual - The protocol's own, for the message.
 * @returns Nothing where none is set.
 * @throws {@link InvalidArgumentError} for a value that isn't a port.
 */
export function readPort(
  { port, connection }: ConfigurationValues<Pick<typeof hostKeys, "port">> & { readonly connection?: string },
  usual: number,
): number | undefined {
  if (port === undefined) return undefined;
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw refuseConfiguration({
    name: "port",
    connection,
    answer: `${JSON.stringify(port)} isn't a port`,
    remedy: `Set it to a number: ${settingCommandIn(hostKeys, "port", connection)} ${usual}`,
  });
}
