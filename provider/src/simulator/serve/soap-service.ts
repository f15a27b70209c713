import { randomUUID } from "node:crypto";
import { declaredClassName, keysOf, methodOf, propertiesOf } from "../../cim/cim-class";
import type { CimInstance } from "../../cim/cim-instance";
import type { CimInstancePath } from "../../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../../cim/cim-value";
import { quoteWql } from "../../cim/wql-text";
import { CimError, ConnectionError, InvalidArgumentError } from "../../errors";
import { Hresult } from "../../schema/hresults";
import {
  anonymousAddress,
  readResourceUri,
  resourceUri,
  WsmanAction,
  wqlDialect,
  wsmanConfigUri,
  XmlNamespace,
} from "../../schema/wsman-names";
import { endpointContent, readSelectors } from "../../soap/endpoint-reference";
import {
  bodyOf,
  childOf,
  childText,
  elementAt,
  readXml,
  requireDeclaredPrefixes,
  type XmlElement,
  XmlProblem,
} from "../../soap/read-xml";
import { readValue, writeValue } from "../../soap/values";
import { element, elementWith, envelope, type Xml } from "../../soap/write-xml";
import type { FaultedRequest } from "../fault";
import { classInQuery, type SimulatedHost } from "../simulated-host";
import { WmiFailure } from "../wmi-failure";
import { computerInstances, computerNamespace } from "./computer-classes";
import { Enumerations, forgottenAfterMs } from "./enumerations";
import { type Fault, faultBody, faultOf, ServiceFault } from "./soap-fault";

/** Options of a service. */
export interface SoapServiceOptions {
  /** Returns the host to serve; tests may replace it. */
  readonly host: () => SimulatedHost;
  /** The largest request and response in bytes; by default 500 KiB, as on real hosts. */
  readonly maxEnvelopeBytes?: number;
}

/** The response envelope, or the loss of the connection instead. */
export type SoapAnswer = { readonly status: number; readonly text: string } | "connection lost";

/** Serves a simulated host to every WS-Management client as real hosts do: request envelopes in, response envelopes out. */
export class SoapService {
  private readonly options: SoapServiceOptions;
  private readonly enumerations = new Enumerations();

  constructor(options: SoapServiceOptions) {
    this.options = options;
  }

  /** Answers an envelope. @param delay - Lets time pass while an answer is slow. */
  async answer(text: string, delay: (milliseconds: number) => Promise<void>): Promise<SoapAnswer> {
    let request: SoapRequest | undefined;
    try {
      if (Buffer.byteLength(text) > this.limit)
        throw new ServiceFault("EncodingLimit", Hresult.ERROR_WSMAN_MAX_ENVELOPE_SIZE);
      request = readRequest(text, this.limit);
      const body = await this.carryOut(request, delay);
      return { status: 200, text: answerEnvelope(request, `${request.action}Response`, body) };
    } catch (error) {
      const fault = knownFault(error);
      if (!fault && ConnectionError.isInstance(error)) return "connection lost";
      if (!fault) throw error;
      const { language } = this.options.host().options;
      return {
        status: 500,
        text: answerEnvelope(request, WsmanAction.fault, faultBody(fault, this.host.hostName, language)),
      };
    }
  }

  /** Counts the open enumerations. */
  get openEnumerations(): number {
    return this.enumerations.count;
  }

  private get host(): SimulatedHost {
    return this.options.host();
  }

  private get limit(): number {
    return this.options.maxEnvelopeBytes ?? 500 * 1024;
  }

  private async carryOut(request: SoapRequest, delay: (milliseconds: number) => Promise<void>): Promise<Xml> {
    const slow = async <Answer>(fault: FaultedRequest, ask: () => Answer): Promise<Answer> => {
      const milliseconds = this.host.answerDelayMs(fault);
      const answered = ask();
      if (milliseconds > 0) await delay(milliseconds);
      return answered;
    };
    if (childOf(request.body, "Identify")) return this.identify();
    switch (request.action) {
      case WsmanAction.get: {
        if (request.resourceUri === wsmanConfigUri) return this.configuration();
        const path = this.pathOf(request);
        return this.object(await slow({ verb: "get", className: path.className }, () => this.host.get(path)));
      }
      case WsmanAction.enumerate:
        return slow({ verb: "query", className: classInQuery(wqlOf(request)) }, () => this.enumerate(request));
      case WsmanAction.pull:
        return this.pull(request);
      case WsmanAction.release:
        this.enumerations.release(childText(childOf(request.body, "Release"), "EnumerationContext") ?? "");
        return element("n:ReleaseResponse");
      default: {
        const methodName = request.action.slice(request.resourceUri.length + 1);
        if (!request.action.toLowerCase().startsWith(`${request.resourceUri.toLowerCase()}/`)) {
          throw new ServiceFault("ActionNotSupported", null);
        }
        const className = readResourceUri(request.resourceUri)?.className ?? "";
        return slow({ verb: "invokeMethod", className, methodName }, () => this.invoke(request, methodName));
      }
    }
  }

