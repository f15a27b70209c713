import { randomUUID } from "node:crypto";
import { backendUrl, isPulumiCloud, organizationOf, statesBy } from "../dynamic/deployment";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { sharedName } from "../hyperv/member-names";
import type { VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { type Clock, systemClock } from "../jobs/clock";
import { noEngine, Progress } from "../process/progress";
import type { Json, Properties } from "../process/resource-call";
import { collectionSnapshotType, providerText } from "../resources/identity";
import { readSnapshot } from "../snapshot/read";
import type { ImportableSnapshot } from "./import-targets";
import type { SelectedStack } from "./selected-stack";
import type { Surroundings } from "./surroundings";

/** A resource in the file that `pulumi import --file` reads. */
export interface ImportedResource {
  readonly type: string;
  readonly name: string;
  /** Our own id, made as `create` makes it. */
  readonly id: string;
  readonly inputs: Properties;
  /** With outputs in the file, the CLI doesn't ask the provider, which couldn't answer for a dynamic resource. */
  readonly outputs: Properties;
}

/** The arguments with which a program declares a resource so that nothing changes. */
export interface ProgramArguments {
  readonly collection: string;
  readonly snapshotType: Json;
  /** Absent if it is the resource's name. */
  readonly snapshotName?: string;
  /** Absent if the keys outside of `connections` describe the host. */
  readonly connection?: string;
}

/** A resource and its declaration in the program. */
export interface Import {
  readonly resource: ImportedResource;
  readonly program: ProgramArguments;
  /** Whether the members' snapshots have other names than the state gets, so that a refresh shows a difference. */
  readonly isNamedOtherwise: boolean;
}

/** What a state keeps of a resource's name in its deployment. */
export type Naming = (resource: string) => Properties;

/**
 * Names resources of a stack as its program will: a `destroy` before the first `up` finds their lock and their recovery records by that.
 *
 * @returns Undefined where the project or the organization isn't known: the first `up` that changes something names them.
 */
export async function namingIn(
  { name, project, programFolder }: SelectedStack,
  environment: Surroundings["environment"],
): Promise<Naming | undefined> {
  if (project === undefined) return undefined;
  const place = { environment, workingFolder: programFolder };
  const backend = backendUrl(place);
  const isCloud = isPulumiCloud(backend);
  const parts = name.split("/");
  const stack = parts.at(-1) ?? name;
  const given = parts.length > 1 ? parts[0] : undefined;
  const scope = { backend, organization: "", project, stack };
  const find = () => organizationOf(statesBy(place), scope, systemClock).catch(() => undefined);
  const organization = isCloud ? (given ?? (await find())) : undefined;
  if (isCloud && organization === undefined) return undefined;
  return (resource) => ({
    urn: `urn:pulumi:${stack}::${project}::${collectionSnapshotType}::${resource}`,
    ...(organization !== undefined && { organization }),
  });
}

/** Reads a snapshot as the resource would, and makes a resource of it. Changes nothing on the host. */
export async function importResource(
  host: HyperVHost,
  snapshot: ImportableSnapshot,
  how: {
    readonly name: string;
    readonly connection: string | undefined;
    readonly clock: Clock;
    readonly naming: Naming | undefined;
    /** All groups of the host. */
    readonly groups: readonly VirtualSystemCollection[];
  },
): Promise<Import> {
  const { name, connection, clock, naming, groups } = how;
  const onConnection = connection === undefined ? {} : { connection };
  const collection = designatorOf(snapshot.group, groups);
  const shared = sharedName(snapshot.members);
  // if the names differ, or hosts would refuse the name, the state gets the resource's name: the next `up` renames the snapshots
  const isKept = shared !== null && !/[&<]/.test(shared);
  const snapshotName = isKept ? shared : name;
  const operation = { host, progress: new Progress(noEngine, clock, undefined) };
  const read = await readSnapshot(operation, snapshot.path, {});
  const inputs = {
    collection,
    snapshotType: read["snapshotType"] ?? "Standard",
    snapshotName,
    ...onConnection,
    __provider: providerText("collectionSnapshot"),
  };
  const outputs = { ...read, ...inputs, ...(naming && { __meta: naming(name) }) };
  return {
    resource: { type: collectionSnapshotType, name, id: randomUUID(), inputs, outputs },
    program: {
      collection,
      snapshotType: inputs.snapshotType,
      ...(snapshotName !== name && { snapshotName }),
      ...onConnection,
    },
    isNamedOtherwise: !isKept,
  };
}

/** Chooses how a program names a group: by its name, or by its id if several groups have the name. */
function designatorOf(
  { name, collectionId }: VirtualSystemCollection,
  all: readonly VirtualSystemCollection[],
): string {
  return all.filter((group) => group.name === name).length === 1 ? name : collectionId;
}
