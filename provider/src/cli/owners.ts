import { normalizeGuid } from "../hyperv/collection-designator";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import type { CommonOptions } from "./configuration";
import { type PulumiState, readPulumiState } from "./pulumi-state";
import { type OpenRequest, type RecordedOwner, readRecordedOwners } from "./recorded-owners";
import type { Surroundings } from "./surroundings";

/** What a snapshot belongs to. */
export type Owner =
  /** A resource in the state. */
  | { readonly kind: "resource"; readonly urn: string; readonly name: string }
  /** A resource according to the recovery folder: of an interrupted run, or of another stack. */
  | {
      readonly kind: "record";
      readonly urn: string;
      readonly name: string;
      readonly stack: string;
      readonly isInterrupted: boolean;
    }
  /** Perhaps a resource: an interrupted run requested a snapshot of the group for it, and this one is newer. The next run finds out. */
  | {
      readonly kind: "request";
      readonly urn: string;
      readonly name: string;
      readonly stack: string;
      /** The path of the recovery record. */
      readonly file: string;
    }
  /** None that this command can see: retained, orphaned, another computer's stack, or taken by a person. */
  | { readonly kind: "unknown" };

/** What is known of owners. */
export interface Owners {
  /** Undefined if no state was read. */
  readonly state: PulumiState | undefined;
  readonly records: readonly RecordedOwner[];
  readonly requests: readonly OpenRequest[];
  /** Why no state was read, and what to do. */
  readonly missing?: string;
}

/** Stands for owners that were not looked up. */
export const noOwners: Owners = { state: undefined, records: [], requests: [] };

/** Options of commands that ask who owns a snapshot. */
export interface OwnerOptions extends CommonOptions {
  /** A file that `pulumi stack export` wrote, in place of the selected stack. */
  readonly state?: string;
}

/** Describes `--state`. */
export const stateHelp =
  "a file that `pulumi stack export` wrote (- for standard input), in place of the selected stack";

/** Reads who owns what: the state (`--state`, else the selected stack's), and the recovery folder of this computer. */
export async function readOwners(options: OwnerOptions, surroundings: Surroundings): Promise<Owners> {
  const { state, context } = options;
  if (context?.kind === "unreadable" && state === undefined) throw context.error;
  const recorded = await readRecordedOwners(options, surroundings);
  if (state !== undefined) return { state: await readPulumiState(state, surroundings), ...recorded };
  if (context?.kind === "stack") return { state: await context.stack.state(), ...recorded };
  return {
    state: undefined,
    ...recorded,
    ...(context?.kind === "none" && {
      missing: `Owners are unknown, since ${context.reason}: ${context.remedy}, or pass --state FILE.`,
    }),
  };
}

/** Says, for people, what is unclear about owners. */
export const doubtsOf = ({ missing, state }: Owners): readonly string[] => [
  ...(missing === undefined ? [] : [missing]),
  ...(state?.doubts ?? []),
];

/** Finds who owns a snapshot. */
export function ownerOf(
  snapshot: Pick<SnapshotDetails, "snapshotCollectionId"> & Partial<SnapshotDetails>,
  { state, records, requests }: Owners,
): Owner {
  const { snapshotCollectionId, group, createdAt } = snapshot;
  const id = normalizeGuid(snapshotCollectionId);
  const resource = state?.snapshots.find((one) => one.snapshotCollectionId === id && !one.isExternal);
  if (resource) return { kind: "resource", urn: resource.urn, name: resourceName(resource.urn) };
  const record = records.find((one) => one.snapshotCollectionId === id && !isOutdated(one, state));
  if (record) {
    const { urn, scope, isInterrupted } = record;
    return { kind: "record", urn, name: resourceName(urn), stack: scope.stack, isInterrupted };
  }
  const groupId = group && normalizeGuid(group.collectionId);
  const isInTime = ({ beganAt }: OpenRequest) => createdAt == null || Date.parse(createdAt) <= beganAt + requestMs;
  const request = requests.find((one) => one.groupId === groupId && !one.before.includes(id) && isInTime(one));
  if (!request) return { kind: "unknown" };
  const { urn, scope, file } = request;
  return { kind: "request", urn, name: resourceName(urn), stack: scope.stack, file };
}

/** How long after a request its snapshot may have been created: the host's job takes hours at most, and the clocks may differ. */
const requestMs = 24 * 3_600_000;

/** A mark is outdated if its stack was read and doesn't have the resource any more: it was retained, or deleted from the state. */
const isOutdated = ({ isInterrupted, urn }: RecordedOwner, state: PulumiState | undefined): boolean =>
  !isInterrupted && isOfState(urn, state);

/** Tells whether a URN is of the deployment whose state was read. Two projects may have stacks of the same name. */
export function isOfState(urn: string, state: PulumiState | undefined): boolean {
  const own = state?.deployment;
  return own !== undefined && urn.startsWith(`urn:pulumi:${own.stack}::${own.project}::`);
}

/**
 * Tells whether a snapshot was probably left over by this stack: the stack doesn't manage it, and knows its group or, if
 * the group was deleted, one of its machines.
 */
export function isLeftover(snapshot: SnapshotDetails, owner: Owner, { state }: Owners): boolean {
  if (!state || owner.kind !== "unknown") return false;
  const { group, members } = snapshot;
  return group
    ? state.groupIds.has(normalizeGuid(group.collectionId))
    : members.some(({ vmId }) => state.machineIds.has(normalizeGuid(vmId)));
}

/** Describes an owner in a few words. */
export function ownerText(owner: Owner): string {
  if (owner.kind === "resource") return `resource ${owner.name}`;
  if (owner.kind === "unknown") return "unknown";
  if (owner.kind === "request") return `perhaps ${owner.name}`;
  return owner.isInterrupted ? `interrupted: ${owner.name}` : `stack ${owner.stack}: ${owner.name}`;
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
