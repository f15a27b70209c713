import { ClassName } from "../schema/names";
import type { HostOptions } from "./host-options";

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
