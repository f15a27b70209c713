import { canStandInXml, escapeXml } from "../cim/embedded-instance";
import { InvalidArgumentError } from "../errors";
import { XmlNamespace } from "../schema/wsman-names";

/** XML that is written: markup, escaped. Only the functions here make it, so no text can become markup. */
export class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What stands inside an element. */
export type XmlContent = Xml | string | undefined | readonly XmlContent[];

const isList = (content: XmlContent): content is readonly XmlContent[] => Array.isArray(content);

function contentText(content: XmlContent): string {
  if (content === undefined) return "";
  if (typeof content === "string") return characters(content);
  return isList(content) ? content.map(contentText).join("") : content.text;
}

/** Writes an element without attributes. @throws {@link InvalidArgumentError} when a text has a character that XML has no form for. */
export function element(name: string, ...content: readonly XmlContent[]): Xml {
  return elementWith(name, {}, ...content);
}

/** Writes an element with attributes. @throws {@link InvalidArgumentError} when a text has a character that XML has no form for. */
export function elementWith(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...content: readonly XmlContent[]
): Xml {
  if (!/^[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?$/.test(name)) throw unwritable(name, "it isn't a name");
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${characters(value).replaceAll(/[\t\n]/g, (space) => `&#${space.charCodeAt(0)};`)}"`,
  );
  const inner = contentText(content);
  const start = `<${name}${written.join("")}`;
  return new Xml(inner === "" ? `${start}/>` : `${start}>${inner}</${name}>`);
}

/** The prefixes that every envelope of ours declares. */
const prefixes = {
  s: XmlNamespace.soap,
  a: XmlNamespace.addressing,
  n: XmlNamespace.enumeration,
  w: XmlNamespace.wsman,
  p: XmlNamespace.microsoft,
  f: XmlNamespace.fault,
  xsi: XmlNamespace.instance,
  cim: XmlNamespace.cim,
} as const;

/** Writes a SOAP envelope. In it the prefixes s, a, n, w, p, f, xsi and cim are declared. */
export function envelope(header: readonly XmlContent[], body: XmlContent): string {
  const declared = Object.entries(prefixes).map(([prefix, uri]) => [`xmlns:${prefix}`, uri]);
  return elementWith("s:Envelope", Object.fromEntries(declared), element("s:Header", header), element("s:Body", body))
    .text;
}

function characters(text: string): string {
  if (!canStandInXml(text)) throw unwritable(text, "it has a character that XML has no form for");
  return escapeXml(text);
}

function unwritable(text: string, answer: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Writing a request",
    target: JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text),
    answer,
    outcome: "Nothing was asked of the host",
    remedy: "Correct the name, or leave the control characters out of the text",
  });
}