  private identify(): Xml {
    const wsmid = { "xmlns:wsmid": XmlNamespace.identity };
    return elementWith(
      "wsmid:IdentifyResponse",
      wsmid,
      element("wsmid:ProtocolVersion", XmlNamespace.wsman),
      element("wsmid:ProductVendor", "pulumi-hyperv-snapshots"),
      element("wsmid:ProductVersion", "OS: 10.0.20348 SP: 0.0 Stack: 3.0 (simulated)"),
    );
  }

  /** The service's configuration: the limits that it keeps itself, and for the others Windows' documented defaults. */
  private configuration(): Xml {
    const setting = (name: string, value: number | string) => element(`cfg:${name}`, String(value));
    return elementWith(
      "cfg:Config",
      { "xmlns:cfg": wsmanConfigUri },
      setting("MaxEnvelopeSizekb", Math.floor(this.limit / 1024)),
      setting("MaxTimeoutms", 60_000),
      setting("MaxBatchItems", 32_000),
      element(
        "cfg:Service",
        setting("MaxConcurrentOperationsPerUser", 1500),
        setting("EnumerationTimeoutms", forgottenAfterMs),
        setting("MaxConnections", 300),
        setting("MaxPacketRetrievalTimeSeconds", 120),
        element("cfg:Auth", setting("CbtHardeningLevel", "Relaxed")),
      ),
    );
  }

  private enumerate(request: SoapRequest): Xml {
    const enumerate = childOf(request.body, "Enumerate");
    const filter = childOf(enumerate, "Filter");
    if (filter && filter.attributes["Dialect"] !== wqlDialect) throw new ServiceFault("CannotProcessFilter", null);
    const wql = wqlOf(request);
    const mode = childText(enumerate, "EnumerationMode");
    const isFragment = /^SELECT\s+(?!\*)/i.test(wql);
    const items = this.find(request.resourceUri, wql);
    const write = (instance: CimInstance): Xml => {
      if (mode === "EnumerateEPR") return this.endpoint(instance);
      const object = isFragment ? this.fragment(instance) : this.object(instance);
      return mode === "EnumerateObjectAndEPR" ? element("w:Item", object, this.endpoint(instance)) : object;
    };
    const context = this.enumerations.open(items, write);
    if (!childOf(enumerate, "OptimizeEnumeration")) {
      return element("n:EnumerateResponse", element("n:EnumerationContext", context));
    }
    const batch = this.enumerations.next(context, Number(childText(enumerate, "MaxElements") ?? 1), this.room(request));
    return element(
      "n:EnumerateResponse",
      element("n:EnumerationContext", batch.isLast ? "" : context),
      element("w:Items", batch.items),
      batch.isLast ? element("w:EndOfSequence") : undefined,
    );
  }

  private pull(request: SoapRequest): Xml {
    const pull = childOf(request.body, "Pull");
    const context = childText(pull, "EnumerationContext") ?? "";
    const batch = this.enumerations.next(context, Number(childText(pull, "MaxElements") ?? 1), this.room(request));
    return element(
      "n:PullResponse",
      batch.isLast ? undefined : element("n:EnumerationContext", context),
      element("n:Items", batch.items),
      batch.isLast ? element("n:EndOfSequence") : undefined,
    );
  }

  /** Returns the space for items in an envelope, in bytes. */
  private room({ maxEnvelopeBytes }: SoapRequest): number {
    return Math.min(this.limit, maxEnvelopeBytes) - 2048;
  }

  private find(uri: string, wql: string): readonly CimInstance[] {
    const resource = readResourceUri(uri);
    if (resource?.namespace?.toLowerCase() === computerNamespace) return computerInstances(wql, this.host);
    this.requireNamespace(resource?.namespace);
    // `__SERVER` is the host's name, wherever it isn't part of a text
    const texts = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b__SERVER\b/gi;
    const { hostName } = this.host;
    return this.host.query(
      wql.replaceAll(texts, (found) => (found.toUpperCase() === "__SERVER" ? quoteWql(hostName) : found)),
    );
  }

  private requireNamespace(namespace: string | undefined): void {
    if (namespace === undefined || namespace.toLowerCase() === this.host.namespace) return;
    throw new ServiceFault("DestinationUnreachable", Hresult.WBEM_E_INVALID_NAMESPACE);
  }

  /** Finds the path of a request's instance. Some of the keys suffice as selectors if they identify one instance. */
  private pathOf({ resourceUri: uri, selectors }: SoapRequest): CimInstancePath {
    const { hostName, namespace } = this.host;
    const path = readSelectors(uri, selectors, { hostName, namespace });
    if (!path) throw new ServiceFault("DestinationUnreachable", Hresult.ERROR_WSMAN_RESOURCE_NOT_FOUND);
    this.requireNamespace(path.namespace);
    const keys = keysOf(path.className);
    const given = Object.entries(path.keys);
    if (given.length === 0 && keys.length > 0)
      throw new ServiceFault("InvalidSelectors", Hresult.ERROR_WSMAN_INVALID_URI_WMI_SINGLETON);
    const areSome = given.length < keys.length && given.every(([name]) => keys.includes(name));
    if (!areSome) return path;
    const where = given.map(([name, value]) => `${name} = ${quoteWql(String(value))}`).join(" AND ");
    const [only, ...others] = this.host.query(`SELECT * FROM ${path.className} WHERE ${where}`);
    if (!only || others.length > 0) throw new ServiceFault("InvalidSelectors", null);
    return only.path;
  }

