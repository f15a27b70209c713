import { Hresult } from "../../schema/hresults";
import { element, elementWith, type Xml } from "../../soap/write-xml";
import type { HostLanguage } from "../texts";

/** The content of a fault. */
export interface Fault {
  readonly subcode: string;
  readonly hresult: number | null;
  readonly text: string;
}

/** A refusal by the service itself, before the host gets the request. */
export class ServiceFault extends Error {
  readonly fault: Fault;

  constructor(subcode: string, hresult: number | null) {
    super(subcode);
    this.fault = { subcode, hresult, text: subcode };
  }
}

/** WinRM's subcodes for WMI's numbers; all others are internal errors. */
const subcodes: Readonly<Record<number, string>> = {
  [Hresult.WBEM_E_NOT_FOUND]: "DestinationUnreachable",
  [Hresult.WBEM_E_INVALID_CLASS]: "DestinationUnreachable",
  [Hresult.WBEM_E_INVALID_NAMESPACE]: "DestinationUnreachable",
  [Hresult.WBEM_E_ACCESS_DENIED]: "AccessDenied",
  [Hresult.WBEM_E_INVALID_OBJECT_PATH]: "InvalidSelectors",
  [Hresult.WBEM_E_TIMED_OUT]: "TimedOut",
};

/**
 * Makes the fault for a refusal of the host.
 *
 * Windows Server 2012 R2 reports a missing object by WinRM's number, and WMI's is nowhere in its answer (recorded in microsoft/omi).
 */
export function faultOf(hresult: number | null, text: string): Fault {
  const number = hresult === Hresult.WBEM_E_NOT_FOUND ? Hresult.ERROR_WSMAN_RESOURCE_NOT_FOUND : hresult;
  return { subcode: subcodes[hresult ?? 0] ?? "InternalError", hresult: number, text };
}

/** The texts of hosts in other languages; clients decide by numbers. */
const translated: Readonly<Record<HostLanguage, (fault: Fault) => string>> = {
  English: ({ text }) => text,
  German: ({ hresult }) => `Der WS-Verwaltungsdienst kann die Anforderung nicht verarbeiten. Fehler ${hresult ?? 0}.`,
  Japanese: ({ hresult }) => `WS-Management サービスは要求を処理できません。エラー ${hresult ?? 0}。`,
};

const languageTags: Readonly<Record<HostLanguage, string>> = { English: "en-US", German: "de-DE", Japanese: "ja-JP" };

const invalidResourceUri = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI";

/** What WMI's provider adds for a missing object: the place for WMI's number is empty. */
const extendedError = element(
  "f:ExtendedError",
  elementWith(
    "e:__ExtendedStatus",
    { "xmlns:e": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/__ExtendedStatus" },
    elementWith("e:Description", { "xsi:nil": "true" }),
    elementWith("e:StatusCode", { "xsi:nil": "true" }),
  ),
);

/** Writes a fault as WinRM does: a number in WinRM's own detail. */
export function faultBody(fault: Fault, machine: string, language: HostLanguage): Xml {
  const { subcode, hresult } = fault;
  const isMissing = hresult === Hresult.ERROR_WSMAN_RESOURCE_NOT_FOUND;
  const message = translated[language](fault);
  const ofAddressing = subcode === "DestinationUnreachable" || subcode === "ActionNotSupported";
  const attributes = { Code: String(hresult ?? Hresult.ERROR_WSMAN_RESOURCE_NOT_FOUND), Machine: machine };
  const provider = elementWith(
    "f:ProviderFault",
    { provider: "WMI Provider", path: "%systemroot%\\system32\\WsmWmiPl.dll" },
    elementWith("f:WSManFault", attributes, element("f:Message", message)),
    isMissing ? extendedError : undefined,
  );
  return element(
    "s:Fault",
    element(
      "s:Code",
      element("s:Value", subcode === "InternalError" ? "s:Receiver" : "s:Sender"),
      element("s:Subcode", element("s:Value", `${ofAddressing ? "a" : "w"}:${subcode}`)),
    ),
    element("s:Reason", elementWith("s:Text", { "xml:lang": languageTags[language] }, message)),
    hresult === null
      ? undefined
      : element(
          "s:Detail",
          isMissing ? element("w:FaultDetail", invalidResourceUri) : undefined,
          elementWith("f:WSManFault", attributes, element("f:Message", provider)),
        ),
  );
}
