import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimRepository, StoredInstance } from "./cim-repository";

/** A direction of an association, from the role of one object to the role of the others. */
export interface Link {
  readonly associationClass: string;
  readonly role: string;
  readonly resultRole: string;
}

/** Returns the same link in the other direction. */
export function reversed({ associationClass, role, resultRole }: Link): Link {
  return { associationClass, role: resultRole, resultRole: role };
}

/** Links two objects. */
export function link(repository: CimRepository, kind: Link, from: StoredInstance, to: StoredInstance): void {
  repository.put(kind.associationClass, { [kind.role]: from.path, [kind.resultRole]: to.path });
}

/** Returns the objects that an object is linked to, in the order in which they were linked. */
export function linked(repository: CimRepository, kind: Link, from: StoredInstance): readonly StoredInstance[] {
  return [...repository.rowsAt(from.identity, kind.associationClass)].flatMap(({ properties }) => {
    const [start, end] = [properties[kind.role], properties[kind.resultRole]];
    if (!(start instanceof CimInstancePath && end instanceof CimInstancePath)) return [];
    return start.identity === from.identity ? (repository.find(end) ?? []) : [];
  });
}

const dependency = (associationClass: string): Link => ({
  associationClass,
  role: "Antecedent",
  resultRole: "Dependent",
});
const collected = (associationClass: string): Link => ({
  associationClass,
  role: "Collection",
  resultRole: "Member",
});

/** The links that the methods of a host read and write. */
export const links = {
  settingsOfMachine: {
    associationClass: "Msvm_SettingsDefineState",
    role: "ManagedElement",
    resultRole: "SettingData",
  },
  snapshotsOfMachine: dependency("Msvm_SnapshotOfVirtualSystem"),
  mostCurrentSnapshot: dependency("Msvm_MostCurrentSnapshotInBranch"),
  lastAppliedSnapshot: { associationClass: "Msvm_LastAppliedSnapshot", role: "Dependent", resultRole: "Antecedent" },
  childrenOfSnapshot: dependency("Msvm_ParentChildSettingData"),
  snapshotsOfGroup: dependency("Msvm_SnapshotOfVirtualSystemCollection"),
  referencePointsOfGroup: dependency("Msvm_ReferencePointOfVirtualSystemCollection"),
  machinesOfGroup: collected("Msvm_CollectedVirtualSystems"),
  groupsOfGroup: collected("Msvm_CollectedCollections"),
  membersOfSnapshotCollection: collected("Msvm_CollectedSnapshots"),
  membersOfReferencePointCollection: collected("Msvm_CollectedReferencePoints"),
} as const satisfies Record<string, Link>;
