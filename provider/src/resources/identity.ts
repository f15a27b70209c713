/** How the types of our resources begin in a state: Pulumi serves them by its provider for dynamic resources. */
export const ourTypePrefix = "pulumi-nodejs:dynamic/hyperv-snapshots:";

/** The type of a `CollectionSnapshot`. */
export const collectionSnapshotType = `${ourTypePrefix}CollectionSnapshot` as const;

/** The type of a `VirtualSystemCollection`. */
export const virtualSystemCollectionType = `${ourTypePrefix}VirtualSystemCollection` as const;

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
 * @param lifecycle - The export of `pulumi-hyperv-snapshots/lifecycle`; it stands in states in the field, so it is there for ever.
 */
export function providerText(lifecycle: string): string {
  return `exports.handler=()=>require("pulumi-hyperv-snapshots/lifecycle").${lifecycle}`;
}
