import { declaredClassName, methodOf, propertiesOf } from "../../cim/cim-class";
import { CimInstance } from "../../cim/cim-instance";
import { CimInstancePath, type CimKeyValue } from "../../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../../cim/cim-value";
import { type PathOrigin, sortedKeys } from "../../soap/endpoint-reference";
import type { XmlElement } from "../../soap/read-xml";
import { readScalar, readValue } from "../../soap/values";

type Types = ReadonlyMap<string, string>;

const known = new Map<string, Types>();

function typesOf(className: string): Types {
  const types = known.get(className);
  if (types) return types;
  const declared = Object.entries(propertiesOf(className)).map(([name, { type }]) => [name, type] as const);
  const made = new Map(declared);
  known.set(className, made);
  return made;
}

/**
 * Reads an instance.
 *
 * @param fragmentClass - The class of what comes as a fragment, which doesn't name its own: the answer to a `SELECT` of some properties.
 * @throws {@link XmlProblem} when a value isn't of its type.
 */
export function readInstance(item: XmlElement, fragmentClass: string | undefined, origin: PathOrigin): CimInstance {
  const named = item.name === "XmlFragment" ? (fragmentClass ?? item.name) : item.name;
  const className = declaredClassName(named) ?? named;
  const properties = readValues(item.children, typesOf(className), origin);
  const keys: Record<string, CimKeyValue> = {};
  for (const name of sortedKeys(className)) {
    const value = (properties[name] ?? null) as CimScalar;
    if (value !== null) keys[name] = value;
  }
  const { hostName, namespace } = origin;
  return new CimInstance(new CimInstancePath({ className, keys, host: hostName, namespace }), properties);
}

/** Reads what a method answered: the return value among the out parameters. @throws {@link XmlProblem} when a value isn't of its type. */
export function readOutput(
  output: XmlElement,
  className: string,
  methodName: string,
  origin: PathOrigin,
): Readonly<Record<string, CimValue>> {
  const declared = Object.entries(methodOf(className, methodName)?.parameters ?? {});
  const types = new Map(declared.map(([name, { type }]) => [name, type] as const));
  types.set("ReturnValue", "uint32");
  return readValues(output.children, types, origin);
}

/** Reads values: the elements of one name, which stand one behind the other, are one value. */
function readValues(
  elements: readonly XmlElement[],
  types: Types,
  origin: PathOrigin,
): Readonly<Record<string, CimValue>> {
  const values: Record<string, CimValue> = {};
  for (let at = 0; at < elements.length; ) {
    const first = elements[at] as XmlElement;
    const { name } = first;
    const type = types.get(name);
    let end = at + 1;
    while (elements[end]?.name === name) end += 1;
    // a name such as __proto__ would be no property of a plain object
    if (name !== "__proto__") {
      const isOne = end === at + 1 && !type?.endsWith("[]");
      values[name] = isOne ? readScalar(first, type, origin) : readValue(elements.slice(at, end), type, origin);
    }
    at = end;
  }
  return values;
}
