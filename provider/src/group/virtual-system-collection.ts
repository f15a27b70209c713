import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { CimInstancePath } from "../cim/cim-instance-path";
import { atTheBorder } from "../dynamic/error-shape";
import type { DiffResult, DynamicProvider, Properties } from "../dynamic/protocol";
import { ResourceLifecycle } from "../dynamic/resource-lifecycle";
import { GuardError, MethodFailedError, NotFoundError, PartialCreateError, TransportError } from "../errors";
import {
  addMember,
  defineGroup,
  destroyGroup,
  removeMember,
  renameGroup,
} from "../hyperv/collection-management-service";
import { designates, findDesignatedMachines } from "../hyperv/machine-designator";
import { listSnapshotCollections } from "../hyperv/snapshot-collection";
import {
  describeCollection,
  findVirtualSystemCollection,
  machinePath,
  membersOf,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import { diffOnHosts } from "../snapshot/default-connection";
import { checkGroupInputs, groupInputNames, readGroupInputs } from "./inputs";

/**
 * What Pulumi does with a `VirtualSystemCollection`: plain JSON in, plain JSON out.
 *
 * Its id is its `CollectionID`, which we draw: a group whose making was cut off is found again by it.
 */
export class VirtualSystemCollectionLifecycle extends ResourceLifecycle implements DynamicProvider {
  protected checkOwn = checkGroupInputs;

  diff(_id: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return atTheBorder(async () => {
      const { connection } = await this.configured.configurationOf({});
      return diffOnHosts(olds, news, connection, diffGroup);
    });
  }

  create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    return atTheBorder(async () => {
      const operation = await this.configured.begin(inputs);
      const { name, members } = readGroupInputs(inputs);
      // before anything is made: a member that doesn't exist must not leave an empty group
      await findDesignatedMachines(operation.host.session, members);
      const collectionId = randomUUID().toUpperCase();
      try {
        await defineGroup(operation.host, { name, collectionId });
      } catch (error) {
        if (!TransportError.isInstance(error) || !(await isMade(operation, collectionId))) throw error;
      }
      try {
        return { id: collectionId, outs: await this.bringInLine(operation, collectionId, inputs) };
      } catch (error) {
        throw await incomplete(operation, collectionId, inputs, error);
      }
    });
  }

  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }> {
    return this.onRecorded(async () => {
      const { host } = await this.configured.begin(outputs);
      const group = await findGroup(host.session, id);
      if (!group) {
        await requireVisibility(host.session, `the VM group ${id}`, knownMachines(outputs));
        return {};
      }
      const machines = await membersOf(host.session, group.path);
      const before = Array.isArray(outputs["members"]) ? (outputs["members"] as readonly string[]) : [];
      const inputs = {
        ...pickInputs(outputs),
        name: group.name,
        ...(machines.length + before.length > 0 && { members: spelledAsBefore(machines, before) }),
      };
      return {
        id,
        props: { ...outputs, ...inputs, ...groupProperties(host.session.hostName, group, machines) },
        inputs,
      };
    });
  }

  update(id: string, _olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    return atTheBorder(async () => {
      const operation = await this.configured.begin(news);
      return { outs: await this.bringInLine(operation, id, news) };
    });
  }

  delete(id: string, outputs: Properties): Promise<void> {
    return this.onRecorded(async () => {
      const operation = await this.configured.begin(outputs);
      const { host } = operation;
      await this.queue.run(id, async () => {
        const group = await findGroup(host.session, id);
        if (!group) return requireVisibility(host.session, `the VM group ${id}`, knownMachines(outputs));
        const snapshots = await listSnapshotCollections(host.session, group.path);
        if (snapshots.length > 0 && !readGroupInputs(outputs).forceDestroy) {
          throw hasSnapshots(describeCollection(host.session, group.name), snapshots);
        }
        return destroyGroup(host, group);
      });
    });
  }

  /** Makes name and members what they are wished to be, by the calls that make a difference only. */
  private async bringInLine(operation: Operation, id: string, wanted: Properties): Promise<Properties> {
    const { host } = operation;
    const { name, members } = readGroupInputs(wanted);
    return this.queue.run(id, async () => {
      const machines = await findDesignatedMachines(host.session, members);
      const group = await findVirtualSystemCollection(host.session, id);
      if (group.name !== name) await renameGroup(host, group, name);
      const present = await membersOf(host.session, group.path);
      const isIn = (list: readonly VirtualMachine[], { vmId }: VirtualMachine) => list.some((one) => one.vmId === vmId);
      for (const machine of present) {
        if (!isIn(machines, machine)) await makeMember(operation.host, group, machine, false);
      }
      for (const machine of machines) {
        if (!isIn(present, machine)) await makeMember(operation.host, group, machine, true);
      }
      return { ...pickInputs(wanted), ...groupProperties(host.session.hostName, { ...group, name }, machines) };
    });
  }
}

