import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { CimSession } from "../cim/cim-session";
import { GuardError, HyperVError } from "../errors";
import { defineGroup, destroyGroup } from "../hyperv/collection-management-service";
import { findDesignatedMachines } from "../hyperv/machine-designator";
import { listSnapshotCollections } from "../hyperv/snapshot-collection";
import {
  describeCollection,
  membersOf,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { type Connections, endOfInterruptedDelete, lookAhead, type Operation } from "../process/operation";
import {
  type Answer,
  type Checked,
  type Difference,
  isUnknown,
  type ManagedResource,
  type Properties,
  type ReadResource,
  type ResourceCall,
  type Saved,
  type SavedResource,
  type Values,
} from "../process/resource-call";
import { type Decision, decideOnCreate, decideOnDelete, decideOnUpdate, type Held } from "../recovery/policy";
import { type Fingerprint, fingerprint, matches, type RecoveryRecord } from "../recovery/record";
import type { Recovery, ResourceRecovery } from "../recovery/recovery";
import { ClassName } from "../schema/names";
import { bringInLine, findGroup, groupAfterDelete, mayHaveHappened, searchGroup } from "./group-machines";
import {
  checkGroupInputs,
  foreseenOutputs,
  groupInputNames,
  groupProperties,
  knownMachines,
  pickInputs,
  readGroupInputs,
  spelledAsBefore,
  unknownOutputs,
} from "./properties";

/**
 * A VM group, as a managed resource.
 *
 * Its id is its `CollectionID`, which we draw: an interrupted create finds its group by it, however long ago.
 */
export class VirtualSystemCollectionResource implements ManagedResource {
  private readonly connections: Connections;
  private readonly recovery: Recovery;

  constructor(connections: Connections, recovery: Recovery) {
    this.connections = connections;
    this.recovery = recovery;
  }

  async check(call: ResourceCall, olds: Properties | null, news: Values): Promise<Checked> {
    const connection = this.connections.check(call, news);
    const { inputs, failures } = checkGroupInputs(news);
    const checked = { inputs, failures: [...failures, ...connection] };
    const isNew = ["members", "connection"].some(
      (name) => !isDeepStrictEqual(olds?.[name] ?? null, news[name] ?? null),
    );
    if (checked.failures.length > 0 || !isNew || isUnknown(news["members"]) || isUnknown(news["connection"]))
      return checked;
    const { members } = readGroupInputs(news as Properties);
    if (members.length === 0) return checked;
    await lookAhead(call, async () => {
      const { host } = await this.connections.begin(call, news);
      await findDesignatedMachines(host.session, members);
    });
    return checked;
  }

  async diff(call: ResourceCall, state: SavedResource, news: Values): Promise<Difference> {
    const recovery = this.open(call);
    await recovery.arrived(recordId(state.id));
    const byDefault = this.connections.configurationOf(call, {}).connection ?? null;
    const { outputs } = state;
    const isOther = (name: string) => !isDeepStrictEqual(outputs[name] ?? null, news[name] ?? null);
    if (!isDeepStrictEqual(outputs["connection"] ?? byDefault, news["connection"] ?? byDefault))
      return { replace: { inputs: ["connection"], reason: "connection changed", oldFirst: false } };
    const interrupted = await this.interruptedDelete(call, state, recovery);
    if (interrupted === "destroyed")
      return { replace: { inputs: ["name"], reason: "an interrupted run has destroyed the group", oldFirst: false } };
    if (interrupted === "unknown" || groupInputNames.some(isOther)) return { changes: true };
    if (await recovery.journal.isEmpty()) return { changes: false };
    const records = await recovery.journal.list((await this.connections.begin(call, news)).connection);
    return { changes: await recovery.forgetHeld(records, heldOf(state)) };
  }

  deletesOldFirst(): boolean {
    return false;
  }

  /** Tells whether an interrupted run has destroyed the group: `kept` also without one. Where the host can't be asked, `update` has to. */
  private async interruptedDelete(
    call: ResourceCall,
    state: SavedResource,
    { journal }: ResourceRecovery,
  ): Promise<"destroyed" | "kept" | "unknown"> {
    const noted = await journal.notedDelete(recordId(state.id));
    if (!noted) return "kept";
    return endOfInterruptedDelete(call, "VM group", async () => {
      const operation = await this.connections.begin(call, state.outputs);
      if (await groupAfterDelete(operation, state.id, noted.moment)) return "kept";
      return (await groupIn(operation.host.session, state)) ? "kept" : "destroyed";
    });
  }

  async create(call: ResourceCall, inputs: Values): Promise<Answer> {
    if (call.preview) return { id: "", outputs: { ...unknownOutputs, ...inputs }, pending: null };
    const wanted = inputs as Properties;
    const operation = await this.connections.begin(call, wanted, "create");
    const recovery = this.open(call);
    const make = async () => {
      const earlier = await this.settle(operation, recovery, async (records) => {
        const saved = withRecordId(await call.saved());
        return decideOnCreate(records, {
          saved,
          fits: (record) => matches(record.inputs, replacingValues(wanted)),
          isRecent: () => true, // the group, if there is one, is found by its id
        });
      });
      return earlier ? this.resume(operation, recovery, earlier, wanted) : this.make(operation, recovery, wanted);
    };
    return recovery.exclusively(await madeBefore(operation, recovery), make, operation);
  }

  /** Carries out what is decided about earlier attempts. */
  private async settle(
    operation: Operation,
    recovery: ResourceRecovery,
    decide: (records: readonly RecoveryRecord[]) => Promise<readonly Decision[]> | readonly Decision[],
    held?: Held,
  ): Promise<RecoveryRecord | undefined> {
    const records = await recovery.journal.list(operation.connection);
    if (records.length === 0) return undefined;
    return recovery.settle(await decide(records), {
      ...(held && { heldId: held.id }),
      discard: (record) => this.discard(operation, recovery, record),
      describe: ({ subject, beganAt }) =>
        `An earlier run made the VM group ${subject.key} for this resource at ${beganAt}. We can't tell whether the state ever had it, so it stays on the host: remove it there if it isn't needed`,
    });
  }

  /**
   * Makes the group.
   *
   * @param earlier - The record of an interrupted request for it, of which a search found nothing. It is sent again with the same id, which a host
   * gives to one group only.
   */
  private async make(
    operation: Operation,
    recovery: ResourceRecovery,
    wanted: Properties,
    earlier?: RecoveryRecord,
  ): Promise<Answer> {
    const { host } = operation;
    const { name, members } = readGroupInputs(wanted);
    // before anything is made: a member that doesn't exist must not leave an empty group
    const machines = await findDesignatedMachines(host.session, members);
    const record = earlier ?? (await this.begin(operation, recovery, wanted, machines));
    const collectionId = record.subject.key;
    try {
      await recovery.confirmLock();
      await defineGroup(host, { name, collectionId });
    } catch (error) {
      if (!earlier && !isUnproven(error)) {
        await recovery.journal.remove(record);
        throw error;
      }
      // where the group isn't found, the record stays: the next run looks again
      if (!(await findGroup(host.session, collectionId))) throw error;
    }
    return this.fill(operation, recovery, await recovery.journal.advance(record, "made"), wanted);
  }

  private begin(
    operation: Operation,
    { journal }: ResourceRecovery,
    wanted: Properties,
    machines: readonly VirtualMachine[],
  ): Promise<RecoveryRecord> {
    const id = randomUUID();
    const inputs = fingerprint(replacingValues(wanted));
    const name = digestOf(readGroupInputs(wanted).name, inputs);
    return journal.begin(
      {
        id,
        inputs,
        connection: operation.connection,
        subject: { class: ClassName.virtualSystemCollection, key: id.toUpperCase(), path: "", name },
        machines: machines.map(({ vmId, vmName }) => ({ vmId, vmName })),
        before: [],
      },
      operation.moment(),
    );
  }

  private async resume(
    operation: Operation,
    recovery: ResourceRecovery,
    record: RecoveryRecord,
    wanted: Properties,
  ): Promise<Answer> {
    const { progress } = operation;
    const group = await foundGroup(operation, record);
    if (!group && record.phase === "requested") return this.make(operation, recovery, wanted, record);
    if (!group) {
      await recovery.journal.remove(record);
      return this.make(operation, recovery, wanted);
    }
    if (group.name !== readGroupInputs(wanted).name && !isNamedBy(record, group)) {
      progress.warn(`The VM group ${group.collectionId} has ${otherName}: it stays on the host as it is`);
      await recovery.journal.remove(record);
      return this.make(operation, recovery, wanted);
    }
    await recovery.confirmLock();
    progress.info(`Resuming the VM group that an earlier run began at ${record.beganAt}`);
    return this.fill(operation, recovery, record, wanted);
  }

  private async fill(
    operation: Operation,
    recovery: ResourceRecovery,
    record: RecoveryRecord,
    wanted: Properties,
  ): Promise<Answer> {
    const id = record.subject.key;
    const answer = await this.inLine(operation, id, wanted).catch((error) => incomplete(operation, id, wanted, error));
    const subject = { ...record.subject, name: digestOf(readGroupInputs(wanted).name, record.inputs) };
    await recovery.returned(record, record.pending, { subject });
    return { ...answer, recordFile: recovery.journal.locate(record.id) };
  }

  /**
   * Destroys the group of an interrupted attempt that no state will ever hold. Keeps a group with snapshots, or with a name or machines that the
   * attempt didn't give it: it is in use, or the record names another group.
   */
  private async discard(operation: Operation, recovery: ResourceRecovery, record: RecoveryRecord): Promise<void> {
    const { host, progress } = operation;
    const { key } = record.subject;
    const group = await foundGroup(operation, record);
    const inUse = group && (await useOf(host, group, record));
    if (inUse) {
      progress.warn(
        `The VM group ${key}, which an earlier run made at ${record.beganAt} and no state holds, has ${inUse}: it stays on the host`,
      );
    } else if (group) {
      await recovery.confirmLock();
      await destroyed(host, group);
      progress.info(`Removed the VM group ${key}, which an earlier run made at ${record.beganAt} and no state holds`);
    }
    await recovery.journal.remove(record);
  }

  async read(call: ResourceCall, state: SavedResource): Promise<ReadResource | null> {
    const { id, outputs } = state;
    const { host } = await this.connections.begin(call, outputs);
    if (typeof outputs["collectionId"] === "string") await this.open(call).journal.forget(recordId(id));
    const group = await groupIn(host.session, state);
    if (!group) return null;
    const machines = await membersOf(host.session, group.path);
    const before = Array.isArray(outputs["members"]) ? (outputs["members"] as readonly string[]) : [];
    const inputs = {
      ...pickInputs(outputs),
      name: group.name,
      ...(machines.length + before.length > 0 && { members: spelledAsBefore(machines, before) }),
    };
    const found = groupProperties(host.session.hostName, group, machines);
    // an import may give the group's name as the id
    return { id: group.collectionId, outputs: { ...outputs, ...inputs, ...found }, inputs, pending: null };
  }

  async update(call: ResourceCall, state: SavedResource, news: Values): Promise<Answer> {
    const { id } = state;
    if (call.preview) return { id, outputs: { ...foreseenOutputs(state, news), ...news }, pending: null };
    const operation = await this.connections.begin(call, news);
    const recovery = this.open(call);
    const held = heldOf(state);
    const change = async () => {
      await this.settle(operation, recovery, (records) => decideOnUpdate(records, held), held);
      await recovery.confirmLock();
      return this.inLine(operation, id, news as Properties);
    };
    return recovery.exclusively([id, ...(await madeBefore(operation, recovery))], change, operation);
  }

  async delete(call: ResourceCall, state: SavedResource): Promise<void> {
    const { id, outputs } = state;
    const operation = await this.connections.begin(call, outputs, "delete");
    const { host } = operation;
    const recovery = this.open(call);
    const held = heldOf(state);
    const remove = async () => {
      await this.settle(operation, recovery, (records) => decideOnDelete(records, held), held);
      const group = await groupIn(host.session, state);
      if (!group) return;
      const snapshots = await listSnapshotCollections(host.session, group.path);
      if (snapshots.length > 0 && !readGroupInputs(outputs).forceDestroy) {
        throw hasSnapshots(describeCollection(host.session, group.name), snapshots);
      }
      const { journal } = recovery;
      const isFirst = (await journal.notedDelete(recordId(id))) === undefined;
      await journal.noteDelete(recordId(id), { moment: operation.moment() });
      await recovery.confirmLock();
      try {
        await destroyed(host, group);
      } catch (error) {
        // an earlier delete may still be running, although this one was refused
        if (isFirst && !isUnproven(error)) await journal.forgetDelete(recordId(id));
        throw error;
      }
    };
    await recovery.exclusively([id, ...(await madeBefore(operation, recovery))], remove, operation);
    await this.recovery.forgetOldNotes();
  }

  private async inLine(operation: Operation, id: string, wanted: Properties): Promise<Answer> {
    const { group, machines } = await bringInLine(operation, id, readGroupInputs(wanted));
    const { hostName } = operation.host.session;
    return { id, outputs: { ...wanted, ...groupProperties(hostName, group, machines) }, pending: null };
  }

  private open(call: ResourceCall): ResourceRecovery {
    return this.recovery.open(call, this.connections.configurationOf(call, {}).recoveryFolder);
  }
}

/** A record's id is the group's in lower case. */
const recordId = (id: string): string => id.toLowerCase();

const withRecordId = (saved: Saved): Saved =>
  saved === null || saved === "unknown" ? saved : { ...saved, id: recordId(saved.id) };

const heldOf = ({ id }: SavedResource) => ({ id: recordId(id), snapshotCollectionId: null });

const replacingValues = (inputs: Properties) => ({ connection: inputs["connection"] ?? null });

/** The ids of the groups that earlier runs made: other resources may work on them. */
const madeBefore = async ({ connection }: Operation, { journal }: ResourceRecovery): Promise<readonly string[]> =>
  (await journal.list(connection)).map(({ subject }) => subject.key);

/** Finds the group that a state names. @returns Null when it is deleted. */
async function groupIn(session: CimSession, state: SavedResource): Promise<VirtualSystemCollection | null> {
  return (await findGroup(session, state.id, knownMachines(state.outputs))) ?? null;
}

/** Finds the group of an interrupted attempt; a request without an answer may still make it. */
const foundGroup = (operation: Operation, { phase, subject }: RecoveryRecord) =>
  phase === "requested" ? searchGroup(operation, subject.key) : findGroup(operation.host.session, subject.key);

/** Hides a group's name. */
const digestOf = (name: string, { salt }: Fingerprint): string => fingerprint(name, salt).digest;

const otherName = "another name than was requested";

/** Tells whether a group has the name that an attempt requested: a group of another name is a person's, or a person has renamed it. */
const isNamedBy = ({ subject, inputs }: RecoveryRecord, { name }: VirtualSystemCollection): boolean =>
  subject.name === digestOf(name, inputs);

const isUnproven = (error: unknown): boolean => !(HyperVError.isInstance(error) && error.effect === "none");

/** Describes what a group has that the attempt of a record didn't add. */
async function useOf(
  { session }: Operation["host"],
  group: VirtualSystemCollection,
  record: RecoveryRecord,
): Promise<string | undefined> {
  if (!isNamedBy(record, group)) return otherName;
  const { path } = group;
  const { machines } = record;
  const [snapshots, members] = await Promise.all([listSnapshotCollections(session, path), membersOf(session, path)]);
  if (snapshots.length > 0) return "snapshots";
  const isOwn = (vmId: string) => machines.some((machine) => machine.vmId.toLowerCase() === vmId.toLowerCase());
  return members.every(({ vmId }) => isOwn(vmId)) ? undefined : "other machines";
}

/** Destroys a group. One that is deleted although the call failed counts as success. */
async function destroyed(host: Operation["host"], group: VirtualSystemCollection): Promise<void> {
  try {
    await destroyGroup(host, group);
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    if (await findGroup(host.session, group.collectionId)) throw error;
  }
}

function incomplete({ host: { session }, call }: Operation, id: string, inputs: Properties, cause: unknown): Answer {
  if (!HyperVError.isInstance(cause)) throw cause;
  const { name } = readGroupInputs(inputs);
  const error = cause.with({
    attempted: "Filling",
    target: describeCollection(session, name),
    answer: cause.message,
    outcome: "The group exists, and not all of its members are in it",
    remedy: `The resource is kept in the state, and the next ${call.words.apply} adds what is missing`,
    effect: "partial",
  });
  const outputs = { ...inputs, collectionId: id, machines: [], hostName: session.hostName };
  return { id, outputs, pending: null, incomplete: error };
}

function hasSnapshots(target: string, snapshots: readonly string[]): GuardError {
  return new GuardError(
    {
      attempted: "DestroyCollection",
      target,
      answer: `the group has ${snapshots.length} snapshot${snapshots.length === 1 ? "" : "s"} (${snapshots.join(", ")}), and it isn't known what becomes of them without it`,
      outcome: "The group is still there, and stays in the state",
      remedy: "Destroy the snapshots first, or set forceDestroy",
    },
    { code: "GROUP_HAS_SNAPSHOTS" },
  );
}
