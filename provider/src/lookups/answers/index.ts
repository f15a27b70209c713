import { configurationNamespace } from "../../config";
import { readConfiguration } from "../../read-configuration";
import { getCollectionSnapshot, getCollectionSnapshots } from "./collection-snapshots";
import { SharedHosts } from "./shared-hosts";
import { getVirtualSystemCollection } from "./virtual-system-collection";

const answers = { getVirtualSystemCollection, getCollectionSnapshot, getCollectionSnapshots };

/** The look-ups by name. */
export type Answers = typeof answers;

const hosts = new SharedHosts();

/**
 * Answers a look-up.
 *
 * @param configuration - The stack's, all namespaces, secrets in plain text: it stays in this process.
 */
export function answer<Name extends keyof Answers>(
  name: Name,
  args: Parameters<Answers[Name]>[1],
  configuration: Readonly<Record<string, string>>,
): ReturnType<Answers[Name]> {
  const prefix = `${configurationNamespace}:`;
  const stackKeys = Object.keys(configuration).filter((key) => key.startsWith(prefix));
  const sources = {
    get: (key: string) => configuration[prefix + key],
    stackKeys: stackKeys.map((key) => key.slice(prefix.length)),
    environment: process.env,
  };
  const ask = answers[name] as (host: unknown, args: unknown) => Promise<unknown>;
  const work = async () => {
    const connection = (args as { connection?: string }).connection;
    return hosts.use(readConfiguration(sources, connection), (host) => ask(host, args));
  };
  return work() as ReturnType<Answers[Name]>;
}
