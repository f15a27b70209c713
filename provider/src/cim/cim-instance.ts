import { ProtocolError } from "../errors";
import { CimInstancePath } from "./cim-instance-path";
import { type CimScalar, type CimValue, isoFromDateTime } from "./cim-value";

/**
 * One object read from the host: its class, its path, and the properties that came with it.
 *
 * Properties keep the host's names. The typed readings (`string`, `number` …) answer null for what is null or absent,
 * and refuse a value of another type.
 */
export class CimInstance {
  readonly className: string;
  readonly path: CimInstancePath;
  readonly properties: Readonly<Record<string, CimValue>>;

  constructor(path: CimInstancePath, properties: Readonly<Record<string, CimValue>>) {
    this.className = path.className;
    this.path = path;
    this.properties = properties;
  }

  /** @throws {@link ProtocolError} when the property isn't text. */
  string(name: string): string | null {
    return this.read(name, "text", (value) => typeof value === "string");
  }

  /** @throws {@link ProtocolError} when the property isn't a number. */
  number(name: string): number | null {
    return this.read(name, "a number", (value) => typeof value === "number");
  }

  /** @throws {@link ProtocolError} when the property isn't a boolean. */
  boolean(name: string): boolean | null {
    return this.read(name, "a boolean", (value) => typeof value === "boolean");
  }

  /** The property as ISO 8601 in UTC. @throws {@link ProtocolError} when it isn't a point in time. */
  time(name: string): string | null {
    const text = this.string(name);
    return text === null ? null : isoFromDateTime(text);
  }

  /** The path that a reference, or a text with an object path in it, names. @throws {@link ProtocolError} when it is neither. */
  reference(name: string): CimInstancePath | null {
    const value = this.read(
      name,
      "a reference",
      (found): found is string | CimInstancePath => typeof found === "string" || found instanceof CimInstancePath,
    );
    return typeof value === "string" ? CimInstancePath.parse(value) : value;
  }

  /** The numbers of an array; empty where it is null. @throws {@link ProtocolError} when an element isn't a number. */
  numbers(name: string): readonly number[] {
    const value = this.read(
      name,
      "an array of numbers",
      (found): found is readonly number[] =>
        Array.isArray(found) && found.every((element) => typeof element === "number"),
    );
    return value ?? [];
  }

  private read<T extends CimValue>(name: string, wanted: string, is: (value: CimValue) => value is T): T | null {
    const value = this.properties[name] ?? null;
    if (value === null || is(value)) return value as T | null;
    throw new ProtocolError({
      attempted: `Reading ${name}`,
      target: this.path.toString(),
      answer: `${describe(value)} came instead of ${wanted}`,
      outcome: "Nothing was changed by this",
      remedy: "Report it with the host's version: the schema that this package knows says otherwise",
    });
  }
}

function describe(value: CimValue): string {
  const text = Array.isArray(value) ? `[${value.map(String).join(", ")}]` : String(value as CimScalar);
  return `${Array.isArray(value) ? "an array" : typeof value} (${text.slice(0, 80)})`;
}
