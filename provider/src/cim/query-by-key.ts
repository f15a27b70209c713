import { CimError } from "../errors";
import type { CimInstance } from "./cim-instance";
import type { CimRequestOptions, CimSession } from "./cim-session";
import { GatheredReading } from "./gathered-reading";
import { quoteWql } from "./wql-text";

/** Values in one query: hosts refuse a query of many ORs with a quota violation. */
const valuesPerQuery = 20;

/** WBEM_E_QUOTA_VIOLATION, and WinRM's own quota fault. */
const quotaViolations = [0x8004106c, 0x803381a6];

/** How to read them. */
export interface KeyQueryOptions extends CimRequestOptions {
  /** The properties wanted, the class's keys among them; all of them where nothing is said. */
  readonly selected?: readonly string[];
}

/**
 * Reads all instances of a class in which a property has one of some values, in as few queries as hosts allow.
 *
 * Values that name nothing have no instance in the answer; a value may also have several. What several callers ask for at the same
 * time is read together, but for polls, and for what can be aborted.
 */
export async function queryByKey(
  session: CimSession,
  className: string,
  property: string,
  values: readonly string[],
  { selected = ["*"], ...options }: KeyQueryOptions = {},
): Promise<readonly CimInstance[]> {
  const read = (some: readonly string[]) => queryInParts(session, { className, property, selected, options }, some);
  if (values.length === 0 || Object.keys(options).length > 0) return read(values);
  const ofSession = gathered.get(session) ?? new Map<string, GatheredReading<CimInstance>>();
  gathered.set(session, ofSession);
  const kind = [className, property, ...selected].join(" ");
  const reading =
    ofSession.get(kind) ??
    new GatheredReading({ read, valueOf: (instance) => instance.string(property), atOnce: valuesPerQuery });
  ofSession.set(kind, reading);
  return reading.ask(values);
}

/** The batches of a session, by class, property and selected properties. */
const gathered = new WeakMap<CimSession, Map<string, GatheredReading<CimInstance>>>();

async function queryInParts(
  session: CimSession,
  query: {
    readonly className: string;
    readonly property: string;
    readonly selected: readonly string[];
    readonly options: CimRequestOptions;
  },
  values: readonly string[],
): Promise<readonly CimInstance[]> {
  const { className, property, selected, options } = query;
  const instances: CimInstance[] = [];
  const read = async (some: readonly string[]): Promise<void> => {
    const conditions = some.map((value) => `${property} = ${quoteWql(value)}`);
    try {
      const wql = `SELECT ${selected.join(", ")} FROM ${className} WHERE ${conditions.join(" OR ")}`;
      instances.push(...(await session.query(wql, options)));
    } catch (error) {
      const tooMany = CimError.isInstance(error) && error.hresult !== null && quotaViolations.includes(error.hresult);
      if (!tooMany || some.length === 1) throw error;
      await read(some.slice(0, some.length / 2));
      await read(some.slice(some.length / 2));
    }
  };
  for (let at = 0; at < values.length; at += valuesPerQuery) await read(values.slice(at, at + valuesPerQuery));
  return instances;
}
