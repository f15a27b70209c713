import type { CimInstance } from "../cim/cim-instance";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import { InvalidArgumentError, NotFoundError } from "../errors";
import { ClassName } from "../schema/names";
import { readCollectionDesignator } from "./collection-designator";
import { lookWithProof } from "./visibility";

/** A VM group, which WMI calls a virtual system collection. */
export interface VirtualSystemCollection {
  readonly path: CimInstancePath;
  /** `CollectionID` as the host spells it. */
  readonly collectionId: string;
  /** `ElementName`; not unique on a host. */
  readonly name: string;
}

/** A member of a group. */
export interface VirtualMachine {
  /** The machine's GUID (`Msvm_ComputerSystem.Name`). */
  readonly vmId: string;
  /** What people call it (`ElementName`). */
  readonly vmName: string;
}

/** `VM group "web-tier" on HV01`: how messages name a group. */
export function describeCollection(session: CimSession, name: string): string {
  return `VM group ${JSON.stringify(name)} on ${session.hostName}`;
}

/**
 * Finds the one VM group that a name, a `CollectionID` or an object path means.
 *
 * @param known - What must be visible before the group counts as missing, beside the service.
 * @throws {@link NotFoundError} when it doesn't exist, with the groups that do; {@link AccessDeniedError} or {@link VisibilityError} when too little is visible.
 * @throws {@link InvalidArgumentError} when several groups have the name, or it is a management group, with their ids, or the text is malformed.
 */
export async function findVirtualSystemCollection(
  session: CimSession,
  text: string,
  known: readonly CimInstancePath[] = [],
): Promise<VirtualSystemCollection> {
  const designator = readCollectionDesignator(text, [
    ClassName.virtualSystemCollection,
    ClassName.managementCollection,
  ]);
  const [property, values] =
    designator.kind === "name"
      ? (["ElementName", [designator.name]] as const)
      : (["CollectionID", [designator.id, `{${designator.id}}`]] as const);
  const found = await lookWithProof(session, {
    look: async () => {
      const groups = await queryByKey(session, ClassName.virtualSystemCollection, property, values);
      if (groups.length === 0) await refuseManagementGroup(session, text, property, values);
      return groups;
    },
    isIncomplete: (groups) => groups.length === 0,
    missing: `the VM group ${JSON.stringify(text)}`,
    known,
  });
  const [collection] = found;
  if (!collection) throw await notFound(session, text);
  if (found.length > 1) {
    throw new InvalidArgumentError({
      attempted: finding(text),
      target: session.hostName,
      answer: `${found.length} groups have this name: ${found.map((one) => one.string("CollectionID")).join(", ")}`,
      outcome: "Nothing was changed",
      remedy: "Set `collection` to the CollectionID of the one you mean",
    });
  }
  return asCollection(session, collection);
}

/** Lists the machines that are members of a group now. */
export async function membersOf(session: CimSession, collection: CimInstancePath): Promise<readonly VirtualMachine[]> {
  const machines = await session.associators(collection, {
    associationClass: ClassName.collectedVirtualSystems,
    resultClass: ClassName.computerSystem,
  });
  return machines.map(asMachine);
}

/** Finds machines by their ids, whatever group they are in. Invisible ones are missing from the answer. */
export async function findMachines(session: CimSession, vmIds: readonly string[]): Promise<readonly VirtualMachine[]> {
  return (await queryByKey(session, ClassName.computerSystem, "Name", vmIds)).map(asMachine);
}

/** Lists the names of machines, for people. */
export const namesOf = (machines: readonly VirtualMachine[]): string => machines.map(({ vmName }) => vmName).join(", ");

/** Finds the group that a snapshot collection was taken of; null if the host doesn't say. */
export async function collectionOfSnapshot(
  session: CimSession,
  snapshotCollection: CimInstancePath,
): Promise<VirtualSystemCollection | null> {
  const [collection] = await session.associators(snapshotCollection, {
    associationClass: ClassName.snapshotOfVirtualSystemCollection,
    resultClass: ClassName.virtualSystemCollection,
  });
  return collection ? asCollection(session, collection) : null;
}

/** The path of a machine, from its id. */
export function machinePath(vmId: string): CimInstancePath {
  const className = ClassName.computerSystem;
  return new CimInstancePath({ className, keys: { CreationClassName: className, Name: vmId } });
}

/** Reads which group an `Msvm_VirtualSystemCollection` is. */
export function asCollection(session: CimSession, instance: CimInstance): VirtualSystemCollection {
  return {
    path: instance.path.within({ host: session.hostName, namespace: session.namespace }),
    collectionId: instance.string("CollectionID") ?? "",
    name: instance.string("ElementName") ?? "",
  };
}

/** Reads which machine an `Msvm_ComputerSystem` is. */
export function asMachine(instance: CimInstance): VirtualMachine {
  const vmId = instance.string("Name") ?? "";
  return { vmId, vmName: instance.string("ElementName") ?? vmId };
}

/** @throws {@link InvalidArgumentError} when a management group is meant, with the VM groups in it. */
async function refuseManagementGroup(
  session: CimSession,
  text: string,
  property: string,
  values: readonly string[],
): Promise<void> {
  const [group] = await queryByKey(session, ClassName.managementCollection, property, values);
  if (!group) return;
  const members = await session.associators(group.path, {
    associationClass: ClassName.collectedCollections,
    resultClass: ClassName.virtualSystemCollection,
  });
  const names = members.map((one) => `${JSON.stringify(one.string("ElementName"))} (${one.string("CollectionID")})`);
  throw new InvalidArgumentError({
    headline: `${JSON.stringify(group.string("ElementName"))} on ${session.hostName} is a management group, and a snapshot is taken of a VM group`,
    attempted: finding(text),
    target: session.hostName,
    answer: "it is a management group, which holds VM groups",
    outcome: "Nothing was changed",
    remedy:
      names.length > 0
        ? `Set \`collection\` to a VM group in it: ${names.join(", ")}`
        : "Set `collection` to a VM group. This management group has none in it",
  });
}

const finding = (text: string) => `Finding the VM group ${JSON.stringify(text)}`;

async function notFound(session: CimSession, text: string): Promise<NotFoundError> {
  const all = await session.query(`SELECT * FROM ${ClassName.virtualSystemCollection}`);
  const names = all.map((one) => `${JSON.stringify(one.string("ElementName"))} (${one.string("CollectionID")})`);
  return new NotFoundError({
    attempted: finding(text),
    target: session.hostName,
    answer: names.length > 0 ? `the group doesn't exist; the host has ${names.join(", ")}` : "the host has no VM group",
    outcome: "Nothing was changed",
    remedy: "Correct the name, or create the group on the host (New-VMGroup, Add-VMGroupMember)",
  });
}
