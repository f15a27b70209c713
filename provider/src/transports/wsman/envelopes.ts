import { randomUUID } from "node:crypto";
import { methodOf } from "../../cim/cim-class";
import type { CimInstancePath } from "../../cim/cim-instance-path";
import type { CimValue } from "../../cim/cim-value";
import { anonymousAddress, resourceUri, WsmanAction, wqlDialect } from "../../schema/wsman-names";
import { selectorSet } from "../../soap/endpoint-reference";
import { writeValue } from "../../soap/values";
import { element, elementWith, envelope, type Xml, type XmlContent } from "../../soap/write-xml";
import { maxEnvelopeSize } from "./host-connection";

/** What is asked of the host. */
export interface SoapRequest {
  readonly action: string;
  readonly resourceUri: string;
  readonly selectors?: Xml;
  readonly body?: XmlContent;
}

/** What stays the same for a session. */
export interface EnvelopeFrame {
  /** Where requests go, for `a:To`. */
  readonly address: string;
  readonly operationTimeoutSeconds: number;
}

/** So many instances are asked for at once; the host sends fewer when they fill an envelope. */
const batchSize = 2000;

const mustUnderstand = { "s:mustUnderstand": "true" };
const mayIgnore = { "s:mustUnderstand": "false", "xml:lang": "en-US" };

/** Writes the envelope of a request. @returns It with the id that the answer has to name. */
export function writeEnvelope(
  request: SoapRequest,
  frame: EnvelopeFrame,
): { readonly id: string; readonly text: string } {
  const id = `uuid:${randomUUID().toUpperCase()}`;
  const header = [
    elementWith("a:Action", mustUnderstand, request.action),
    element("a:To", frame.address),
    element("a:MessageID", id),
    element("a:ReplyTo", elementWith("a:Address", mustUnderstand, anonymousAddress)),
    elementWith("w:ResourceURI", mustUnderstand, request.resourceUri),
    elementWith("w:MaxEnvelopeSize", mustUnderstand, String(maxEnvelopeSize)),
    elementWith("w:Locale", mayIgnore),
    elementWith("p:DataLocale", mayIgnore),
    element("w:OperationTimeout", `PT${frame.operationTimeoutSeconds}S`),
    request.selectors,
  ];
  return { id, text: envelope(header, request.body) };
}

/** Asks for one instance. */
export function getRequest(path: CimInstancePath, namespace: string): SoapRequest {
  return {
    action: WsmanAction.get,
    resourceUri: resourceUri(path.namespace ?? namespace, path.className),
    selectors: selectorSet(path, namespace),
  };
}

/** Asks for what a query finds: the first batch comes with the answer. */
export function enumerateRequest(wql: string, namespace: string): SoapRequest {
  const body = element(
    "n:Enumerate",
    element("w:OptimizeEnumeration"),
    element("w:MaxElements", String(batchSize)),
    elementWith("w:Filter", { Dialect: wqlDialect }, wql),
  );
  return { action: WsmanAction.enumerate, resourceUri: resourceUri(namespace, "*"), body };
}

/** Asks for the next batch of an enumeration. */
export function pullRequest(context: string, namespace: string): SoapRequest {
  const body = element("n:Pull", element("n:EnumerationContext", context), element("n:MaxElements", String(batchSize)));
  return { action: WsmanAction.pull, resourceUri: resourceUri(namespace, "*"), body };
}

/** Gives an enumeration back that isn't pulled to its end. */
export function releaseRequest(context: string, namespace: string): SoapRequest {
  const body = element("n:Release", element("n:EnumerationContext", context));
  return { action: WsmanAction.release, resourceUri: resourceUri(namespace, "*"), body };
}

/** Asks for a method. Its parameters go in the order of the MOF, which hosts' schemas are strict about. */
export function invokeRequest(
  path: CimInstancePath,
  methodName: string,
  inParameters: Readonly<Record<string, CimValue>>,
  namespace: string,
): SoapRequest {
  const uri = resourceUri(path.namespace ?? namespace, path.className);
  const declared = Object.entries(methodOf(path.className, methodName)?.parameters ?? {});
  const place = (name: string) => declared.findIndex(([known]) => known.toLowerCase() === name.toLowerCase());
  const parameters = Object.entries(inParameters)
    .map(([name, value]) => ({ name, value, at: place(name) }))
    .sort((a, b) => a.at - b.at)
    .map(({ name, value, at }) => {
      const [declaredName, declaration] = declared[at] ?? [name];
      return writeValue(`m:${declaredName}`, value, declaration?.type, namespace);
    });
  return {
    action: `${uri}/${methodName}`,
    resourceUri: uri,
    selectors: selectorSet(path, namespace),
    body: elementWith(`m:${methodName}_INPUT`, { "xmlns:m": uri }, parameters),
  };
}
