import {
  AccessDeniedError,
  AuthenticationError,
  CimError,
  ConnectionError,
  type HyperVError,
  NotFoundError,
  TransportTimeoutError,
} from "../../errors";
import {
  accessDenied,
  busy,
  notAuthenticated,
  notConnected,
  notFound,
  timedOut,
  tooLarge,
} from "../../schema/hresult-meanings";
import { Hresult, preExecutionRefusals } from "../../schema/hresults";
import { childOf, elementAt, elementsBelow, type XmlElement } from "../../soap/read-xml";
import { outcomeOf, type RequestContext } from "./failures";

/** What a host answers instead of doing what it was asked. */
export interface SoapFault {
  /** The number that says most: WMI's where there is one, else WinRM's. */
  readonly hresult: number | null;
  /** The subcode without its prefix: `TimedOut`, `AccessDenied`. */
  readonly subcode: string;
  readonly text: string;
}

/** Reads a fault. */
export function readFault(fault: XmlElement): SoapFault {
  const numbers = [
    ...elementsBelow(fault, "WSManFault").map(({ attributes }) => attributes["Code"]),
    ...elementsBelow(fault, "error_Code").map(({ text }) => text),
    ...elementsBelow(fault, "MessageID").map(({ text }) => /0x[0-9a-f]{8}/i.exec(text)?.[0]),
  ].flatMap(readNumber);
  const isWmi = (number: number) => number >>> 16 === 0x8004;
  const hresult = numbers.find(isWmi) ?? numbers[0] ?? null;
  const subcode = elementAt(fault, "Code", "Subcode", "Value")?.text.trim().replace(/^.*:/, "") ?? "";
  const message =
    elementsBelow(fault, "Message").at(-1)?.text.trim() || childOf(childOf(fault, "Reason"), "Text")?.text.trim();
  return { hresult, subcode, text: (message ?? "").replaceAll(/\s+/g, " ").slice(0, 500) };
}

/** A number as hosts write it, decimal or hexadecimal; numbers of Windows become an `HRESULT`. */
function readNumber(text: string | undefined): number[] {
  const number = Number(text?.trim() || Number.NaN);
  if (!Number.isInteger(number) || number === 0) return [];
  const unsigned = number >>> 0;
  return [unsigned < 0x10000 ? (0x80070000 | unsigned) >>> 0 : unsigned];
}

/** What a fault means for the one who asked. */
type FaultKind =
  | "notFound"
  | "accessDenied"
  | "notAuthenticated"
  | "timedOut"
  | "notConnected"
  | "busy"
  | "tooLarge"
  | "other";

const kinds: readonly (readonly [kind: FaultKind, numbers: readonly number[], subcodes: readonly string[]])[] = [
  ["notFound", notFound, []],
  ["accessDenied", accessDenied, ["AccessDenied"]],
  ["notAuthenticated", notAuthenticated, []],
  ["timedOut", timedOut, ["TimedOut"]],
  ["notConnected", notConnected, []],
  ["busy", busy, ["QuotaLimit", "Concurrency"]],
  ["tooLarge", tooLarge, ["EncodingLimit"]],
];

function kindOf({ hresult, subcode }: SoapFault): FaultKind {
  const byNumber = kinds.find(([, numbers]) => hresult !== null && numbers.includes(hresult));
  // WMI's number outweighs the subcode, which is a rough class of it
  const isWmi = hresult !== null && hresult >>> 16 === 0x8004;
  const bySubcode = isWmi ? undefined : kinds.find(([, , subcodes]) => subcodes.includes(subcode));
  if (byNumber ?? bySubcode) return (byNumber ?? bySubcode)?.[0] ?? "other";
  // a host that gives no number says so of what isn't there
  return hresult === null && subcode === "DestinationUnreachable" ? "notFound" : "other";
}

/** Whether the host had no room for the request, and may have later. */
export function isBusy(fault: SoapFault): boolean {
  return kindOf(fault) === "busy";
}

/** Makes the error of a fault. Numbers decide, never the host's text. */
export function faultError(fault: SoapFault, context: RequestContext): HyperVError {
  const { attempted, target } = context;
  const { hresult } = fault;
  const kind = kindOf(fault);
  const isRefusal = kind === "busy" || (hresult !== null && preExecutionRefusals.includes(hresult));
  const { outcome, effect } =
    isRefusal || !context.changes
      ? ({ outcome: "Nothing was changed on the host", effect: "none" } as const)
      : outcomeOf(context);
  const parts = (remedy: string) => ({ attempted, target, answer: describe(fault), outcome, remedy });
  const facts = { hresult, effect };
  switch (kind) {
    case "notFound":
      return new NotFoundError(parts("Look for it with a query; it may have been removed"), facts);
    case "accessDenied":
      return new AccessDeniedError(
        parts(
          "On the host, let the account join Hyper-V Administrators (Add-LocalGroupMember -SID S-1-5-32-578 -Member ACCOUNT) and Remote Management Users (-SID S-1-5-32-580)",
        ),
        facts,
      );
    case "notAuthenticated":
      return new AuthenticationError(parts("Correct hyperv-snapshots:username and password"), { effect });
    case "timedOut":
      return new TransportTimeoutError(parts("Check whether the host is very busy, then run it again"), { effect });
    case "notConnected":
      return new ConnectionError(
        parts("Check that the host's WMI service (Winmgmt) and Hyper-V's (vmms) run, then run it again"),
        { effect },
      );
    case "busy":
      return new CimError(
        parts(
          'Run it again later, or raise the quota: winrm set winrm/config/service @{MaxConcurrentOperationsPerUser="4000"}',
        ),
        facts,
      );
    case "tooLarge":
      return new CimError(
        parts('Raise the limit on the host: winrm set winrm/config @{MaxEnvelopeSizekb="8192"}'),
        facts,
      );
    case "other":
      return new CimError(
        parts("Correct what the answer names; if nothing is wrong with it, report it with the host's version"),
        facts,
      );
  }
}

function describe({ hresult, subcode, text }: SoapFault): string {
  const detail = text === "" ? "" : `: ${text}`;
  if (hresult === null) return `the host answered the fault ${subcode || "without a code"}${detail}`;
  const name = Object.entries(Hresult).find(([, known]) => known === hresult)?.[0];
  return `the host answered 0x${hresult.toString(16).toUpperCase()}${name ? ` (${name})` : ""}${detail}`;
}
