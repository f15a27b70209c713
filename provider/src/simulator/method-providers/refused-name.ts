import { VendorCode } from "../../schema/value-maps";
import type { MethodCall, MethodOutcome } from "../method-call";

/** Names of machines longer than this were seen to fail. */
const longestName = 100;

/** Answers a call that gives too long a name; `undefined` when the host takes the name. */
export function refusedName({ state }: MethodCall, name: string): MethodOutcome | undefined {
  // behaviour: longNames
  const { longNames } = state.options;
  if (longNames === "accept" || name.length <= longestName) return undefined;
  return { returnValue: longNames === "refuse32768" ? VendorCode.Failed : VendorCode.InvalidParameter };
}
