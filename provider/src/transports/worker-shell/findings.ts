import { AccessDeniedError, CimError } from "../../errors";
import { bad, doubtful, type Finding, failure, fine, skipped } from "../../finding";
import { getRights } from "../../rights";
import { Hresult } from "../../schema/hresults";
import type { WorkerExamination } from "./examine-worker";
import { moduleRemedy } from "./worker-error";

const tries = {
  shell: "PowerShell",
  module: "module CimCmdlets",
  account: "account",
  session: "session",
  namespace: "namespace for the account",
} as const;

/** Where the shell runs, and where it leads. */
export interface WorkerPlace {
  /** The host; this computer where none is named. */
  readonly host?: string | undefined;
  /** Whether the shell runs on the host itself, so that what its account may do counts. */
  readonly isShellOnHost: boolean;
  readonly namespace: string;
}

/** Reports what an examination found. */
export function* workerFindings({ facts, failure: failed }: WorkerExamination, place: WorkerPlace): Generator<Finding> {
  const { host, isShellOnHost } = place;
  if (facts === null) {
    if (failed) yield failure(tries.shell, failed.error);
    return;
  }
  yield fine(tries.shell, `${facts.edition === "Desktop" ? "Windows PowerShell" : "PowerShell"} ${facts.version}`);
  if (facts.moduleProblem !== null) {
    yield bad(
      tries.module,
      `it can't be loaded: ${facts.moduleProblem.trim()}`,
      moduleRemedy(facts.moduleProblemId ?? ""),
    );
    return;
  }
  yield fine(tries.module, "loaded");
  yield accountFinding(facts, place);
  if (failed?.step === "session") {
    yield isDenied(failed.error) && !isShellOnHost
      ? bad(
          tries.session,
          `${failed.error.parts.answer}; ${host} doesn't let the account in`,
          `On ${host}, let it join Remote Management Users: Add-LocalGroupMember -SID S-1-5-32-580 -Member ACCOUNT`,
        )
      : failure(tries.session, failed.error);
    return;
  }
  yield fine(tries.session, host === undefined ? "opened to this computer" : `opened to ${host}`);
  if (failed?.step === "namespace") yield namespaceFinding(failed.error, place);
}

function accountFinding(
  { elevated, hyperVAdministrator }: NonNullable<WorkerExamination["facts"]>,
  { host, isShellOnHost }: WorkerPlace,
): Finding {
  if (!isShellOnHost) return skipped(tries.account, `what it may do on ${host} counts, not what it may do here`);
  if (elevated === null && hyperVAdministrator === null) {
    return skipped(tries.account, "its groups are read on Windows only");
  }
  if (elevated) return fine(tries.account, "elevated");
  if (hyperVAdministrator) return fine(tries.account, "in Hyper-V Administrators");
  return doubtful(
    tries.account,
    "neither elevated nor in Hyper-V Administrators: Hyper-V shows such an account nothing, and doesn't say so",
    getRights,
  );
}

function namespaceFinding(error: CimError | Error, { host, namespace }: WorkerPlace): Finding {
  if (CimError.isInstance(error) && error.hresult === Hresult.WBEM_E_INVALID_NAMESPACE) {
    return bad(
      tries.namespace,
      error.parts.answer,
      `Install Hyper-V there (Install-WindowsFeature Hyper-V -IncludeManagementTools), or correct hyperv-snapshots:namespace (${namespace})`,
    );
  }
  if (!isDenied(error)) return failure(tries.namespace, error);
  return bad(
    tries.namespace,
    error.parts.answer,
    host === undefined
      ? getRights
      : `On ${host}, give the account Enable Account and Remote Enable on ${namespace} (wmimgmt.msc: WMI Control, Properties, Security), and let it join Hyper-V Administrators: Add-LocalGroupMember -SID S-1-5-32-578 -Member ACCOUNT`,
  );
}

const isDenied = (error: unknown): error is AccessDeniedError => AccessDeniedError.isInstance(error);
