import type { WireAnswer, WireInstance } from "./wire-answer";
import type { WirePath, WireText, WireValue } from "./wire-request";

/** What the worker is asked: one line of JSON. `worker/cim.ps1` has a function for each verb. */
export type WorkerRequest =
  | OpenRequest
  | { readonly verb: "describe" }
  | { readonly verb: "get"; readonly path: WirePath }
  | { readonly verb: "query"; readonly wql: WireText; readonly namespace: WireText }
  | { readonly verb: "countMethods"; readonly wql: WireText; readonly namespace: WireText }
  | {
      readonly verb: "associators";
      readonly path: WirePath;
      readonly associationClass: WireText;
      readonly resultClass?: WireText;
    }
  | {
      readonly verb: "invokeMethod";
      readonly path: WirePath;
      /** The same text for equal paths: the worker keeps what it read under it. */
      readonly identity: WireText;
      readonly methodName: WireText;
      readonly parameters: readonly (WireValue & { readonly name: WireText })[];
    };

/** The first request of every shell. */
export interface OpenRequest {
  readonly verb: "open";
  /** How long a CIM cmdlet waits for the host. */
  readonly operationTimeoutSeconds: WireText;
  /** The remote host; the shell's own computer without one. */
  readonly computerName?: WireText;
  /** A value of `New-CimSession -Authentication`. */
  readonly authentication?: WireText;
  readonly userName?: WireText;
  readonly password?: WireText;
}

/** What the worker's computer says when a session is open. */
export interface OpenAnswer {
  /** The shell's own computer. */
  readonly computerName: string;
}

/** What the worker says of its PowerShell (`describe`). */
export interface ShellFacts {
  /** `$PSVersionTable.PSEdition`: Desktop is Windows PowerShell, Core is PowerShell 7. */
  readonly edition: string;
  readonly version: string;
  /** Whether it runs with an administrator's rights; null outside Windows, where that isn't known. */
  readonly elevated: boolean | null;
  /** Whether its account is in Hyper-V Administrators; null likewise. */
  readonly hyperVAdministrator: boolean | null;
  /** Why the module CimCmdlets can't be loaded; null where it can. */
  readonly moduleProblem: string | null;
  /** PowerShell's id of that reason. */
  readonly moduleProblemId: string | null;
  readonly processId: number;
}

/** How many methods the first instance that a query finds declares (`countMethods`). */
export interface MethodCount {
  readonly methods: number;
}

/** Instances, or a method's return value and out parameters, or what another verb answers. */
export type WorkerResult =
  | readonly WireInstance[]
  | Readonly<Record<string, WireAnswer>>
  | OpenAnswer
  | ShellFacts
  | MethodCount;

/** What the worker answers to any request. */
export type WorkerAnswer = { readonly answer: WorkerResult } | { readonly failure: WorkerFailure };

/** What went wrong in the worker. Only the text may be in any language. */
export interface WorkerFailure {
  /** The exception's .NET type. */
  readonly type: string;
  /** `FullyQualifiedErrorId`. */
  readonly id: string;
  readonly text: string;
  /** `CimException.MessageId`: `HRESULT 0x80041002`. */
  readonly messageId: string | null;
  /** `CimException.NativeErrorCode`: an `MI_Result`. */
  readonly nativeErrorCode: number | null;
  /** `error_Code` of the `MSFT_WmiError` that came with it. */
  readonly errorCode: number | null;
  /** Whether the module CimCmdlets was being loaded. */
  readonly isModule: boolean;
}

/** Whether what a shell printed has the form of an answer; what an answer holds is up to who asked. */
export function isWorkerAnswer(value: unknown): value is WorkerAnswer {
  if (!isObject(value)) return false;
  const { answer, failure } = value;
  return isObject(answer) || (isObject(failure) && isWorkerFailure(failure));
}

function isWorkerFailure(failure: Readonly<Record<string, unknown>>): boolean {
  const isText = (name: string) => typeof failure[name] === "string";
  const isNullOr = (type: string, name: string) => failure[name] === null || typeof failure[name] === type;
  return (
    ["type", "id", "text"].every(isText) &&
    isNullOr("string", "messageId") &&
    ["nativeErrorCode", "errorCode"].every((name) => isNullOr("number", name)) &&
    typeof failure["isModule"] === "boolean"
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
