import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { normalizeGuid } from "../hyperv/collection-designator";
import { collectionSnapshotType, ourTypePrefix, typeUnderOtherAdapter } from "../resources/identity";
import type { Surroundings } from "./surroundings";

/** What a stack's state says about snapshots and their groups; GUIDs are normalised. */
export interface PulumiState {
  readonly snapshots: readonly SnapshotInState[];
  /** The ids of the groups that any resource of ours names. */
  readonly groupIds: ReadonlySet<string>;
  /** The ids of the machines in the state's snapshots. */
  readonly machineIds: ReadonlySet<string>;
  /** The deployment that the state is of; undefined if it holds no resource. */
  readonly deployment: { readonly stack: string; readonly project: string } | undefined;
  /** Why a snapshot that isn't in the state may still belong to this stack: one sentence each. */
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
  /** Whether it was replaced and still has to be deleted. */
  readonly isOldCopy: boolean;
}

const properties = v.record(v.string(), v.unknown());

const deployment = v.object({
  resources: v.optional(
    v.array(
      v.looseObject({
        urn: v.string(),
        type: v.string(),
        id: v.optional(v.string(), ""),
        external: v.optional(v.boolean(), false),
        delete: v.optional(v.boolean(), false),
        outputs: v.optional(properties, {}),
      }),
    ),
    [],
  ),
  pending_operations: v.optional(v.array(v.object({ resource: v.looseObject({ type: v.string() }) })), []),
});

/** A stack that was never updated has none. */
const exportedState = v.object({ deployment: v.nullable(deployment) });

/**
 * Reads the output of `pulumi stack export` from a file.
 *
 * @param file - Its path; `-` for standard input.
 * @throws {@link InvalidArgumentError} when it can't be read, or is something else.
 */
export async function readPulumiState(file: string, { stdin }: Pick<Surroundings, "stdin">): Promise<PulumiState> {
  const source = file === "-" ? "standard input" : file;
  try {
    return parsePulumiState(file === "-" ? await text(stdin) : readFileSync(file, "utf8"), source);
  } catch (error) {
    if (InvalidArgumentError.isInstance(error)) throw error;
    throw notAState(source, `it can't be read (${(error as Error).message.slice(0, 120)})`, error);
  }
}

/**
 * Reads what `pulumi stack export` wrote.
 *
 * @param source - Where it comes from, for messages.
 * @throws {@link InvalidArgumentError} when it is something else.
 */
export function parsePulumiState(exported: string, source: string): PulumiState {
  const parsed = v.safeParse(exportedState, parsedJson(exported, source));
  if (!parsed.success) throw notAState(source, "it has no deployment with resources");
  const { resources, pending_operations: pending } = parsed.output.deployment ?? v.parse(deployment, {});
  const ours = resources.filter(({ type }) => dynamicType(type).startsWith(ourTypePrefix));
  const snapshots = ours
    .filter(({ type }) => dynamicType(type) === collectionSnapshotType)
    .map(({ urn, id, external, outputs, delete: isOldCopy }) => ({
      urn,
      id,
      snapshotCollectionId: snapshotIdOf(outputs),
      groupId: guidIn(outputs["collectionId"]),
      isExternal: external,
      isOldCopy,
    }));
  const unclear = snapshots.filter(({ snapshotCollectionId }) => snapshotCollectionId === null);
  const interrupted = pending.filter(({ resource }) => dynamicType(resource.type).startsWith(ourTypePrefix));
  return {
    snapshots,
    deployment: deploymentOf(resources[0]?.urn),
    groupIds: new Set(ours.flatMap(({ outputs }) => guidIn(outputs["collectionId"]) ?? [])),
    machineIds: new Set(ours.flatMap(({ outputs }) => machineIdsOf(outputs))),
    doubts: [
      ...unclear.map(
        ({ urn }) =>
          `The state doesn't say which snapshot collection ${urn} is: it is incomplete, or its outputs are secret.`,
      ),
      ...(interrupted.length > 0
        ? [
            `${interrupted.length === 1 ? "1 operation was" : `${interrupted.length} operations were`} interrupted: the state doesn't show the result yet. Run \`pulumi up\` to resume.`,
          ]
        : []),
    ],
  };
}

/** Gives the dynamic resource's type, also for a resource that the plugin serves. */
const dynamicType = (type: string) => (type.startsWith(ourTypePrefix) ? type : typeUnderOtherAdapter(type));

/** Reads the deployment from a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
function deploymentOf(urn: string | undefined): PulumiState["deployment"] {
  const [, stack, project] = /^urn:pulumi:(.*?)::(.*?)::/.exec(urn ?? "") ?? [];
  return stack === undefined || project === undefined ? undefined : { stack, project };
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

function parsedJson(exported: string, source: string): unknown {
  try {
    return JSON.parse(exported);
  } catch (error) {
    throw notAState(source, "it isn't JSON", error);
  }
}

function notAState(source: string, answer: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    {
      attempted: "Reading the stack's state",
      target: source,
      answer,
      outcome: "The host was not contacted",
      remedy: "Give it the output of `pulumi stack export` (without --show-secrets: no secrets are needed)",
    },
    { cause },
  );
}
