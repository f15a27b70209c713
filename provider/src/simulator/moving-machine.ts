import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimValue } from "../cim/cim-value";
import type { CimRepository, PropertyBag, StoredInstance } from "./cim-repository";
import { diskMergeSetting } from "./disk-merging";
import type { WorkOf } from "./host-record";
import { type Link, linked, links } from "./links";
import { activeSettings, machinePath, snapshotsOfMachine, type WorkScene } from "./machine-snapshots";

/** The data that moves with a machine. */
export type MachineLuggage = Omit<WorkOf<"receiveMachine">, "kind">;

/** Associations within a machine: they lead from its objects to its objects. */
const inner: readonly Link[] = [
  links.settingsOfMachine,
  links.snapshotsOfMachine,
  links.mostCurrentSnapshot,
  links.lastAppliedSnapshot,
  links.childrenOfSnapshot,
];

/** Associations by which groups and snapshot collections hold a machine and its snapshots. */
const outer: readonly Link[] = [links.machinesOfGroup, links.membersOfSnapshotCollection];

function objectsOf(repository: CimRepository, machine: StoredInstance): readonly StoredInstance[] {
  const snapshots = snapshotsOfMachine(repository, machine);
  return [machine, activeSettings(repository, machine), ...snapshots, ...diskMergeSetting(repository, machine)];
}

function* rowsOf(repository: CimRepository, objects: readonly StoredInstance[], kinds: readonly Link[]) {
  const rows = objects.flatMap(({ identity }) =>
    kinds.flatMap(({ associationClass }) => [...repository.rowsAt(identity, associationClass)]),
  );
  yield* new Set(rows);
}

/** Packs a machine with its settings and its snapshots, to be sent to another host. */
export function packMachine({ repository, disks }: WorkScene, machineId: string): MachineLuggage {
  const machine = repository.find(machinePath(repository, machineId));
  if (machine === undefined) return { machineId, instances: [], versions: [] };
  const objects = objectsOf(repository, machine);
  // behaviour: movedMachine
  const instances = [...objects, ...rowsOf(repository, objects, inner)].map(({ className, properties }) => ({
    className,
    properties: packed(properties),
  }));
  return { machineId, instances, versions: disks.packed(machineId, snapshotIds(repository, machine)) };
}

/** Unpacks a machine that comes from another host. */
export function receiveMachine({ repository, disks }: WorkScene, work: WorkOf<"receiveMachine">): void {
  for (const { className, properties } of work.instances) {
    if (repository.schema.className(className) !== undefined)
      repository.put(className, unpacked(repository, properties));
  }
  disks.unpack(work.machineId, work.versions);
}

/** Removes a machine that went to another host; its groups and snapshot collections stay. */
export function sendMachine(scene: WorkScene, { machineId }: WorkOf<"sendMachine">): void {
  const { repository } = scene;
  const machine = repository.find(machinePath(repository, machineId));
  if (machine === undefined) return;
  const objects = objectsOf(repository, machine);
  const held = [...rowsOf(repository, objects, outer)];
  for (const object of objects) repository.remove(object);
  // behaviour: membersThatMoved
  if (scene.options.membersThatMoved === "stale") for (const row of held) repository.put(row.className, row.properties);
}

const snapshotIds = (repository: CimRepository, machine: StoredInstance) =>
  linked(repository, links.snapshotsOfMachine, machine).map(({ properties }) =>
    String(properties["InstanceID"]).replace(/^Microsoft:/, ""),
  );

function packed(properties: PropertyBag): Record<string, PackedValue> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, packedValue(value)]));
}

type PackedValue = MachineLuggage["instances"][number]["properties"][string];

function packedValue(value: CimValue): PackedValue {
  if (value instanceof CimInstancePath) return { path: value.relativePath };
  if (typeof value === "bigint") return { integer: String(value) };
  return value as PackedValue;
}

function unpacked(repository: CimRepository, properties: Readonly<Record<string, PackedValue>>): PropertyBag {
  const declared = Object.entries(properties).map(([name, value]) => [name, unpackedValue(repository, value)]);
  return Object.fromEntries(declared);
}

function unpackedValue(repository: CimRepository, value: PackedValue): CimValue {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value as CimValue;
  if ("integer" in value) return BigInt(value.integer);
  const { className, keys } = CimInstancePath.parse((value as { readonly path: string }).path);
  return repository.path(className, keys);
}
