import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimScalar } from "../cim/cim-value";
import type { PropertyBag } from "./cim-repository";
import type { HostSchema } from "./host-schema";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);

const valueElement = (value: CimScalar) =>
  `<VALUE>${escaped(value instanceof CimInstancePath ? value.toString() : String(value))}</VALUE>`;

/** Writes an instance as CIM-XML text (DSP0201), the form in which methods answer embedded instances. Nulls are left out. */
export function embeddedText(
  schema: HostSchema,
  className: string,
  properties: PropertyBag | CimInstance["properties"],
): string {
  const declared = schema.properties(className);
  const elements = Object.entries(properties).map(([name, value]) => {
    const type = declared[name]?.type;
    if (type === undefined) throw new TypeError(`${className} has no ${name} on build ${schema.build}`);
    if (value === null) return "";
    if (!Array.isArray(value))
      return `<PROPERTY NAME="${name}" TYPE="${type}">${valueElement(value as CimScalar)}</PROPERTY>`;
    const values = (value as readonly CimScalar[]).map(valueElement).join("");
    return `<PROPERTY.ARRAY NAME="${name}" TYPE="${type.slice(0, -2)}"><VALUE.ARRAY>${values}</VALUE.ARRAY></PROPERTY.ARRAY>`;
  });
  return `<INSTANCE CLASSNAME="${className}">${elements.join("")}</INSTANCE>`;
}
