import { CimInstance } from "../cim/cim-instance";
import { CimInstancePath, type CimKeyValue } from "../cim/cim-instance-path";
import type { CimValue } from "../cim/cim-value";
import { virtualizationNamespace } from "../schema/names";
import type { HostSchema } from "./host-schema";
import { copyValue, fitsType } from "./value-type";

/** Properties by their names. */
export type PropertyBag = Readonly<Record<string, CimValue>>;

/** Properties that depend on the moment, such as a job's progress. */
export type LiveProperties = (now: number) => PropertyBag;

/** An instance in the repository. */
export interface StoredInstance {
  readonly className: string;
  readonly path: CimInstancePath;
  /** {@link CimInstancePath.identity} of the path. */
  readonly identity: string;
  readonly properties: PropertyBag;
  readonly live: LiveProperties | undefined;
}

/**
 * Holds the instances of one host, and finds them by class, by key, and by the objects that associations link.
 *
 * The cost of a search depends on its result, not on the number of instances: keys and the ends of associations are indexed.
 * It refuses what the schema of the host's build doesn't declare.
 */
export class CimRepository {
  readonly schema: HostSchema;
  private name: string;
  private readonly byClass = new Map<string, Map<string, StoredInstance>>();
  /** class and key name → key value → instances. */
  private readonly byKey = new Map<string, Map<string, Map<string, StoredInstance>>>();
  /** identity of a linked object → association class → rows. */
  private readonly byEnd = new Map<string, Map<string, Map<string, StoredInstance>>>();

  constructor(schema: HostSchema, hostName: string) {
    this.schema = schema;
    this.name = hostName;
  }

  /** Returns the host's name, which paths contain. */
  get hostName(): string {
    return this.name;
  }

  /** Gives the host another name: in every path, and in the objects that have it. */
  rename(hostName: string): void {
    const former = this.name;
    const all = [...this.byClass.values()].flatMap((instances) => [...instances.values()]);
    for (const index of [this.byClass, this.byKey, this.byEnd]) index.clear();
    this.name = hostName;
    for (const { className, properties, live } of all) {
      const renamed = Object.entries(properties).map(([name, value]) => [name, this.renamed(value, former)]);
      this.put(className, Object.fromEntries(renamed), live);
    }
  }

  private renamed(value: CimValue, former: string): CimValue {
    if (value === former) return this.name;
    if (!(value instanceof CimInstancePath)) return value;
    const keys = Object.entries(value.keys).map(([name, key]) => [name, key === former ? this.name : key]);
    return this.path(value.className, Object.fromEntries(keys));
  }

  /** Makes the full path of an instance of this host. */
  path(className: string, keys: Readonly<Record<string, CimKeyValue>>): CimInstancePath {
    return new CimInstancePath({ className, keys, namespace: virtualizationNamespace, host: this.hostName });
  }

  /** Adds an instance, or replaces the one of the same key. */
  put(className: string, properties: PropertyBag, live?: LiveProperties): StoredInstance {
    this.check(className, properties);
    const keys: Record<string, CimKeyValue> = {};
    for (const name of this.schema.keys(className)) {
      const value = properties[name];
      if (value === null || value === undefined) throw new TypeError(`${className} needs its key ${name}`);
      keys[name] = value as CimKeyValue;
    }
    const path = this.path(className, keys);
    const stored: StoredInstance = { className, path, identity: path.identity, properties, live };
    // every index is by key, so that replacing an instance changes no index, nor the order of answers
    entry(this.byClass, className).set(stored.identity, stored);
    for (const index of this.indexesOf(stored)) index.set(stored.identity, stored);
    return stored;
  }

  /** Changes properties of an instance; its keys stay. */
  update(instance: StoredInstance, changed: PropertyBag): StoredInstance {
    return this.put(instance.className, { ...instance.properties, ...changed }, instance.live);
  }

  /** Removes an instance and every association row that refers to it. */
  remove(instance: StoredInstance): void {
    for (const row of [...this.rowsAt(instance.identity)]) this.forget(row.identity, row.className);
    this.forget(instance.identity, instance.className);
    this.byEnd.delete(instance.identity);
  }

  /** Finds the instance that a path names, or `undefined`. The path's class is the instance's own, not one above it. */
  find(path: CimInstancePath): StoredInstance | undefined {
    const className = this.schema.className(path.className);
    return className === undefined ? undefined : this.byClass.get(className)?.get(path.identity);
  }

  /** Yields every instance of a class and of its subclasses. */
  *instancesOf(className: string): Generator<StoredInstance> {
    for (const [held, instances] of this.byClass) {
      if (this.schema.derives(held, className)) yield* instances.values();
    }
  }

  /** Yields the instances of a class, and of its subclasses, that have one of these values in a key. */
  *instancesByKey(className: string, key: string, values: readonly string[]): Generator<StoredInstance> {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    for (const held of this.byClass.keys()) {
      if (!this.schema.derives(held, className)) continue;
      for (const value of wanted) yield* this.byKey.get(`${held}.${key}`)?.get(value)?.values() ?? [];
    }
  }

  /** Yields the association rows that name an object: of one association class and its subclasses, or of all. */
  *rowsAt(identity: string, associationClass?: string): Generator<StoredInstance> {
    for (const [held, rows] of this.byEnd.get(identity) ?? []) {
      if (associationClass === undefined || this.schema.derives(held, associationClass)) yield* rows.values();
    }
  }

  /** Reads the instance as a client sees it at a moment: every property of the class, null where it has no value. */
  read(stored: StoredInstance, now: number, selected?: readonly string[]): CimInstance {
    const values = stored.live === undefined ? stored.properties : { ...stored.properties, ...stored.live(now) };
    const properties: Record<string, CimValue> = {};
    for (const name of selected ?? Object.keys(this.schema.properties(stored.className))) {
      properties[name] = copyValue(values[name] ?? null);
    }
    return new CimInstance(copyValue(stored.path) as CimInstancePath, properties);
  }

  private forget(identity: string, className: string): void {
    const held = this.byClass.get(className)?.get(identity);
    if (held === undefined) return;
    this.byClass.get(className)?.delete(identity);
    for (const index of this.indexesOf(held)) index.delete(identity);
  }

  private *indexesOf(stored: StoredInstance): Generator<Map<string, StoredInstance>> {
    const ends = this.schema.ends(stored.className);
    for (const name of ends) {
      const end = stored.properties[name];
      if (end instanceof CimInstancePath) yield entry(entry(this.byEnd, end.identity), stored.className);
    }
    for (const [name, value] of Object.entries(stored.path.keys)) {
      if (typeof value === "string") {
        yield entry(entry(this.byKey, `${stored.className}.${name}`), value.toLowerCase());
      }
    }
  }

  private check(className: string, properties: PropertyBag): void {
    const declared = this.schema.properties(className);
    for (const [name, value] of Object.entries(properties)) {
      const type = declared[name]?.type;
      if (type === undefined) throw new TypeError(`${className} has no ${name} on build ${this.schema.build}`);
      if (!fitsType(value, type)) throw new TypeError(`${className}.${name} is ${type}, not ${String(value)}`);
    }
  }
}

function entry<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value>;
function entry<Value>(map: Map<string, Map<string, Map<string, Value>>>, key: string): Map<string, Map<string, Value>>;
function entry(map: Map<string, Map<string, unknown>>, key: string): Map<string, unknown> {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = new Map<string, unknown>();
  map.set(key, made);
  return made;
}