/** Puts a machine into a group, or takes it out. A host may refuse what somebody else has done meanwhile: it is done then. */
async function makeMember(
  host: Operation["host"],
  group: VirtualSystemCollection,
  { vmId }: VirtualMachine,
  wanted: boolean,
): Promise<void> {
  try {
    await (wanted ? addMember : removeMember)(host, group, machinePath(vmId));
  } catch (error) {
    if (!MethodFailedError.isInstance(error)) throw error;
    await requireVisibility(host.session, "the group's members", [group.path]);
    const isMember = (await membersOf(host.session, group.path)).some((machine) => machine.vmId === vmId);
    if (isMember !== wanted) throw error;
  }
}

function diffGroup(olds: Properties, news: Properties): DiffResult {
  const isOther = (name: string) => !isDeepStrictEqual(olds[name] ?? null, news[name] ?? null);
  if (isOther("connection")) return { changes: true, replaces: ["connection"] };
  return { changes: groupInputNames.some(isOther) };
}

function pickInputs(properties: Properties): Properties {
  const isInput = (name: string) => groupInputNames.includes(name) || name.startsWith("__");
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isInput(name)));
}

function groupProperties(
  hostName: string,
  group: VirtualSystemCollection,
  machines: readonly VirtualMachine[],
): Properties {
  const sorted = [...machines].sort((a, b) => a.vmName.localeCompare(b.vmName, "en") || a.vmId.localeCompare(b.vmId));
  return {
    collectionId: group.collectionId,
    collectionPath: group.path.toString(),
    machines: sorted.map(({ vmId, vmName }) => ({ vmId, vmName })),
    hostName,
  };
}

/** The members of now, each as the state spells it where it names it, else by its name. */
function spelledAsBefore(machines: readonly VirtualMachine[], before: readonly string[]): readonly string[] {
  const kept = before.filter((designator) => machines.some((machine) => designates(designator, machine)));
  const others = machines.filter((machine) => !before.some((designator) => designates(designator, machine)));
  return [...kept, ...others.map(({ vmName }) => vmName)];
}

async function findGroup(
  session: Operation["host"]["session"],
  id: string,
): Promise<VirtualSystemCollection | undefined> {
  try {
    return await findVirtualSystemCollection(session, id);
  } catch (error) {
    if (NotFoundError.isInstance(error)) return undefined;
    throw error;
  }
}

async function isMade({ host }: Operation, collectionId: string): Promise<boolean> {
  return (await findGroup(host.session, collectionId)) !== undefined;
}

function knownMachines(outputs: Properties): readonly CimInstancePath[] {
  const machines = Array.isArray(outputs["machines"]) ? outputs["machines"] : [];
  return machines.map(({ vmId }) => machinePath(String(vmId)));
}

async function incomplete(
  { host: { session } }: Operation,
  id: string,
  inputs: Properties,
  cause: unknown,
): Promise<PartialCreateError> {
  const { name } = readGroupInputs(inputs);
  const answer = cause instanceof Error ? cause.message : String(cause);
  return new PartialCreateError(
    {
      attempted: "Filling",
      target: describeCollection(session, name),
      answer,
      outcome: "The group is there, and not all of its members are in it",
      remedy: "The resource is kept in the state, and the next `pulumi up` adds what is missing",
    },
    { id, properties: { ...inputs, collectionId: id, machines: [], hostName: session.hostName }, cause },
  );
}

function hasSnapshots(target: string, snapshots: readonly string[]): GuardError {
  return new GuardError(
    {
      attempted: "DestroyCollection",
      target,
      answer: `the group has ${snapshots.length} snapshot${snapshots.length === 1 ? "" : "s"} (${snapshots.join(", ")}), and what becomes of them without it is not known`,
      outcome: "The group is still there, and stays in the state",
      remedy: "Destroy the snapshots first, or set forceDestroy",
    },
    { code: "GROUP_HAS_SNAPSHOTS" },
  );
}
