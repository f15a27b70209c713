import { repeatedOutputs } from "../resources/identity";
import schema from "./schema.json";

/** Begins the type of each of the plugin's resources. */
const typePrefix = "hyperv-snapshots:index:";

/** What the plugin knows of one type of resources, beyond what the core does. */
export interface ResourceType {
  /** The class's name, such as `CollectionSnapshot`. */
  readonly name: ResourceName;
  /** The input that gets the resource's name where the program gives none. */
  readonly nameInput: string;
  /** The output that says what on the host the resource is. */
  readonly reference: string;
  /** The outputs that repeat an input under another name, so that a secret stays one. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  readonly inputs: readonly string[];
  /** The outputs that no input has given. */
  readonly computed: readonly string[];
  /** Those of them that an update may change. */
  readonly changing: readonly string[];
}

/** The names of the plugin's resources. */
export type ResourceName = "CollectionSnapshot" | "VirtualSystemCollection";

const resourceTypes: Readonly<Record<string, ResourceType>> = Object.fromEntries(
  [
    describeType({
      name: "CollectionSnapshot",
      nameInput: "snapshotName",
      reference: "resultingSnapshotCollection",
      changing: [],
    }),
    describeType({
      name: "VirtualSystemCollection",
      nameInput: "name",
      reference: "collectionId",
      changing: ["machines"],
    }),
  ].map((type) => [typePrefix + type.name, type]),
);

/** Finds a type of resources; undefined if the plugin has none of that token. */
export function resourceType(token: string): ResourceType | undefined {
  return resourceTypes[token];
}

/** Adds the outputs that repeat a secret input to the names of secret properties. */
export function secretNames({ repeated }: ResourceType, ...sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const names = new Set(sets.flatMap((set) => [...set]));
  for (const [input, outputs] of Object.entries(repeated)) {
    if (names.has(input)) for (const output of outputs) names.add(output);
  }
  return names;
}

function describeType(type: Omit<ResourceType, "inputs" | "computed" | "repeated">): ResourceType {
  const { inputProperties, properties } = schema.resources[`${typePrefix}${type.name}`];
  const inputs = Object.keys(inputProperties);
  const computed = Object.keys(properties).filter((name) => !inputs.includes(name));
  return { ...type, inputs, computed, repeated: repeatedOutputs[type.name] };
}
