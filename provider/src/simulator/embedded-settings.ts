import { SaxesParser } from "saxes";
import type { HostSchema } from "./host-schema";
import { fitsType } from "./value-type";

/** An embedded instance as a client sent it. */
interface EmbeddedInstance {
  readonly className: string;
  /** Values by the names of the properties; a property without a value isn't there. */
  readonly values: Readonly<Record<string, EmbeddedValue>>;
}

type EmbeddedScalar = number | boolean | string;
type EmbeddedValue = EmbeddedScalar | EmbeddedScalar[];

const propertyElements = new Set(["PROPERTY", "PROPERTY.ARRAY"]);
const valuePlaces = new Set(["INSTANCE/PROPERTY", "INSTANCE/PROPERTY.ARRAY/VALUE.ARRAY"]);

/**
 * Reads an embedded instance in CIM-XML (DSP0201), of one class.
 *
 * @returns `undefined` when the text isn't a settings instance: not well-formed, of another class, with properties, types or values that
 * the class doesn't have.
 */
export function readEmbeddedInstance(
  text: string,
  className: string,
  schema: HostSchema,
): EmbeddedInstance | undefined {
  const properties = schema.properties(className);
  const values: Record<string, EmbeddedValue> = {};
  const open: string[] = [];
  let property: { readonly name: string; readonly type: string } | undefined;
  let found: string[] | undefined;
  let instances = 0;
  let good = true;
  const parser = new SaxesParser();
  parser.on("error", () => {
    good = false;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const inside = open.join("/");
    open.push(name);
    if (name === "INSTANCE" && inside === "") {
      instances += 1;
      good &&= attributes["CLASSNAME"]?.toLowerCase() === className.toLowerCase();
    } else if (propertyElements.has(name) && inside === "INSTANCE") {
      const declared = schema.propertyName(className, attributes["NAME"] ?? "");
      const type = declared === undefined ? undefined : properties[declared]?.type;
      const given = `${attributes["TYPE"]?.toLowerCase()}${name === "PROPERTY.ARRAY" ? "[]" : ""}`;
      good &&= type !== undefined && type === given;
      property = declared === undefined || type === undefined ? undefined : { name: declared, type };
    } else if (name === "VALUE.ARRAY" && inside === "INSTANCE/PROPERTY.ARRAY") {
      found = [];
    } else if (name === "VALUE" && valuePlaces.has(inside)) {
      found = [...(found ?? []), ""];
    } else if (!open.includes("QUALIFIER")) {
      good = false;
    }
  });
  const addText = (characters: string) => {
    const place = open.join("/");
    if (place.endsWith("/VALUE") && valuePlaces.has(place.slice(0, -"/VALUE".length))) {
      found = [...(found ?? []).slice(0, -1), (found?.at(-1) ?? "") + characters];
    } else if (characters.trim() !== "" && !open.includes("QUALIFIER")) good = false;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", ({ name }) => {
    if (propertyElements.has(name)) {
      if (property !== undefined && found !== undefined) {
        const read = valueFrom(found, property.type);
        if (read === undefined || !fitsType(read, property.type)) good = false;
        else values[property.name] = read;
      }
      [property, found] = [undefined, undefined];
    }
    open.pop();
  });
  parser.write(text.replace(/^\uFEFF/, "")).close();
  return good && instances === 1 ? { className, values } : undefined;
}

function valueFrom(texts: readonly string[], type: string): EmbeddedValue | undefined {
  if (!type.endsWith("[]")) return scalar(texts[0] ?? "", type);
  const elements = texts.map((text) => scalar(text, type.slice(0, -2)));
  return elements.every((element) => element !== undefined) ? elements : undefined;
}

function scalar(text: string, type: string): EmbeddedScalar | undefined {
  if (type === "string" || type === "datetime") return text;
  if (type === "boolean") return { true: true, false: false }[text.trim().toLowerCase()];
  return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : undefined;
}
