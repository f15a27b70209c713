import type { DiffResult, Properties } from "../dynamic/protocol";

/**
 * Compares so that a resource which names the default connection, and one which leaves it to be the default, are on one host.
 *
 * Naming it anew changes the state only: it must not cost a snapshot.
 *
 * @param diff - Compares properties in which the connection stands by its name.
 */
export function diffOnHosts(
  olds: Properties,
  news: Properties,
  byDefault: string | undefined,
  diff: (olds: Properties, news: Properties) => DiffResult,
): DiffResult {
  const named = (properties: Properties): Properties => {
    const connection = properties["connection"] ?? byDefault;
    return connection === undefined ? properties : { ...properties, connection };
  };
  const result = diff(named(olds), named(news));
  const isSpelledAnew = (olds["connection"] ?? null) !== (news["connection"] ?? null);
  return result.changes || !isSpelledAnew ? result : { changes: true };
}
