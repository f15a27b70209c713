import { randomUUID } from "node:crypto";
import type { CimSession } from "../cim/cim-session";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { listVirtualSystemCollections } from "../hyperv/snapshot-inventory";
import type { VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import type { Clock } from "../jobs/clock";
import { noEngine } from "../process/engine-link";
import { Progress } from "../process/progress";
import type { Json, Properties } from "../process/resource-call";
import { collectionSnapshotType, providerText } from "../resources/identity";
import { readSnapshot } from "../snapshot/read";
import type { ImportableSnapshot } from "./import-targets";

/** A resource in the file that `pulumi import --file` reads. */
export interface ImportedResource {
  readonly type: string;
  readonly name: string;
  /** Our own, drawn here as `create` draws it. */
  readonly id: string;
  readonly inputs: Properties;
  /** With these the CLI asks no provider, which for a dynamic resource could not answer. */
  readonly outputs: Properties;
}

/** What a program has to say of a resource so that nothing changes. */
export interface ProgramArguments {
  readonly collection: string;
  readonly snapshotType: Json;
  /** Absent where the resource's own name does. */
  readonly snapshotName?: string;
  /** Absent where the keys outside of `connections` lead to the host. */
  readonly connection?: string;
}

/** A resource with what the program says of it. */
export interface Import {
  readonly resource: ImportedResource;
  readonly program: ProgramArguments;
  /** Whether the members' snapshots bear another name than the state is given, so that a refresh shows a difference. */
  readonly isNamedOtherwise: boolean;
}

/** Reads a snapshot as the lifecycle would, and makes a resource of it. Changes nothing on the host. */
export async function importResource(
  host: HyperVHost,
  snapshot: ImportableSnapshot,
  how: { readonly name: string; readonly connection: string | undefined; readonly clock: Clock },
): Promise<Import> {
  const { name, connection, clock } = how;
  const onConnection = connection === undefined ? {} : { connection };
  const collection = await designatorOf(host.session, snapshot.group);
  const names = new Set(snapshot.members.map((member) => member.name));
  const [shared] = names;
  // of several names, or one that hosts don't take back, the resource's own is written in the state: what `up` would give them
  const isKept = names.size === 1 && shared !== undefined && !/[&<]/.test(shared);
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
  return {
    resource: { type: collectionSnapshotType, name, id: randomUUID(), inputs, outputs: { ...read, ...inputs } },
    program: {
      collection,
      snapshotType: inputs.snapshotType,
      ...(snapshotName !== name && { snapshotName }),
      ...onConnection,
    },
    isNamedOtherwise: !isKept,
  };
}

/** How a program names a group: by its name, unless another one bears it too. */
async function designatorOf(session: CimSession, { name, collectionId }: VirtualSystemCollection): Promise<string> {
  const groups = await listVirtualSystemCollections(session);
  return groups.filter((group) => group.name === name).length === 1 ? name : collectionId;
}
