import { ClassName } from "../schema/names";
import { CollectionType } from "../schema/value-maps";
import type { CimRepository, StoredInstance } from "./cim-repository";
import type { WorkOf } from "./host-record";
import { type Link, link, links } from "./links";
import { machinePath, type WorkScene } from "./machine-snapshots";

/** Finds a group of either type by its id. */
export function findGroup(repository: CimRepository, collectionId: string): StoredInstance | undefined {
  for (const className of [ClassName.virtualSystemCollection, ClassName.managementCollection]) {
    const found = repository.find(repository.path(className, { CollectionID: collectionId }));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the association between a group and its members: machines or other groups. */
export function membershipOf(group: StoredInstance): Link {
  return group.className === ClassName.managementCollection ? links.groupsOfGroup : links.machinesOfGroup;
}

/** Makes a group. */
export function defineGroup({ repository }: WorkScene, work: WorkOf<"defineGroup">): StoredInstance {
  const isOfMachines = work.type === CollectionType.CollectionOfVirtualSystems;
  const className = isOfMachines ? ClassName.virtualSystemCollection : ClassName.managementCollection;
  return repository.put(className, {
    CollectionID: work.groupId,
    ElementName: work.name,
    // behaviour: groupInstanceIdEmpty
    InstanceID: "",
  });
}

/** Removes a group; its machines and their snapshots stay. */
export function destroyGroup({ repository }: WorkScene, { groupId }: WorkOf<"destroyGroup">): void {
  const group = findGroup(repository, groupId);
  if (group !== undefined) repository.remove(group);
}

/** Gives a group another name. */
export function renameGroup({ repository }: WorkScene, { groupId, name }: WorkOf<"renameGroup">): void {
  const group = findGroup(repository, groupId);
  if (group !== undefined) repository.update(group, { ElementName: name });
}

/** Puts a machine or a group into a group, or takes it out. */
export function changeMembership({ repository }: WorkScene, work: WorkOf<"changeMembership">): void {
  const group = findGroup(repository, work.groupId);
  const member = repository.find(machinePath(repository, work.memberId)) ?? findGroup(repository, work.memberId);
  if (group === undefined || member === undefined) return;
  const membership = membershipOf(group);
  if (work.isMember) return link(repository, membership, group, member);
  for (const row of [...repository.rowsAt(group.identity, membership.associationClass)]) {
    const end = row.properties[membership.resultRole];
    if (String(end) === member.path.toString()) repository.remove(row);
  }
}