  private invoke(request: SoapRequest, methodName: string): Xml {
    const path = this.pathOf(request);
    const { hostName, namespace } = this.host;
    const declared = Object.entries(methodOf(path.className, methodName)?.parameters ?? {});
    const input = request.body.children[0]?.children ?? [];
    const parameters: Record<string, CimValue> = {};
    for (const name of new Set(input.map((one) => one.name))) {
      const elements = input.filter((one) => one.name === name);
      const type = declared.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1].type;
      parameters[name] = readValue(elements, type, { hostName, namespace });
    }
    const { returnValue, outParameters } = this.host.invokeMethod(path, methodName, parameters);
    const className = declaredClassName(path.className) ?? path.className;
    const outs = declared
      .filter(([, { direction }]) => direction !== "in")
      .map(([name, { type }]) => this.property(name, outParameters[name] ?? null, type));
    return elementWith(
      `i:${methodName}_OUTPUT`,
      { "xmlns:i": resourceUri(namespace, className) },
      outs,
      element("i:ReturnValue", String(returnValue)),
    );
  }

  private object({ className, path, properties }: CimInstance): Xml {
    const declared = propertiesOf(className);
    const uri = resourceUri(path.namespace ?? this.host.namespace, className);
    return elementWith(
      `i:${className}`,
      { "xmlns:i": uri },
      Object.entries(properties).map(([name, value]) => this.property(name, value, declared[name]?.type)),
    );
  }

  private property(name: string, value: CimValue, type: string | undefined): readonly Xml[] {
    return writeValue(`i:${name}`, value, type, this.host.namespace);
  }

  /** Writes the response to a `SELECT` of some properties, which has neither a class nor a namespace. */
  private fragment({ className, properties }: CimInstance): Xml {
    const declared = propertiesOf(className);
    const written = Object.entries(properties).map(([name, value]) =>
      writeValue(name, value as CimScalar, declared[name]?.type, this.host.namespace),
    );
    return element("w:XmlFragment", written);
  }

  private endpoint({ path }: CimInstance): Xml {
    return element("a:EndpointReference", endpointContent(path, this.host.namespace));
  }
}

/** A request as its envelope says it. */
interface SoapRequest {
  readonly action: string;
  readonly messageId: string | undefined;
  readonly resourceUri: string;
  readonly selectors: XmlElement | undefined;
  readonly maxEnvelopeBytes: number;
  readonly body: XmlElement;
}

/** Returns the query of an enumeration; without a filter, all instances of the class. */
function wqlOf({ body, resourceUri: uri }: SoapRequest): string {
  const filter = elementAt(body, "Enumerate", "Filter");
  return filter?.text.trim() ?? `SELECT * FROM ${readResourceUri(uri)?.className}`;
}

function readRequest(text: string, limit: number): SoapRequest {
  requireDeclaredPrefixes(text);
  const read = readXml(text);
  const body = bodyOf(read);
  const header = childOf(read, "Header");
  return {
    action: childText(header, "Action") ?? "",
    messageId: childText(header, "MessageID"),
    resourceUri: childText(header, "ResourceURI") ?? "",
    selectors: elementAt(header, "SelectorSet"),
    maxEnvelopeBytes: Number(childText(header, "MaxEnvelopeSize") ?? limit),
    body,
  };
}

function answerEnvelope(request: SoapRequest | undefined, action: string, body: Xml): string {
  const header = [
    element("a:Action", action),
    element("a:MessageID", `uuid:${randomUUID().toUpperCase()}`),
    element("a:To", anonymousAddress),
    request?.messageId === undefined ? undefined : element("a:RelatesTo", request.messageId),
  ];
  return envelope(header, body);
}

/** Returns the fault of a refusal; `undefined` if the error isn't a refusal. */
function knownFault(error: unknown): Fault | undefined {
  if (error instanceof ServiceFault) return error.fault;
  const { cause } = error as { readonly cause?: unknown };
  if (cause instanceof WmiFailure) return faultOf(cause.hresult ?? null, cause.message);
  if (error instanceof XmlProblem)
    return {
      subcode: "SchemaValidationError",
      hresult: Hresult.ERROR_WSMAN_SCHEMA_VALIDATION_ERROR,
      text: error.message,
    };
  if (CimError.isInstance(error)) return faultOf(error.hresult, error.parts.answer);
  if (InvalidArgumentError.isInstance(error)) {
    return { subcode: "InternalError", hresult: Hresult.WBEM_E_INVALID_PARAMETER, text: error.parts.answer };
  }
  return undefined;
}
