import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import { virtualizationNamespace } from "../schema/names";
import type { CimRepository, StoredInstance } from "./cim-repository";
import { isVisible, type Rights } from "./rights";
import { wbemRefusal } from "./wbem-refusal";
import { pinnedKey, type WqlPredicate, wqlPredicate } from "./wql/wql-condition";
import { parseWql } from "./wql/wql-parser";
import type { SelectQuery, WqlQuery } from "./wql/wql-query";

/** Narrows a walk over associations. Without an association class, all associations are walked. */
export interface AssociatorsFilter {
  readonly associationClass?: string;
  readonly resultClass?: string;
  readonly role?: string;
  readonly resultRole?: string;
}

/** Narrows a reading of association rows. */
export interface ReferencesFilter {
  readonly associationClass?: string;
  readonly role?: string;
}

/** Answers the reading requests of a client with certain rights, at one moment. */
export class CimReader {
  private readonly repository: CimRepository;
  private readonly now: number;
  private readonly rights: Rights;

  constructor(repository: CimRepository, now: number, rights: Rights) {
    this.repository = repository;
    this.now = now;
    this.rights = rights;
  }

  /** Reads one instance. @throws {@link NotFoundError} when it isn't there. */
  get(path: CimInstancePath): CimInstance {
    return this.repository.read(this.require(path, "Reading an instance"), this.now);
  }

  /**
   * Finds the instance that a path names.
   *
   * @throws {@link CimError} when the path names no class or not its keys, {@link NotFoundError} when nothing is there.
   */
  require(path: CimInstancePath, attempted: string): StoredInstance {
    const target = path.toString();
    if (path.namespace !== undefined && path.namespace.toLowerCase() !== virtualizationNamespace) {
      throw wbemRefusal("WBEM_E_INVALID_NAMESPACE", {
        attempted,
        target,
        because: `this host serves ${virtualizationNamespace} only`,
        remedy: "Use a path of that namespace",
      });
    }
    const className = this.requireClass(path.className, attempted, target);
    const { schema, hostName } = this.repository;
    const keys = schema.keys(className).map((key) => key.toLowerCase());
    const given = Object.keys(path.keys).map((key) => key.toLowerCase());
    if (given.length !== keys.length || given.some((key) => !keys.includes(key))) {
      throw wbemRefusal("WBEM_E_INVALID_OBJECT_PATH", {
        attempted,
        target,
        because: `the keys of ${className} are ${schema.keys(className).join(", ") || "none"}`,
        remedy: "Name each of them, and nothing else",
      });
    }
    const elsewhere =
      path.host !== undefined && path.host.toLowerCase() !== hostName.toLowerCase() && path.host !== ".";
    const found = elsewhere || !this.sees(className) ? undefined : this.repository.find(path);
    if (found === undefined) {
      throw wbemRefusal("WBEM_E_NOT_FOUND", {
        attempted,
        target,
        because: elsewhere ? `the path names another host than ${hostName}` : `${hostName} has no such instance`,
        remedy: "Look for it with a query; it may have been removed",
      });
    }
    return found;
  }

  /** Runs a query. @throws {@link CimError} when it is malformed, or names a class or property that isn't there. */
  query(wql: string): readonly CimInstance[] {
    const attempted = "Running a query";
    const target = `${this.repository.hostName} (${shortened(wql)})`;
    const query = this.parse(wql, attempted, target);
    switch (query.kind) {
      case "select":
        return this.select(query, attempted, target);
      case "associators":
        return this.associators(query.path, query);
      case "references":
        return this.references(query.path, query);
    }
  }

  /** Walks associations from one instance to those at the other ends. */
  associators(path: CimInstancePath, filter: AssociatorsFilter): readonly CimInstance[] {
    const attempted = "Walking an association";
    if (!this.sees(this.requireClass(path.className, attempted, path.toString()))) return [];
    const origin = this.require(path, attempted);
    const resultClass = filter.resultClass && this.requireClass(filter.resultClass, attempted, path.toString());
    const found: StoredInstance[] = [];
    for (const { row, ends } of this.rows(origin, filter, attempted)) {
      for (const [role, end] of ends) {
        const itself = end.identity === origin.identity && named(row, filter.role, origin) === role;
        if (itself || !sameName(filter.resultRole, role)) continue;
        const instance = this.repository.find(end);
        if (instance === undefined || !this.sees(instance.className)) continue;
        if (!resultClass || this.repository.schema.derives(instance.className, resultClass)) found.push(instance);
      }
    }
    // behaviour: associatorsWithoutClassRepeat
    const served = filter.associationClass === undefined ? found : [...new Set(found)];
    return served.map((instance) => this.repository.read(instance, this.now));
  }

