import type { ConfigurationKeys } from "../configuration-key";
import { virtualizationNamespace } from "../schema/names";

/** The keys that every transport to a real host shares. */
export const hostKeys = {
  host: {
    description: "The Hyper-V host's name; this computer where none is set.",
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
    description: "The port on a remote host; the protocol's own where none is set (WinRM: 5986, over HTTP 5985).",
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
