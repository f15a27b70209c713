import * as v from "valibot";
import { checkFailures, connectionName, type InputWords } from "../process/input-check";
import type { CheckFailure, Properties, Values } from "../process/resource-call";

/** The inputs of a `VirtualSystemCollection`, checked. */
export interface VirtualSystemCollectionInputs {
  readonly name: string;
  /** The machines, each by its name or its id. */
  readonly members: readonly string[];
  readonly forceDestroy: boolean;
}

const text = v.pipe(
  v.string("write it as text"),
  v.check((value) => value.trim() !== "", "it is empty"),
);

const schema = v.strictObject({
  name: text,
  members: v.optional(
    v.pipe(
      v.array(text, "write a list of machines, each by its name or its id"),
      v.check(
        (members) => new Set(members.map((member) => member.toLowerCase())).size === members.length,
        "a machine is named twice",
      ),
    ),
  ),
  forceDestroy: v.optional(v.boolean("write true or false")),
  connection: v.optional(connectionName),
});

const words: InputWords = { forms: { name: "the group's name", members: "a list of machines" } };

/** The names of all inputs. */
export const groupInputNames: readonly string[] = Object.keys(schema.entries);

/** Checks the inputs of a `VirtualSystemCollection`: every failure at once, each on its property. */
export function checkGroupInputs(news: Values): { inputs: Values; failures: CheckFailure[] } {
  return { inputs: news, failures: checkFailures(schema, news, words) };
}

/** Reads inputs that `check` has passed. */
export function readGroupInputs(inputs: Properties): VirtualSystemCollectionInputs {
  return {
    name: String(inputs["name"]),
    members: (inputs["members"] ?? []) as readonly string[],
    forceDestroy: inputs["forceDestroy"] === true,
  };
}
