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

/** Reports what an examination found. */
export function* workerFindings(
  { facts, failure: failed }: WorkerExamination,
  { host, namespace }: { readonly host?: string | undefined; readonly namespace: string },
): Generator<Finding> {
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
  yield accountFinding(facts, host);
  if (failed?.step === "session") {
    yield isDenied(failed.error) && host !== undefined
      ? bad(
          tries.session,
          `${failed.error.parts.answer}; ${host} doesn't let the account in`,
          `On ${host}, let it join Remote Management Users: Add-LocalGroupMember -SID S-1-5-32-580 -Member ACCOUNT`,
        )
      : failure(tries.session, failed.error);
    return;
  }
  yield fine(tries.session, host === undefined ? "opened to this computer" : `opened to ${host}`);
  if (failed?.step === "namespace") yield namespaceFinding(failed.error, host, namespace);
}

function accountFinding(
  { elevated, hyperVAdministrator }: NonNullable<WorkerExamination["facts"]>,
  host?: string,
): Finding {
  if (host !== undefined) return skipped(tries.account, `what it may do on ${host} counts, not what it may do here`);
  if (elevated === null && hyperVAdministrator === null) {
    return skipped(tries.account, "its groups can't be told outside Windows");
  }
  if (elevated) return fine(tries.account, "elevated");
  if (hyperVAdministrator) return fine(tries.account, "in Hyper-V Administrators");
  return doubtful(
    tries.account,
    "neither elevated nor in Hyper-V Administrators: Hyper-V shows such an account nothing, and doesn't say so",
    getRights,
  );
}

function namespaceFinding(error: CimError | Error, host: string | undefined, namespace: string): Finding {
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
