import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { normalizeGuid } from "../hyperv/collection-designator";
import { collectionSnapshotType, ourTypePrefix } from "../resources/identity";
import type { Surroundings } from "./surroundings";

/** What a stack's state knows of snapshots and their groups; GUIDs are normalised. */
export interface PulumiState {
  readonly snapshots: readonly SnapshotInState[];
  /** The ids of the groups that any resource of ours names. */
  readonly groupIds: ReadonlySet<string>;
  /** The ids of the machines in the state's snapshots. */
  readonly machineIds: ReadonlySet<string>;
  /** Why what isn't in the state may be of this stack all the same: one sentence each. */
  readonly doubts: readonly string[];
}

/** A `CollectionSnapshot` in the state. */
export interface SnapshotInState {
  readonly urn: string;
  /** The resource's own id. */
  readonly id: string;
  /** Null where the state doesn't know which it is: the resource is incomplete, or its outputs are secret. */
  readonly snapshotCollectionId: string | null;
  readonly groupId: string | null;
  /** Whether the stack only reads it (`CollectionSnapshot.get`). */
  readonly isExternal: boolean;
}

const properties = v.record(v.string(), v.unknown());

const exportedState = v.object({
  deployment: v.object({
    resources: v.optional(
      v.array(
        v.looseObject({
          urn: v.string(),
          type: v.string(),
          id: v.optional(v.string(), ""),
          external: v.optional(v.boolean(), false),
          outputs: v.optional(properties, {}),
        }),
      ),
      [],
    ),
    pending_operations: v.optional(v.array(v.object({ resource: v.looseObject({ type: v.string() }) })), []),
  }),
});

/**
 * Reads the output of `pulumi stack export`.
 *
 * @param file - Its path; `-` for standard input.
 * @throws {@link InvalidArgumentError} when it can't be read, or is something else.
 */
export async function readPulumiState(file: string, { stdin }: Pick<Surroundings, "stdin">): Promise<PulumiState> {
  let json: unknown;
  try {
    json = JSON.parse(file === "-" ? await text(stdin) : readFileSync(file, "utf8"));
  } catch (error) {
    throw notAState(file, `it can't be read as JSON (${(error as Error).message.slice(0, 120)})`, error);
  }
  const parsed = v.safeParse(exportedState, json);
  if (!parsed.success) throw notAState(file, "it has no deployment with resources");
  const { resources, pending_operations: pending } = parsed.output.deployment;
  const ours = resources.filter(({ type }) => type.startsWith(ourTypePrefix));
  const snapshots = ours
    .filter(({ type }) => type === collectionSnapshotType)
    .map(({ urn, id, external, outputs }) => ({
      urn,
      id,
      snapshotCollectionId: snapshotIdOf(outputs),
      groupId: guidIn(outputs["collectionId"]),
      isExternal: external,
    }));
  const unclear = snapshots.filter(({ snapshotCollectionId }) => snapshotCollectionId === null);
  const interrupted = pending.filter(({ resource }) => resource.type.startsWith(ourTypePrefix));
  return {
    snapshots,
    groupIds: new Set(ours.flatMap(({ outputs }) => guidIn(outputs["collectionId"]) ?? [])),
    machineIds: new Set(ours.flatMap(({ outputs }) => machineIdsOf(outputs))),
    doubts: [
      ...unclear.map(
        ({ urn }) => `The state doesn't say which snapshot collection ${urn} is: it is incomplete, or secret`,
      ),
      ...(interrupted.length > 0
        ? [`${interrupted.length} operation(s) were interrupted: what they made isn't in the state yet`]
        : []),
    ],
  };
}

/** A partial create may know its reference before it has the rest. */
function snapshotIdOf(outputs: Readonly<Record<string, unknown>>): string | null {
  const reference = outputs["resultingSnapshotCollection"];
  const known = guidIn(outputs["snapshotCollectionId"]);
  return known ?? (typeof reference === "string" ? guidIn(CimInstancePath.parse(reference).key("CollectionID")) : null);
}

function machineIdsOf({ members }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(members) ? members.flatMap((member) => guidIn(member?.vmId) ?? []) : [];
}

const guidIn = (value: unknown) => (typeof value === "string" && value !== "" ? normalizeGuid(value) : null);

function notAState(file: string, answer: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    {
      attempted: "Reading the stack's state",
      target: file === "-" ? "standard input" : file,
      answer,
      outcome: "Nothing was asked of any host",
      remedy: "Give it what `pulumi stack export` writes (without --show-secrets: none are needed)",
    },
    { cause },
  );
}
