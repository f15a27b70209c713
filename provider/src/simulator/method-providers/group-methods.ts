import type { CimInstancePath } from "../../cim/cim-instance-path";
import { ClassName } from "../../schema/names";
import { CollectionType, JobType, ReturnValue, VendorCode } from "../../schema/value-maps";
import type { StoredInstance } from "../cim-repository";
import { findGroup, membershipOf } from "../group-work";
import type { WorkOf } from "../host-record";
import { linked, links } from "../links";
import type { MethodCall, MethodOutcome, MethodProvider } from "../method-call";
import { textsIn } from "../texts";
import { referencedInstance } from "./referenced-instance";
import { refusedName } from "./refused-name";
import { startWork } from "./start-work";

const invalidParameter: MethodOutcome = { returnValue: VendorCode.InvalidParameter };
const invalidState: MethodOutcome = { returnValue: VendorCode.InvalidStateForThisOperation };

const nothingToDo: MethodOutcome = { returnValue: ReturnValue.CompletedWithNoError };

const jobTypes = {
  DefineCollection: JobType.DefineCollection,
  DestroyCollection: JobType.DestroyCollection,
  RenameCollection: JobType.RenameCollection,
  AddMember: JobType.AddMemberToCollection,
  RemoveMember: JobType.RemoveMemberFromCollection,
  RemoveMemberById: JobType.RemoveMemberFromCollection,
} as const;

/** Changes groups at once, or by a job. */
function startGroupWork(
  call: MethodCall,
  method: keyof typeof jobTypes,
  work: WorkOf<"defineGroup" | "destroyGroup" | "renameGroup" | "changeMembership">,
  result?: { readonly parameter: string; readonly path: CimInstancePath },
): MethodOutcome {
  return startWork(call, {
    method,
    // behaviour: groupCompletion
    completion: call.state.options.groupCompletion,
    jobType: jobTypes[method],
    machineIds: [],
    work,
    ...(result && { result }),
  });
}

const idOf = (group: StoredInstance) => String(group.properties["CollectionID"]);
const isGuid = (text: string) => /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(text);

/** `DefineCollection`: makes a group. */
export const defineCollection: MethodProvider = (call) => {
  const { Name: name, Id: given, Type: type } = call.parameters;
  const { repository, options } = call.state;
  if (!Object.values<unknown>(CollectionType).includes(type)) return invalidParameter;
  if (given && !isGuid(String(given))) return invalidParameter;
  const id = String(given || call.newId("group"));
  const groupId = call.state.collectionId(id.replaceAll(/[{}]/g, "").toUpperCase());
  // behaviour: groupIdUnique
  if (findGroup(repository, groupId)) return { returnValue: VendorCode.Failed };
  const isOfMachines = type === CollectionType.CollectionOfVirtualSystems;
  const className = isOfMachines ? ClassName.virtualSystemCollection : ClassName.managementCollection;
  // behaviour: groupDefaultName
  const groupName = String(name || textsIn(options.language).newGroup);
  return (
    refusedName(call, groupName) ??
    startGroupWork(
      call,
      "DefineCollection",
      { kind: "defineGroup", groupId, name: groupName, type: Number(type) },
      { parameter: "DefinedCollection", path: repository.path(className, { CollectionID: groupId }) },
    )
  );
};

/** Finds the group that `Collection` names, and answers the call with it. */
function onGroup(answer: (call: MethodCall, group: StoredInstance) => MethodOutcome): MethodProvider {
  return (call) => {
    const found = referencedInstance(call, "Collection", "CIM_CollectionOfMSEs");
    return "refusal" in found ? found.refusal : answer(call, found.instance);
  };
}

/** `DestroyCollection`: removes a group. */
export const destroyCollection = onGroup((call, group) => {
  const { repository, options } = call.state;
  const hasSnapshots = linked(repository, links.snapshotsOfGroup, group).length > 0;
  // behaviour: destroyGroupWithSnapshots
  if (hasSnapshots && options.destroyGroupWithSnapshots === "refuse32775") return invalidState;
  return startGroupWork(call, "DestroyCollection", { kind: "destroyGroup", groupId: idOf(group) });
});

/** `RenameCollection`: gives a group another name. */
export const renameCollection = onGroup((call, group) => {
  const name = String(call.parameters["NewName"] ?? "");
  return (
    refusedName(call, name) ??
    startGroupWork(call, "RenameCollection", { kind: "renameGroup", groupId: idOf(group), name })
  );
});

/** Reads the id of the parameter `Member`, and whether that object is in the group. */
function namedMember(
  call: MethodCall,
  group: StoredInstance,
): { readonly memberId: string; readonly isIn: boolean } | { readonly refusal: MethodOutcome } {
  const isOfMachines = group.className === ClassName.virtualSystemCollection;
  // behaviour: memberClasses
  const member = referencedInstance(call, "Member", isOfMachines ? ClassName.computerSystem : "CIM_CollectionOfMSEs");
  if ("refusal" in member) return member;
  const { Name: name, CollectionID: collectionId } = member.instance.properties;
  const members = linked(call.state.repository, membershipOf(group), group);
  return {
    memberId: String(isOfMachines ? name : collectionId),
    isIn: members.some(({ identity }) => identity === member.instance.identity),
  };
}

function changeMembership(call: MethodCall, group: StoredInstance, isMember: boolean): MethodOutcome {
  const member = namedMember(call, group);
  if ("refusal" in member) return member.refusal;
  if (member.isIn !== isMember) {
    const work = { kind: "changeMembership", groupId: idOf(group), memberId: member.memberId, isMember } as const;
    return startGroupWork(call, isMember ? "AddMember" : "RemoveMember", work);
  }
  // behaviour: membershipAsItIs
  return call.state.options.membershipAsItIs === "accept" ? nothingToDo : invalidParameter;
}

/** `AddMember`: puts a machine, or a group, into a group. */
export const addMember = onGroup((call, group) => changeMembership(call, group, true));

/** `RemoveMember`: takes it out. */
export const removeMember = onGroup((call, group) => changeMembership(call, group, false));

/** `RemoveMemberById`: takes it out of the group with an id, and succeeds where there is no such group. */
export const removeMemberById: MethodProvider = (call) => {
  const group = findGroup(call.state.repository, String(call.parameters["CollectionId"] ?? ""));
  // behaviour: removeMemberByIdWithoutGroup
  if (group === undefined) return nothingToDo;
  const member = namedMember(call, group);
  if ("refusal" in member || !member.isIn) return nothingToDo;
  const { memberId } = member;
  const work = { kind: "changeMembership", groupId: idOf(group), memberId, isMember: false } as const;
  return startGroupWork(call, "RemoveMemberById", work);
};
