import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import type { CimValue } from "../cim/cim-value";
import { HyperVError } from "../errors";
import { methodOutcome } from "../jobs/method-outcome";
import { ClassName } from "../schema/names";
import { CollectionType } from "../schema/value-maps";
import type { HyperVHost } from "./hyperv-host";
import { remedyFor, remedyForDestroyCollection } from "./remedies";
import { servicePath } from "./service-path";
import { explainLength } from "./snapshot-name";
import { describeCollection } from "./virtual-system-collection";

/** A group to be made. */
export interface GroupDefinition {
  readonly name: string;
  /** A GUID that no other group has. */
  readonly collectionId: string;
}

/** Hosts were seen to answer at once; a job is documented, and waited for so long. */
const timeoutMs = 60_000;

/** Makes a VM group (`DefineCollection`), empty. @throws {@link MethodFailedError} when the host refuses. */
export async function defineGroup(host: HyperVHost, { name, collectionId }: GroupDefinition): Promise<void> {
  const parameters = { Name: name, Id: collectionId, Type: CollectionType.CollectionOfVirtualSystems };
  await explained(name, call(host, "DefineCollection", parameters, { groupName: name, refused: "No group was made" }));
}

/** A group that exists, for calls and for messages. */
export interface NamedGroup {
  readonly path: CimInstancePath;
  readonly name: string;
}

/** Gives a VM group another name (`RenameCollection`). @throws {@link MethodFailedError} when the host refuses. */
export async function renameGroup(host: HyperVHost, group: NamedGroup, newName: string): Promise<void> {
  const refused = "The group keeps its name";
  const parameters = { Collection: group.path, NewName: newName };
  await explained(newName, call(host, "RenameCollection", parameters, { groupName: group.name, refused }));
}

/** Adds a machine to a VM group (`AddMember`). @throws {@link MethodFailedError} when the host refuses. */
export async function addMember(host: HyperVHost, group: NamedGroup, machine: CimInstancePath): Promise<void> {
  const refused = `The machine ${machine.key("Name")} is not in the group`;
  const parameters = { Collection: group.path, Member: machine };
  await call(host, "AddMember", parameters, { groupName: group.name, refused });
}

/** Removes a machine from a VM group (`RemoveMember`). @throws {@link MethodFailedError} when the host refuses. */
export async function removeMember(host: HyperVHost, group: NamedGroup, machine: CimInstancePath): Promise<void> {
  const refused = `The machine ${machine.key("Name")} is still in the group`;
  const parameters = { Collection: group.path, Member: machine };
  await call(host, "RemoveMember", parameters, { groupName: group.name, refused });
}

/** Removes a VM group (`DestroyCollection`); its machines stay. @throws {@link MethodFailedError} when the host refuses. */
export async function destroyGroup(host: HyperVHost, group: NamedGroup): Promise<void> {
  const refused = "The group is still there";
  const texts = { groupName: group.name, refused, remedy: remedyForDestroyCollection };
  await call(host, "DestroyCollection", { Collection: group.path }, texts);
}

/** The texts of a call's messages. */
interface CallTexts {
  readonly groupName: string;
  /** The result after a refusal. */
  readonly refused: string;
  readonly remedy?: (returnValue: number) => string;
}

/** Adds to a refusal that the group's new name may be too long. */
async function explained(name: string, done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    throw HyperVError.isInstance(error) ? explainLength(error, name) : error;
  }
}

async function call(
  { session, jobs }: HyperVHost,
  method: string,
  parameters: Readonly<Record<string, CimValue>>,
  { groupName, refused, remedy = remedyFor }: CallTexts,
): Promise<void> {
  const target = describeCollection(session, groupName);
  const service = await serviceOf(session);
  const result = await session.invokeMethod(service, method, parameters);
  const outcome = methodOutcome(result, { attempted: method, target, refused, remedy });
  if (outcome.kind === "jobStarted") {
    await jobs.waitFor(outcome.jobPath, { operation: method, target, timeoutMs });
  }
}

const serviceOf = (session: CimSession) => servicePath(session, ClassName.collectionManagementService);
