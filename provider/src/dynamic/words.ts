import { writtenKey } from "../config";
import type { Words } from "../process/resource-call";

/** Pulumi's phrases, for both adapters. */
export const pulumiWords: Words = {
  apply: "`pulumi up`",
  destroy: "`pulumi destroy`",
  forget: "`pulumi state delete`",
  moreTime: "customTimeouts",
  replaceTogether: "the option `replaceWith`, or an input of one that is an output of the other, orders them",
  key: (name) => writtenKey(name),
};
