import { InvalidArgumentError } from "../errors";

/** The value of one key: hosts have strings, numbers, booleans, and in associations references. */
export type CimKeyValue = string | number | bigint | boolean | CimInstancePath;

/** What a path is made of. */
export interface CimInstancePathParts {
  readonly className: string;
  readonly keys: Readonly<Record<string, CimKeyValue>>;
  /** `root\virtualization\v2`; slashes of either kind are taken. */
  readonly namespace?: string | undefined;
  readonly host?: string | undefined;
}

/**
 * Names one instance on a host: class, keys, and where known namespace and host.
 *
 * The text form is WMI's object path, `\\HOST\root\virtualization\v2:Class.Key="value"`, with `\` and `"` inside a value
 * escaped by `\`. Two paths are equal as WMI compares them: without regard to case or to the order of keys.
 */
export class CimInstancePath {
  readonly className: string;
  readonly keys: Readonly<Record<string, CimKeyValue>>;
  readonly namespace: string | undefined;
  readonly host: string | undefined;

  constructor(parts: CimInstancePathParts) {
    this.className = parts.className;
    this.keys = parts.keys;
    this.namespace = parts.namespace?.replaceAll("/", "\\");
    this.host = parts.host;
  }

  /**
   * Reads an object path.
   *
   * @throws {@link InvalidArgumentError} when the text isn't one, with the character at which reading failed.
   */
  static parse(text: string): CimInstancePath {
    return new ObjectPathReader(text).read();
  }

  /** The part behind the colon, `Class.Key="value"`: what a namespace-bound caller needs. */
  get relativePath(): string {
    const keys = Object.entries(this.keys).map(([name, value]) => `${name}=${formatKey(value)}`);
    return `${this.className}.${keys.join(",")}`;
  }

  /** The same text for equal paths, host and namespace left aside: to compare by, not to show. */
  get identity(): string {
    const keys = Object.entries(this.keys).map(
      ([name, value]) =>
        `${name.toLowerCase()}=${quote(value instanceof CimInstancePath ? value.identity : String(value).toLowerCase())}`,
    );
    return `${this.className.toLowerCase()}.${keys.sort().join(",")}`;
  }

  /** The value of a key, whatever its case in the path. */
  key(name: string): CimKeyValue | undefined {
    const found = Object.keys(this.keys).find((key) => key.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : this.keys[found];
  }

  /** Whether both name the same instance. A host or namespace that only one of them states doesn't count. */
  equals(other: CimInstancePath): boolean {
    const agree = (a?: string, b?: string) => a === undefined || b === undefined || a.toLowerCase() === b.toLowerCase();
    return this.identity === other.identity && agree(this.namespace, other.namespace) && agree(this.host, other.host);
  }

  /** The same path with host and namespace filled in where they are missing. */
  within(place: { readonly host?: string; readonly namespace: string }): CimInstancePath {
    return new CimInstancePath({
      className: this.className,
      keys: this.keys,
      namespace: this.namespace ?? place.namespace,
      host: this.host ?? place.host,
    });
  }

  /** The full text, with as much of host and namespace as is known. */
  toString(): string {
    const namespace = this.namespace === undefined ? "" : `${this.namespace}:`;
    const host = this.host === undefined ? "" : `\\\\${this.host}\\`;
    return `${host}${namespace}${this.relativePath}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function formatKey(value: CimKeyValue): string {
  if (typeof value === "string") return quote(value);
  if (value instanceof CimInstancePath) return quote(value.toString());
  return typeof value === "boolean" ? String(value).toUpperCase() : String(value);
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

class ObjectPathReader {
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): CimInstancePath {
    const host = this.take(/(?:\\\\|\/\/)([^\\/:"]+)[\\/]/y)?.[1];
    const namespace = this.take(/([A-Za-z_][\w\\/-]*):/y)?.[1];
    if (host !== undefined && namespace === undefined) this.fail("a namespace and a colon");
    const className = this.take(/[A-Za-z]\w*/y)?.[0] ?? this.fail("a class name");
    const keys: [string, CimKeyValue][] = [];
    if (!this.take(/=@$/y)) {
      if (!this.take(/\./y)) this.fail("a dot and the keys");
      do {
        const name = this.take(/\s*([A-Za-z_]\w*)\s*=\s*/y)?.[1] ?? this.fail("a key's name and an equals sign");
        if (keys.some(([key]) => key.toLowerCase() === name.toLowerCase())) this.fail(`no second ${name}`);
        keys.push([name, this.readValue()]);
      } while (this.take(/\s*,/y));
      if (this.position < this.text.length) this.fail("a comma or the end");
    }
    return new CimInstancePath({ className, keys: Object.fromEntries(keys), namespace, host });
  }

  private readValue(): CimKeyValue {
    const quoted = this.take(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy);
    if (quoted) return (quoted[1] ?? quoted[2] ?? "").replaceAll(/\\(.)/gs, "$1");
    const word = this.take(/true|false/iy)?.[0];
    if (word) return word.toLowerCase() === "true";
    const digits = this.take(/[+-]?\d+/y)?.[0] ?? this.fail("a value: quoted text, a whole number, TRUE or FALSE");
    const number = Number(digits);
    return Number.isSafeInteger(number) ? number : BigInt(digits);
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match) this.position = pattern.lastIndex;
    return match;
  }

  private fail(expected: string): never {
    throw new InvalidArgumentError({
      attempted: "Reading an object path",
      target: JSON.stringify(this.text),
      answer: `expected ${expected} at character ${this.position + 1}`,
      outcome: "Nothing was asked of the host",
      remedy:
        'Write it as \\\\HOST\\root\\virtualization\\v2:Msvm_VirtualSystemCollection.CollectionID="…"; inside quotes, \\ and " take a \\ before them',
    });
  }
}
