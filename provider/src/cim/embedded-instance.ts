import { SaxesParser } from "saxes";
import { InvalidArgumentError } from "../errors";
import { propertiesOf } from "./cim-class";

/** A property of an embedded instance, as this package writes it. */
export type EmbeddedValue = string | number | boolean;

/**
 * Writes an instance as CIM-XML text, the form in which Hyper-V's methods take settings.
 *
 * Only the properties given are written; their types come from the schema.
 *
 * @throws {@link InvalidArgumentError} when a text can't stand in XML.
 */
export function embedInstance(className: string, properties: Readonly<Record<string, EmbeddedValue>>): string {
  const declared = propertiesOf(className);
  const unwritable = Object.entries(properties).find(([, value]) => !canStandInXml(String(value)));
  if (unwritable) {
    throw new InvalidArgumentError({
      attempted: `Writing ${unwritable[0]}`,
      target: className,
      answer: `${JSON.stringify(unwritable[1])} has a character that XML has no form for`,
      outcome: "Nothing was asked of the host",
      remedy: "Leave the control characters out",
    });
  }
  const written = Object.entries(properties).map(
    ([name, value]) =>
      `<PROPERTY NAME="${name}" TYPE="${declared[name]?.type}"><VALUE>${escapeXml(String(value))}</VALUE></PROPERTY>`,
  );
  return `<INSTANCE CLASSNAME="${className}">${written.join("")}</INSTANCE>`;
}

/**
 * Finds the class of an embedded instance in CIM-XML text.
 *
 * @returns The class's name, or what is wrong with the text.
 */
export function readEmbeddedClass(text: string): { readonly className: string } | { readonly problem: string } {
  let className: string | undefined;
  const parser = new SaxesParser();
  parser.on("doctype", () => parser.fail("a DOCTYPE is not allowed"));
  parser.on("opentag", ({ name, attributes }) => {
    if (className !== undefined) return;
    if (name !== "INSTANCE") parser.fail(`the root element is <${name}>, not <INSTANCE>`);
    className = attributes["CLASSNAME"] as string | undefined;
    if (!className) parser.fail("<INSTANCE> has no CLASSNAME");
  });
  try {
    parser.write(text).close();
  } catch (error) {
    return { problem: error instanceof Error ? error.message.replace(/^[\d:]+\s*/, "") : String(error) };
  }
  return className ? { className } : { problem: "it has no <INSTANCE> element" };
}

/**
 * Reads the scalar properties of an embedded instance in CIM-XML text.
 *
 * @returns Values as texts, by the names of the properties; nothing where the text can't be read.
 */
export function readEmbeddedProperties(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  let property: string | undefined;
  const parser = new SaxesParser();
  parser.on("doctype", () => parser.fail("a DOCTYPE is not allowed"));
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "PROPERTY") property = String(attributes["NAME"]);
  });
  const append = (characters: string) => {
    if (property !== undefined) values[property] = (values[property] ?? "") + characters;
  };
  parser.on("text", append);
  parser.on("cdata", append);
  parser.on("closetag", ({ name }) => {
    if (name === "PROPERTY") property = undefined;
  });
  try {
    parser.write(text).close();
    return values;
  } catch {
    return {};
  }
}

/** Whether XML has a form for every character of a text: it has none for most control characters and for halves of characters. */
export function canStandInXml(text: string): boolean {
  return /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u.test(text);
}

/** Writes a text as XML character data, or as the value of an attribute. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\r": "&#13;",
  };
  return text.replaceAll(/[&<>"\r]/g, (character) => entities[character] ?? character);
}
