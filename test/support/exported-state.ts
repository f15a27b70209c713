const type = "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot";

/** A `CollectionSnapshot` as `pulumi stack export` writes it. */
export function exportedSnapshot(
  name: string,
  id: string,
  outputs: Readonly<Record<string, unknown>>,
  more = {},
): object {
  return { urn: `urn:pulumi:prod::shop::${type}::${name}`, custom: true, type, id, inputs: {}, outputs, ...more };
}

/** What `pulumi stack export` writes. */
export function exportedState(resources: readonly object[], pending: readonly object[] = []): object {
  const stack = { urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod", type: "pulumi:pulumi:Stack" };
  return { version: 3, deployment: { manifest: {}, resources: [stack, ...resources], pending_operations: pending } };
}
