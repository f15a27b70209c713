import { keysOf, propertiesOf } from "../cim/cim-class";
import { CimInstancePath, type CimKeyValue } from "../cim/cim-instance-path";
import { anonymousAddress, readResourceUri, resourceUri } from "../schema/wsman-names";
import { childOf, childText, elementAt, type XmlElement } from "./read-xml";
import { element, elementWith, type Xml } from "./write-xml";

/** Where a path is that doesn't say so itself. */
export interface PathOrigin {
  readonly hostName: string;
  readonly namespace: string;
}

/** Writes what stands in an endpoint reference: the address, the class's URI, a selector for each key. */
export function endpointContent(path: CimInstancePath, namespace: string): readonly Xml[] {
  return [
    element("a:Address", anonymousAddress),
    element(
      "a:ReferenceParameters",
      element("w:ResourceURI", resourceUri(path.namespace ?? namespace, path.className)),
      selectorSet(path, namespace),
    ),
  ];
}

/** Writes a path's keys as selectors. A key that is a reference holds an endpoint reference. */
export function selectorSet({ keys }: CimInstancePath, namespace: string): Xml {
  const selectors = Object.entries(keys).map(([name, value]) =>
    elementWith(
      "w:Selector",
      { Name: name },
      value instanceof CimInstancePath
        ? element("a:EndpointReference", endpointContent(value, namespace))
        : String(value),
    ),
  );
  return element("w:SelectorSet", selectors);
}

/**
 * Reads the path in an element that is an endpoint reference or has the content of one.
 *
 * @returns `undefined` when there is none.
 */
export function readEndpoint(found: XmlElement, origin: PathOrigin): CimInstancePath | undefined {
  const parameters =
    childOf(found, "ReferenceParameters") ?? elementAt(found, "EndpointReference", "ReferenceParameters");
  const uri = childText(parameters, "ResourceURI");
  return uri === undefined ? undefined : readSelectors(uri, childOf(parameters, "SelectorSet"), origin);
}

/** Reads the path that a resource URI and selectors name. @returns `undefined` when the URI isn't that of a class. */
export function readSelectors(
  uri: string,
  selectors: XmlElement | undefined,
  origin: PathOrigin,
): CimInstancePath | undefined {
  const resource = readResourceUri(uri);
  if (!resource) return undefined;
  const declared = Object.entries(propertiesOf(resource.className));
  const keys: [string, CimKeyValue][] = [];
  let { namespace } = resource;
  for (const selector of selectors?.children ?? []) {
    const given = selector.attributes["Name"] ?? "";
    if (given === "__cimnamespace") namespace = selector.text.trim().replaceAll("/", "\\");
    else {
      const [name, declaration] = declared.find(([known]) => known.toLowerCase() === given.toLowerCase()) ?? [given];
      keys.push([name, readKey(selector, declaration?.type, origin)]);
    }
  }
  return new CimInstancePath({
    className: resource.className,
    keys: Object.fromEntries(keys.sort(([a], [b]) => (a < b ? -1 : 1))),
    host: origin.hostName,
    namespace: namespace ?? origin.namespace,
  });
}

function readKey(selector: XmlElement, type: string | undefined, origin: PathOrigin): CimKeyValue {
  const nested = readEndpoint(selector, origin);
  if (nested) return nested;
  if (/^[us]int(8|16|32)$/.test(type ?? "")) return Number(selector.text);
  if (/^[us]int64$/.test(type ?? "")) return BigInt(selector.text.trim());
  return type === "boolean" ? selector.text.trim() === "true" : selector.text;
}

/** The names of a class's keys in the order in which hosts write them in paths, the alphabet's. */
export function sortedKeys(className: string): readonly string[] {
  const known = sorted.get(className);
  if (known) return known;
  const names = [...keysOf(className)].sort();
  sorted.set(className, names);
  return names;
}

const sorted = new Map<string, readonly string[]>();
