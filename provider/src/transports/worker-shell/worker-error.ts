import {
  AccessDeniedError,
  AuthenticationError,
  CimError,
  ConnectionError,
  type HyperVError,
  MissingDependencyError,
  NotFoundError,
  TransportTimeoutError,
} from "../../errors";
import { accessDenied, notAuthenticated, notConnected, notFound, timedOut } from "../../schema/hresult-meanings";
import { Hresult, MiResult, preExecutionMiRefusals, preExecutionRefusals } from "../../schema/hresults";
import { outcomeOf, type RequestContext } from "./shell-failure";
import type { WorkerFailure } from "./worker-protocol";

/**
 * Makes the error of what the worker couldn't do. Numbers decide: an `HRESULT`, else the `MI_Result`, never the text.
 *
 * Only the numbers in the list of pre-execution refusals, and a refused log-on, prove that a call that changes something didn't run.
 */
export function workerError(failure: WorkerFailure, context: RequestContext): HyperVError {
  const { attempted, target } = context;
  const { nativeErrorCode } = failure;
  const hresult = hresultOf(failure);
  const answer = describe(failure, hresult);
  const is = (hresults: readonly number[], native?: number) =>
    hresult === null ? native !== undefined && nativeErrorCode === native : hresults.includes(hresult);
  const isRefusal =
    hresult === null
      ? nativeErrorCode !== null && preExecutionMiRefusals.includes(nativeErrorCode)
      : preExecutionRefusals.includes(hresult);
  const refused = "Nothing was changed on the host";
  const { outcome, effect } =
    isRefusal || !context.changes ? ({ outcome: refused, effect: "none" } as const) : outcomeOf(context);
  const parts = (remedy: string) => ({ attempted, target, answer, outcome, remedy });
  const facts = { hresult, effect };

  if (failure.isModule) {
    return new MissingDependencyError({
      ...parts(moduleRemedy(failure.id)),
      outcome: "Nothing was asked of the host",
    });
  }
  if (is(notFound, MiResult.NotFound)) {
    return new NotFoundError(parts("Look for it with a query; it may have been removed"), facts);
  }
  if (is(accessDenied, MiResult.AccessDenied)) {
    const remedy =
      "Run it elevated, or let the account join the host's group Hyper-V Administrators; a remote account needs Remote Management Users, too";
    return new AccessDeniedError(parts(remedy), facts);
  }
  if (is(notAuthenticated)) {
    return new AuthenticationError({
      ...parts(
        "Check username, password and authentication in the configuration. Kerberos needs the host's name, not its address; outside a domain the host must be in this computer's TrustedHosts",
      ),
      outcome: refused,
    });
  }
  if (is(timedOut, MiResult.InvalidOperationTimeout)) {
    return new TransportTimeoutError(parts("Look whether the host is very busy, then run it again"), { effect });
  }
  if (is(notConnected, MiResult.ServerIsShuttingDown)) {
    return new ConnectionError(
      parts(
        "Look whether the host is up, its WMI service (Winmgmt) runs, and for a remote host, whether Enable-PSRemoting was run on it; then run it again",
      ),
      { effect },
    );
  }
  return new CimError(
    parts("Correct what the answer names; if nothing is wrong with it, report it with the host's version"),
    facts,
  );
}

/** Says what helps where the module CimCmdlets wasn't loaded, by PowerShell's id of the reason, which no language changes. */
export function moduleRemedy(id: string): string {
  if (id.startsWith("Modules_ModuleNotFound")) {
    return "The module CimCmdlets comes with Windows, for Windows PowerShell and PowerShell 7, and exists nowhere else. From Linux or macOS, reach a real host by another transport: set hyperv-snapshots:transport to ssh";
  }
  if (id.startsWith("UnauthorizedAccess")) {
    return "A policy blocks the module CimCmdlets: look at Get-ExecutionPolicy -List (MachinePolicy, UserPolicy) and at the application control policy (WDAC, AppLocker)";
  }
  return "Run Import-Module CimCmdlets in the same PowerShell. Windows PowerShell can't load the modules of PowerShell 7: correct PSModulePath";
}

/** The `HRESULT` in `MessageId`, which is of the form `HRESULT 0x80041002`, else the one that came in the error's data. */
function hresultOf({ messageId, errorCode }: WorkerFailure): number | null {
  const digits = /\b0x([0-9a-f]{8})\b/i.exec(messageId ?? "")?.[1];
  if (digits !== undefined) return Number.parseInt(digits, 16);
  return errorCode === null || errorCode === 0 ? null : errorCode >>> 0;
}

function describe({ type, id, text, nativeErrorCode }: WorkerFailure, hresult: number | null): string {
  const nameOf = (map: Readonly<Record<string, number>>, value: number) =>
    Object.entries(map).find(([, known]) => known === value)?.[0];
  const message = text.trim();
  if (hresult !== null) {
    const name = nameOf(Hresult, hresult);
    const number = `0x${hresult.toString(16).toUpperCase()}`;
    return `the host answered ${number}${name ? ` (${name})` : ""}: ${message}`;
  }
  if (nativeErrorCode !== null) {
    const name = nameOf(MiResult, nativeErrorCode);
    return `the host answered MI_Result ${nativeErrorCode}${name ? ` (${name})` : ""}: ${message}`;
  }
  return `PowerShell refused it with ${type} (${id.split(",")[0]}): ${message}`;
}
