import { SaxesParser } from "saxes";
import { XmlNamespace } from "../schema/wsman-names";

/** An element as it was read. Names are without prefixes: hosts choose prefixes, and some the namespaces, as they like. */
export interface XmlElement {
  readonly name: string;
  /** The namespace of the root element; empty for all others, which are found by their names alone. */
  readonly namespace: string;
  /** Attributes by their names without prefixes; declarations of namespaces aren't among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The element's own text, without that of its children. */
  readonly text: string;
}

/** An element while it is read. */
interface OpenElement extends XmlElement {
  children: XmlElement[];
  text: string;
}

/** A text isn't XML, or not such as an envelope may be. */
export class XmlProblem extends Error {}

/** Envelopes nest a dozen deep; references in references a few more. */
const deepest = 64;

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** What every element without a value has: in an answer of a host's, those are most. */
const nilAttributes: Readonly<Record<string, string>> = Object.freeze({ nil: "true" });

/** What every element without children has: most are leaves, and an array for each would cost more than its text. */
const noChildren: XmlElement[] = [];

/**
 * Reads XML that comes in pieces into a tree. Fetches nothing, and takes no DOCTYPE: the only entities are XML's own five.
 *
 * @throws {@link XmlProblem} from every call, as soon as the text is wrong.
 */
export class XmlReader {
  private readonly parser = new SaxesParser();
  private readonly open: OpenElement[] = [];
  private readonly names = new Map<string, string>();
  private root: XmlElement | undefined;

  /**
   * @param takes - Gets every element that ends right inside one named `Items`, which then isn't kept in the tree: what is read item by item
   * needs no memory for all of them.
   */
  constructor(takes?: (item: XmlElement) => void) {
    const { parser, open } = this;
    parser.on("error", refuse);
    parser.on("doctype", () => {
      throw new XmlProblem("it has a DOCTYPE, which no envelope may have");
    });
    parser.on("xmldecl", ({ encoding }) => {
      if (encoding !== undefined && !/^utf-?(8|16)/i.test(encoding))
        throw new XmlProblem(`its encoding is ${encoding}`);
    });
    parser.on("opentag", (tag) => {
      if (open.length === deepest) throw new XmlProblem(`its elements nest deeper than ${deepest}`);
      let attributes = noAttributes;
      for (const name in tag.attributes) {
        const value = tag.attributes[name] as string;
        if (name.startsWith("xmlns")) continue;
        if (attributes === noAttributes && name === "xsi:nil" && value === "true") attributes = nilAttributes;
        else attributes = { ...attributes, [localName(name)]: value };
      }
      const element: OpenElement = {
        name: this.localName(tag.name),
        namespace: this.root === undefined ? namespaceOf(tag) : "",
        attributes,
        children: noChildren,
        text: "",
      };
      this.root ??= element;
      open.push(element);
    });
    const append = (text: string) => {
      const inner = open[open.length - 1];
      if (inner) inner.text = inner.text === "" ? text : inner.text + text;
    };
    parser.on("text", append);
    parser.on("cdata", append);
    parser.on("closetag", () => {
      const element = open.pop();
      const parent = open[open.length - 1];
      if (!element || !parent) return;
      if (takes && parent.name === "Items") takes(element);
      else if (parent.children === noChildren) parent.children = [element];
      else parent.children.push(element);
    });
  }

  /** Takes the next piece. */
  write(piece: string): void {
    this.parser.write(piece);
  }

  /** Ends the text. @returns The root element. */
  end(): XmlElement {
    this.parser.close();
    if (!this.root) throw new XmlProblem("it is empty");
    return this.root;
  }

  /** The same text for the same name: a batch has each thousands of times. */
  private localName(name: string): string {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const local = localName(name);
    this.names.set(name, local);
    return local;
  }
}

const localName = (name: string) => name.slice(name.indexOf(":") + 1);

function namespaceOf({
  name,
  attributes,
}: {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}): string {
  const at = name.indexOf(":");
  return attributes[at < 0 ? "xmlns" : `xmlns:${name.slice(0, at)}`] ?? "";
}

/** Reads a whole text. @throws {@link XmlProblem} when it isn't XML. */
export function readXml(text: string): XmlElement {
  const reader = new XmlReader();
  reader.write(text);
  return reader.end();
}

/** Checks that every prefix is declared. {@link readXml} doesn't, since it passes over prefixes. @throws {@link XmlProblem} for one that isn't. */
export function requireDeclaredPrefixes(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", refuse);
  parser.write(text).close();
}

function refuse(error: Error): never {
  throw new XmlProblem(error.message.replace(/^[\d:]+\s*/, ""));
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** Goes down from an element by names. */
export function elementAt(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  return names.reduce(childOf, element);
}

/** All elements of a name below an element, nearest first. */
export function elementsBelow(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  const found: XmlElement[] = [];
  let level = element?.children ?? [];
  while (level.length > 0) {
    found.push(...level.filter((one) => one.name === name));
    level = level.flatMap((one) => one.children);
  }
  return found;
}

/** The text of the first child of a name, without the space around it. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text.trim();
}

/** Whether an element says that it has no value. */
export function isNil({ attributes }: XmlElement): boolean {
  if (attributes === noAttributes) return false;
  return attributes === nilAttributes || attributes["nil"] === "true" || attributes["nil"] === "1";
}

/** The body of an envelope. @throws {@link XmlProblem} when the element isn't an envelope. */
export function bodyOf(envelope: XmlElement): XmlElement {
  const body = childOf(envelope, "Body");
  if (envelope.name !== "Envelope" || envelope.namespace !== XmlNamespace.soap || !body) {
    throw new XmlProblem(`its root is <${envelope.name}>, not a SOAP envelope`);
  }
  return body;
}
