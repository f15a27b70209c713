import * as pulumi from "@pulumi/pulumi";
import type { ConfigurationKeyName, configurationNamespace } from "../config";

/** The keys of `config.ts` whose values are secrets; a test compares. Written out, since programs don't load that file. */
export const secretKeys = ["password"] as const satisfies readonly ConfigurationKeyName[];

const namespace: typeof configurationNamespace = "hyperv-snapshots";

/** What Pulumi's own `Config` tells by; it is exported and not declared. */
interface SecretTeller {
  readonly isConfigSecret?: (key: string) => boolean;
}

/** Which were told of already: a program has many resources, and a process may run several programs. */
const told = new Set<string>();

/**
 * Warns of secrets that stand in the stack's configuration in clear.
 *
 * Said by the program, since only it can tell: the provider is given every value in clear, and not which were secret. A
 * value that came by an environment variable stands in no file, and is none of our business.
 */
export function warnOfOpenSecrets(): void {
  const { isConfigSecret } = pulumi.runtime as SecretTeller;
  if (isConfigSecret === undefined) return;
  for (const { key, path } of givenSecrets(new pulumi.Config(namespace))) {
    if (isConfigSecret(`${namespace}:${key}`)) continue;
    const name = `${namespace}:${path}`;
    const whose = `${pulumi.getProject()}/${pulumi.getStack()} ${name}`;
    if (told.has(whose)) continue;
    told.add(whose);
    void pulumi.log.warn(
      `${name} stands in the stack's configuration in clear. Encrypt it: pulumi config set --secret ${path === key ? "" : "--path "}${name}; where the file was shared or committed, change the password too`,
    );
  }
}

/** A secret that the stack's configuration has: the key it is in, encrypted as a whole or not, and its path. */
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
