/** How the types of our resources begin in a state: Pulumi serves them by its provider for dynamic resources. */
export const ourTypePrefix = "pulumi-nodejs:dynamic/hyperv-snapshots:";

/** The type of a `CollectionSnapshot`. */
export const collectionSnapshotType = `${ourTypePrefix}CollectionSnapshot` as const;

/** The type of a `VirtualSystemCollection`. */
export const virtualSystemCollectionType = `${ourTypePrefix}VirtualSystemCollection` as const;

/** The outputs of each resource that repeat an input under another name: of a secret input they are secret, too. */
export const repeatedOutputs = {
  CollectionSnapshot: { collection: ["collectionId", "collectionPath", "collectionName"] },
  VirtualSystemCollection: { members: ["machines"] },
} as const;

/** Begins the types of the same resources as the plugin serves them. */
const pluginTypePrefix = "hyperv-snapshots:index:";

/** Gives the type that the plugin has for a dynamic resource, and the reverse; any other type stays as it is. */
export function typeUnderOtherAdapter(type: string): string {
  if (type.startsWith(ourTypePrefix)) return type.replace(ourTypePrefix, pluginTypePrefix);
  return type.replace(pluginTypePrefix, ourTypePrefix);
}

/** Gives the URN that a resource has under the other adapter; its parents' types change too. */
export function urnUnderOtherAdapter(urn: string): string {
  const parts = urn.split("::");
  const types = parts[2]?.split("$").map(typeUnderOtherAdapter) ?? [];
  return [...parts.slice(0, 2), types.join("$"), ...parts.slice(3)].join("::");
}

/** Tells whether a value is a resource of a type, as generated SDKs do: typed policies ask with the type alone. */
export function isOfType(value: unknown, type: string): boolean {
  if (value === undefined || value === null) return false;
  return (value as { readonly __pulumiType?: unknown }).__pulumiType === type;
}

/**
 * The text by which a resource finds its lifecycle (`__provider`).
 *
 * A constant that names what to load, not a serialised closure: the same in every install, and short, since the whole state
 * is written at every step.
 *
 * @param lifecycle - The export of `pulumi-hyperv-snapshots/lifecycle`; states name it, so it is a stable API.
 */
export function providerText(lifecycle: string): string {
  return `exports.handler=()=>require("pulumi-hyperv-snapshots/lifecycle").${lifecycle}`;
}
