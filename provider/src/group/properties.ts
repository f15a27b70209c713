import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { CimInstancePath } from "../cim/cim-instance-path";
import { designates } from "../hyperv/machine-designator";
import { machinePath, type VirtualMachine, type VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { checkFailures, connectionName, type InputWords } from "../process/input-check";
import {
  type CheckFailure,
  notKnownYet,
  type Properties,
  type SavedResource,
  type Values,
} from "../process/resource-call";

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

/** Picks the inputs out of the properties in a state. */
export function pickInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => groupInputNames.includes(name)));
}

/** The outputs that a preview can't know. */
export const unknownOutputs: Values = {
  collectionId: notKnownYet,
  collectionPath: notKnownYet,
  machines: notKnownYet,
  hostName: notKnownYet,
};

/** The outputs of an update's preview, beside the inputs. The machines are unknown if the members change, or some aren't in the group yet. */
export function foreseenOutputs({ outputs }: SavedResource, news: Values): Values {
  const isInput = (name: string) => groupInputNames.includes(name);
  const known = Object.fromEntries(Object.entries(outputs).filter(([name]) => !isInput(name)));
  const count = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  const isFilled = count(outputs["machines"]) === count(outputs["members"]);
  const isSame = isDeepStrictEqual(outputs["members"] ?? [], news["members"] ?? []);
  return { ...known, ...(!(isFilled && isSame) && { machines: notKnownYet }) };
}

/** The outputs of a group that exists. */
export function groupProperties(
  hostName: string,
  group: VirtualSystemCollection,
  machines: readonly VirtualMachine[],
): Properties {
  const sorted = [...machines].sort((a, b) => a.vmName.localeCompare(b.vmName, "en") || a.vmId.localeCompare(b.vmId));
  return {
    collectionId: group.collectionId,
    collectionPath: group.path.toString(),
    machines: sorted.map(({ vmId, vmName }) => ({ vmId, vmName })),
    hostName,
  };
}

/** Lists the current members, each as the state spells it, else by its name. */
export function spelledAsBefore(machines: readonly VirtualMachine[], before: readonly string[]): readonly string[] {
  const kept = before.filter((designator) => machines.some((machine) => designates(designator, machine)));
  const others = machines.filter((machine) => !before.some((designator) => designates(designator, machine)));
  return [...kept, ...others.map(({ vmName }) => vmName)];
}

/** The paths of the machines in a state, which tell whether the account sees them. */
export function knownMachines(outputs: Properties): readonly CimInstancePath[] {
  const machines = Array.isArray(outputs["machines"]) ? outputs["machines"] : [];
  return machines.map(({ vmId }) => machinePath(String(vmId)));
}
