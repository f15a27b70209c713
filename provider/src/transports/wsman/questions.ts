import { randomUUID } from "node:crypto";
import { CimInstancePath } from "../../cim/cim-instance-path";
import { type ConnectionAnswer, type ConnectionQuestion, NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { WsmanAction, wsmanConfigUri, XmlNamespace } from "../../schema/wsman-names";
import { bodyOf, childOf, childText, elementAt, elementsBelow, type XmlElement } from "../../soap/read-xml";
import { elementWith, envelope } from "../../soap/write-xml";
import { endpointText, serviceAddress, type WsmanTransportOptions } from "./endpoint";
import { getRequest, type SoapRequest, writeEnvelope } from "./envelopes";
import { ExchangeFailure, exchangeError } from "./failures";
import { readFault } from "./fault";
import { HostConnection } from "./host-connection";
import { logonTo } from "./wsman-session";

/** What a probe asks of a WinRM service. */
export const wsmanQuestions: readonly ConnectionQuestion<WsmanTransportOptions>[] = [
  {
    id: "wsmanStack",
    question: "Which version does the WS-Management service have?",
    asked: "Sends Identify, and reads the version of the stack and of the system.",
    assumed: "Nothing depends on it.",
    ask: askOfStack,
  },
  {
    id: "wsmanEnvelopeLimit",
    question: "How large may an envelope be, in KB, and which other limits does the service have?",
    asked: "Reads the service's configuration (winrm/config), which some hosts show to administrators only.",
    assumed: "`500`. A larger answer comes in several pieces.",
    ask: askOfLimits,
  },
  {
    id: "wsmanSelectors",
    question: "Is a service found by CreationClassName alone, without its other keys?",
    asked: "Gets Msvm_CollectionSnapshotService by that selector.",
    assumed: "Nothing depends on it: all keys are sent.",
    ask: (options) => {
      const keys = { CreationClassName: ClassName.collectionSnapshotService };
      const path = new CimInstancePath({ className: ClassName.collectionSnapshotService, keys });
      return askForInstance(options, path);
    },
  },
  {
    id: "wsmanMissingObject",
    question: "Which fault reports an object that doesn't exist?",
    asked: "Gets an Msvm_ConcreteJob by an id that no job has, and reads the number and the form of the fault.",
    assumed: "`hresult80338000`, as Windows Server 2012 R2 answers. `hresult80041002` is understood, too.",
    ask: (options) => {
      const keys = { InstanceID: randomUUID().toUpperCase() };
      return askForInstance(options, new CimInstancePath({ className: ClassName.concreteJob, keys }));
    },
  },
];

async function askOfStack(options: WsmanTransportOptions): Promise<ConnectionAnswer> {
  const identify = elementWith("wsmid:Identify", { "xmlns:wsmid": XmlNamespace.identity });
  const body = await exchange(options, envelope([], identify));
  const version = childText(childOf(body, "IdentifyResponse"), "ProductVersion") ?? "";
  const [, system = null, stack] = /OS: ([\d.]+).*Stack: ([\d.]+)/.exec(version) ?? [];
  if (stack === undefined) throw new NoAnswer("it doesn't say its version");
  return { answer: stack, observed: { system } };
}

/** The limits that decide how much can be asked at once, and how. */
const limits = [
  "MaxTimeoutms",
  "MaxBatchItems",
  "MaxConcurrentOperationsPerUser",
  "EnumerationTimeoutms",
  "MaxConnections",
  "MaxPacketRetrievalTimeSeconds",
  "CbtHardeningLevel",
] as const;

async function askOfLimits(options: WsmanTransportOptions): Promise<ConnectionAnswer> {
  const body = await ask(options, { action: WsmanAction.get, resourceUri: wsmanConfigUri });
  const [largest] = elementsBelow(body, "MaxEnvelopeSizekb");
  if (childOf(body, "Fault") || largest === undefined) return faultAnswer(body);
  const settingOf = (name: string) => {
    const text = elementsBelow(body, name)[0]?.text.trim();
    return text !== undefined && /^(\d+|Relaxed|Strict|None)$/.test(text) ? text : null;
  };
  return {
    answer: String(Number(largest.text)),
    observed: Object.fromEntries(limits.map((name) => [name, settingOf(name)])),
  };
}

async function askForInstance(options: WsmanTransportOptions, path: CimInstancePath): Promise<ConnectionAnswer> {
  const body = await ask(options, getRequest(path, options.namespace));
  return childOf(body, "Fault") ? faultAnswer(body) : { answer: "accept" };
}

/** The parts of a fault that can hold the number that counts. */
const details = ["WSManFault", "ProviderFault", "MSFT_WmiError"] as const;

function faultAnswer(body: XmlElement): ConnectionAnswer {
  const fault = childOf(body, "Fault");
  if (fault === undefined) throw new NoAnswer("the answer can't be read");
  const { hresult, subcode } = readFault(fault);
  const language = elementAt(fault, "Reason", "Text")?.attributes["lang"] ?? null;
  const found = details.filter((name) => elementsBelow(fault, name).length > 0);
  return {
    answer: hresult === null ? "noNumber" : `hresult${hresult.toString(16)}`,
    observed: { subcode, details: found, language },
  };
}

/** Asks the host over a connection of the probe's own. @returns The body of the answer, which may be a fault. */
function ask(options: WsmanTransportOptions, request: SoapRequest): Promise<XmlElement> {
  const { endpoint, operationTimeoutSeconds = 60 } = options;
  const { text } = writeEnvelope(request, { address: serviceAddress(endpoint), operationTimeoutSeconds });
  return exchange(options, text);
}

async function exchange(options: WsmanTransportOptions, text: string): Promise<XmlElement> {
  const { endpoint, credentials } = options;
  try {
    const connection = await logonTo(options).attempt(() => HostConnection.open(endpoint, credentials));
    try {
      return bodyOf((await connection.exchange(text, { timeoutMs: 60_000 }, () => {})).envelope);
    } finally {
      connection.destroy();
    }
  } catch (error) {
    if (!(error instanceof ExchangeFailure)) throw error;
    throw exchangeError(error, { attempted: "Asking the connection", target: endpointText(endpoint), changes: false });
  }
}
