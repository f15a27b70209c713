import { isRecord } from "./input-check";
import type { Answer, Pending, Properties, SavedResource, Values } from "./resource-call";

/** The prefix of properties that no program sees. */
const hiddenPrefix = "__";

const pendingKey = "__pending";

/** Makes what a state holds of an answer: `pending` is a hidden output. */
export function toState({ outputs, pending }: Pick<Answer, "outputs" | "pending">): Values {
  return { ...outputs, ...(pending && { [pendingKey]: { ...pending } }) };
}

/** Reads what a state holds, whichever adapter wrote it. */
export function fromState(id: string, properties: Properties): SavedResource {
  const pending = properties[pendingKey];
  return { id, outputs: visible(properties), pending: isRecord(pending) ? (pending as unknown as Pending) : null };
}

/** Leaves out the properties that no program sees. */
export function visible<T>(properties: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !name.startsWith(hiddenPrefix)));
}
