import { normalizeGuid } from "../hyperv/collection-designator";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import type { CommonOptions } from "./configuration";
import { type PulumiState, readPulumiState } from "./pulumi-state";
import type { Surroundings } from "./surroundings";

/** What a snapshot belongs to. */
export type Owner =
  /** A resource in the state. */
  | { readonly kind: "resource"; readonly urn: string; readonly name: string }
  /** None that this command can see: retained, orphaned, another stack's, or taken by a person. */
  | { readonly kind: "unknown" };

/** What is known of owners. */
export interface Owners {
  /** Undefined if no state was read. */
  readonly state: PulumiState | undefined;
  /** Why no state was read, and what to do. */
  readonly missing?: string;
}

/** Options of commands that ask who owns a snapshot. */
export interface OwnerOptions extends CommonOptions {
  /** A file that `pulumi stack export` wrote, in place of the selected stack. */
  readonly state?: string;
}

/** Describes `--state`. */
export const stateHelp =
  "a file that `pulumi stack export` wrote (- for standard input), in place of the selected stack";

/** Reads the state that tells who owns what: `--state`, else the selected stack's. */
export async function readOwners({ state, context }: OwnerOptions, surroundings: Surroundings): Promise<Owners> {
  if (state !== undefined) return { state: await readPulumiState(state, surroundings) };
  if (context?.kind === "stack") return { state: await context.stack.state() };
  if (context?.kind === "unreadable") throw context.error;
  return {
    state: undefined,
    ...(context && {
      missing: `Owners are unknown, since ${context.reason}: ${context.remedy}, or pass --state FILE.`,
    }),
  };
}

/** Finds who owns a snapshot. */
export function ownerOf({ snapshotCollectionId }: SnapshotDetails, { state }: Owners): Owner {
  const id = normalizeGuid(snapshotCollectionId);
  const resource = state?.snapshots.find((one) => one.snapshotCollectionId === id && !one.isExternal);
  return resource ? { kind: "resource", urn: resource.urn, name: resourceName(resource.urn) } : { kind: "unknown" };
}

/**
 * Tells whether a snapshot was probably left over by this stack: the stack doesn't manage it, and knows its group or, if
 * the group was deleted, one of its machines.
 */
export function isLeftover(snapshot: SnapshotDetails, owner: Owner, { state }: Owners): boolean {
  if (!state || owner.kind === "resource") return false;
  const { group, members } = snapshot;
  return group
    ? state.groupIds.has(normalizeGuid(group.collectionId))
    : members.some(({ vmId }) => state.machineIds.has(normalizeGuid(vmId)));
}

/** Describes an owner in a few words. */
export function ownerText(owner: Owner): string {
  return owner.kind === "resource" ? `resource ${owner.name}` : "unknown";
}

/** Takes the resource's name from a URN. */
export const resourceName = (urn: string): string => urn.split("::").slice(3).join("::");

/** Finds resources of the state whose snapshot isn't among those found in the groups that were searched. */
export function missingOnHost(
  found: readonly SnapshotDetails[],
  groupIds: readonly string[],
  state: PulumiState,
): readonly { readonly urn: string; readonly snapshotCollectionId: string }[] {
  const there = new Set(found.map(({ snapshotCollectionId }) => normalizeGuid(snapshotCollectionId)));
  const searched = new Set(groupIds.map(normalizeGuid));
  return state.snapshots.flatMap(({ urn, snapshotCollectionId, groupId }) =>
    snapshotCollectionId !== null && groupId !== null && searched.has(groupId) && !there.has(snapshotCollectionId)
      ? [{ urn, snapshotCollectionId }]
      : [],
  );
}
