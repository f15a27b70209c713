import { ReturnValue, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import { type MethodCall, type MethodOutcome, referenceParameter } from "../method-call";
import { wbemRefusal } from "../wbem-refusal";

/**
 * Finds what a reference parameter names.
 *
 * @returns The instance, or what the method answers because there is none.
 */
export function referencedInstance(
  call: MethodCall,
  parameter: string,
  className: string,
): { readonly instance: StoredInstance } | { readonly refusal: MethodOutcome } {
  const path = referenceParameter(call, parameter);
  if (path === null) return { refusal: { returnValue: ReturnValue.InvalidParameter } };
  const { repository, options } = call.state;
  const named = repository.schema.className(path.className);
  // behaviour: wrongKindOfReference
  if (named === undefined || !repository.schema.derives(named, className)) {
    return { refusal: { returnValue: VendorCode.InvalidParameter } };
  }
  const elsewhere = path.host !== undefined && path.host.toLowerCase() !== repository.hostName.toLowerCase();
  const instance = elsewhere && path.host !== "." ? undefined : repository.find(path);
  if (instance !== undefined) return { instance };
  // behaviour: missingReference
  if (options.missingReference === "notFound") {
    throw wbemRefusal("WBEM_E_NOT_FOUND", {
      attempted: "Invoking a method",
      target: path.toString(),
      because: `${parameter} names nothing on ${repository.hostName}`,
      remedy: "Look for the object with a query; it may have been removed",
    });
  }
  const refusedWith4 = options.missingReference === "refuse4";
  return { refusal: { returnValue: refusedWith4 ? ReturnValue.InvalidParameter : VendorCode.InvalidParameter } };
}
