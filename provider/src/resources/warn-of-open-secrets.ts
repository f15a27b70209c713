import * as pulumi from "@pulumi/pulumi";
import type { ConfigurationKeyName, configurationNamespace } from "../config";

/** The keys of `config.ts` whose values are secrets; a test compares. Written out, since programs don't load that file. */
export const secretKeys = ["password"] as const satisfies readonly ConfigurationKeyName[];

const namespace: typeof configurationNamespace = "hyperv-snapshots";

/** The function that Pulumi's own `Config` uses; it is exported and not declared. */
interface SecretTeller {
  readonly isConfigSecret?: (key: string) => boolean;
}

/** The keys that were reported already: a program has many resources, and a process may run several programs. */
const reported = new Set<string>();

/**
 * Warns of secrets that are in the stack's configuration in plain text.
 *
 * The program warns, because the provider gets every value in plain text and can't tell which were encrypted. Values from environment
 * variables are in no file, so they need no warning.
 */
export function warnOfOpenSecrets(): void {
  const { isConfigSecret } = pulumi.runtime as SecretTeller;
  if (isConfigSecret === undefined) return;
  for (const { key, path } of givenSecrets(new pulumi.Config(namespace))) {
    if (isConfigSecret(`${namespace}:${key}`)) continue;
    const name = `${namespace}:${path}`;
    const whose = `${pulumi.getProject()}/${pulumi.getStack()} ${name}`;
    if (reported.has(whose)) continue;
    reported.add(whose);
    void pulumi.log.warn(
      `${name} is in the stack's configuration in plain text. Encrypt it: pulumi config set --secret ${path === key ? "" : "--path "}${name}. If the file was shared or committed, also change the password`,
    );
  }
}

/** A secret in the stack's configuration: the key that holds it, which is encrypted as a whole or not, and its path. */
interface GivenSecret {
  readonly key: string;
  readonly path: string;
}

function givenSecrets(config: pulumi.Config): readonly GivenSecret[] {
  const outside = secretKeys.filter((key) => config.get(key)).map((key) => ({ key, path: key }));
  const inside = Object.entries(connectionsOf(config)).flatMap(([connection, values]) =>
    secretKeys
      .filter((key) => values?.[key])
      .map((key) => ({ key: "connections", path: `connections.${connection}.${key}` })),
  );
  return [...outside, ...inside];
}

/** What is wrong with it, the provider says. */
function connectionsOf(config: pulumi.Config): Readonly<Record<string, Readonly<Record<string, unknown>> | null>> {
  try {
    return JSON.parse(config.get("connections") ?? "{}") ?? {};
  } catch {
    return {};
  }
}
