import { ClassName } from "../schema/names";
import type { HostOptions } from "./host-options";
import { wbemRefusal } from "./wbem-refusal";

/** What the account of a client may see. */
export type Rights = HostOptions["rights"];

const jobClasses: readonly string[] = [ClassName.concreteJob, ClassName.affectedJobElement, "Msvm_OwningJobElement"];

/**
 * Tells whether a client can see objects of a class. Invisible objects cause no error: queries just don't return
 * them. An account that is denied never gets here.
 */
export function isVisible(className: string, rights: Rights): boolean {
  // behaviour: rights
  if (rights === "allHidden") return false;
  return rights !== "jobsHidden" || !jobClasses.includes(className);
}

/** Makes the error of a request that the host refuses for lack of rights. */
export function denied({ target, methodName }: { readonly target: string; readonly methodName?: string }): Error {
  return wbemRefusal("WBEM_E_ACCESS_DENIED", {
    attempted: methodName === undefined ? "Reading" : `Invoking ${methodName}`,
    target,
    because: "the account lacks the rights",
    remedy: "Run it elevated, or let the account join the host's group Hyper-V Administrators",
  });
}
