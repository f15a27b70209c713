import { SaxesParser } from "saxes";
import type { HostSchema } from "./host-schema";
import { fitsType } from "./value-type";

/** An embedded instance as a client sent it. */
interface EmbeddedInstance {
  readonly className: string;
  /** Values by the names of the properties; a property without a value isn't there. */
  readonly values: Readonly<Record<string, number | boolean | string>>;
}

/**
 * Reads an embedded instance in CIM-XML (DSP0201), of one class and with scalar properties only.
 *
 * @returns `undefined` when the text is none: not well-formed, of another class, with properties, types or values that
 * the class doesn't have.
 */
export function readEmbeddedInstance(
  text: string,
  className: string,
  schema: HostSchema,
): EmbeddedInstance | undefined {
  const properties = schema.properties(className);
  const values: Record<string, number | boolean | string> = {};
  const open: string[] = [];
  let property: { readonly name: string; readonly type: string } | undefined;
  let value: string | undefined;
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
    } else if (name === "PROPERTY" && inside === "INSTANCE") {
      const declared = schema.propertyName(className, attributes["NAME"] ?? "");
      const type = declared === undefined ? undefined : properties[declared]?.type;
      good &&= type !== undefined && type === attributes["TYPE"]?.toLowerCase();
      property = declared === undefined || type === undefined ? undefined : { name: declared, type };
    } else if (name === "VALUE" && inside === "INSTANCE/PROPERTY") {
      value = "";
    } else if (!open.includes("QUALIFIER")) {
      good = false;
    }
  });
  const addText = (characters: string) => {
    if (open.join("/") === "INSTANCE/PROPERTY/VALUE") value = (value ?? "") + characters;
    else if (characters.trim() !== "" && !open.includes("QUALIFIER")) good = false;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", ({ name }) => {
    if (name === "PROPERTY" && property !== undefined && value !== undefined) {
      const read = scalar(value, property.type);
      if (read === undefined || !fitsType(read, property.type)) good = false;
      else values[property.name] = read;
    }
    if (name === "PROPERTY") [property, value] = [undefined, undefined];
    open.pop();
  });
  parser.write(text.replace(/^\uFEFF/, "")).close();
  return good && instances === 1 ? { className, values } : undefined;
}

function scalar(text: string, type: string): number | boolean | string | undefined {
  if (type === "string" || type === "datetime") return text;
  if (type === "boolean") return { true: true, false: false }[text.trim().toLowerCase()];
  return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : undefined;
}
