import { ClassName } from "../schema/names";
import type { HostOptions } from "./host-options";
import { wbemRefusal } from "./wbem-refusal";

/** What the account of a client may see. */
export type Rights = HostOptions["rights"];

const jobClasses: readonly string[] = [ClassName.concreteJob, ClassName.affectedJobElement, "Msvm_OwningJobElement"];

/**
 * Whether objects of a class are shown to a client. What isn't shown isn't refused either: queries find nothing and say
 * nothing. An account that is denied doesn't come as far as this.
 */
export function isInSight(className: string, rights: Rights): boolean {
  // behaviour: rights
  if (rights === "blind") return false;
  return rights !== "jobsHidden" || !jobClasses.includes(className);
}

/** The host refuses a request for lack of rights. */
export function denied({ target, methodName }: { readonly target: string; readonly methodName?: string }): Error {
  return wbemRefusal("WBEM_E_ACCESS_DENIED", {
    attempted: methodName === undefined ? "Reading" : `Invoking ${methodName}`,
    target,
    because: "the account lacks the rights",
    remedy: "Run it elevated, or let the account join the host's group Hyper-V Administrators",
  });
}