  /** Reads the association rows that name an instance, each once. */
  references(path: CimInstancePath, filter: ReferencesFilter): readonly CimInstance[] {
    const attempted = "Reading association rows";
    if (!this.sees(this.requireClass(path.className, attempted, path.toString()))) return [];
    const origin = this.require(path, attempted);
    const rows = [...this.rows(origin, filter, attempted)].map(({ row }) => row);
    return [...new Set(rows)].map((row) => this.repository.read(row, this.now));
  }

  private sees(className: string): boolean {
    return isVisible(className, this.rights);
  }

  private *rows(
    origin: StoredInstance,
    filter: ReferencesFilter,
    attempted: string,
  ): Generator<{ readonly row: StoredInstance; readonly ends: readonly (readonly [string, CimInstancePath])[] }> {
    const associationClass =
      filter.associationClass === undefined
        ? undefined
        : this.requireClass(filter.associationClass, attempted, origin.path.toString());
    for (const row of this.repository.rowsAt(origin.identity, associationClass)) {
      if (!this.sees(row.className)) continue;
      const ends = this.repository.schema
        .ends(row.className)
        .map((role) => [role, row.properties[role] as CimInstancePath] as const);
      if (ends.some(([role, end]) => end.identity === origin.identity && sameName(filter.role, role)))
        yield { row, ends };
    }
  }

  private select(query: SelectQuery, attempted: string, target: string): readonly CimInstance[] {
    const { schema } = this.repository;
    const className = this.requireClass(query.className, attempted, target);
    if (!this.sees(className)) return [];
    const selected = query.properties?.map(
      (name) =>
        schema.propertyName(className, name) ??
        this.refuseQuery(`${className} has no property ${name}`, attempted, target),
    );
    const predicate = query.where && this.predicate(query, className, attempted, target);
    const textKeys = schema.keys(className).filter((key) => schema.properties(className)[key]?.type === "string");
    const pinned = query.where && pinnedKey(query.where, textKeys);
    const candidates = pinned
      ? new Set(this.repository.instancesByKey(className, pinned.key, pinned.values))
      : this.repository.instancesOf(className);
    const answer: CimInstance[] = [];
    for (const stored of candidates) {
      const live = stored.live?.(this.now);
      const fits = predicate?.((name) => live?.[name] ?? stored.properties[name] ?? null) ?? predicate === null;
      if (fits) answer.push(this.repository.read(stored, this.now, selected));
    }
    return answer;
  }

  private predicate(query: SelectQuery, className: string, attempted: string, target: string): WqlPredicate | null {
    if (query.where === null) return null;
    const { schema } = this.repository;
    try {
      return wqlPredicate(query.where, (property) => {
        const name = schema.propertyName(className, property);
        const declaration = name === undefined ? undefined : schema.properties(className)[name];
        return name === undefined || declaration === undefined ? undefined : { name, declaration };
      });
    } catch (error) {
      return this.refuseQuery(error instanceof Error ? error.message : String(error), attempted, target);
    }
  }

  private parse(wql: string, attempted: string, target: string): WqlQuery {
    try {
      return parseWql(wql);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.refuseQuery(error.message, attempted, target);
    }
  }

  private refuseQuery(because: string, attempted: string, target: string): never {
    throw wbemRefusal("WBEM_E_INVALID_QUERY", { attempted, target, because, remedy: "Correct the query" });
  }

  private requireClass(name: string, attempted: string, target: string): string {
    const className = this.repository.schema.className(name);
    if (className !== undefined) return className;
    throw wbemRefusal("WBEM_E_INVALID_CLASS", {
      attempted,
      target,
      because: `${this.repository.hostName} (build ${this.repository.schema.build}) has no class ${name}`,
      remedy: `Use a class of ${virtualizationNamespace}`,
    });
  }
}

/** Finds the role under which a row names the instance that a walk starts from: the requested role, else the first. */
function named(row: StoredInstance, role: string | undefined, origin: StoredInstance): string | undefined {
  return Object.entries(row.properties).find(
    ([name, value]) => value instanceof CimInstancePath && value.identity === origin.identity && sameName(role, name),
  )?.[0];
}

function sameName(asked: string | undefined, name: string): boolean {
  return asked === undefined || asked.toLowerCase() === name.toLowerCase();
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
