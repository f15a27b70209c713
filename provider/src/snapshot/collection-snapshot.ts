import { CimInstancePath } from "../cim/cim-instance-path";
import { HyperVError, InvalidArgumentError } from "../errors";
import { normalizeGuid } from "../hyperv/collection-designator";
import { findSnapshotCollection } from "../hyperv/find-snapshot-collection";
import { readMemberConditions } from "../hyperv/member-condition";
import { servicePath } from "../hyperv/service-path";
import { memberSnapshots } from "../hyperv/snapshot-collection";
import { nameSnapshots, nameWarning } from "../hyperv/snapshot-name";
import { describeCollection, findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { isDeleted, requireVisibility } from "../hyperv/visibility";
import type { Connections } from "../process/connections";
import { isUnknown } from "../process/input-check";
import { lookAhead } from "../process/look-ahead";
import { type Operation, recordedConnection } from "../process/operation";
import type { TurnOptions } from "../process/queue";
import {
  type Answer,
  type Checked,
  type Difference,
  type ManagedResource,
  notKnownYet,
  type Pending,
  type Properties,
  type ReadResource,
  type ResourceCall,
  type SavedResource,
  type Values,
} from "../process/resource-call";
import { decideOnDelete, decideOnUpdate, type Held } from "../recovery/policy";
import type { Recovery, ResourceRecovery } from "../recovery/recovery";
import { forgetHeld, permitted, settle } from "../recovery/settle";
import { ClassName } from "../schema/names";
import { createSnapshot, readGroup } from "./create";
import { type Deletion, deleteSnapshot } from "./delete";
import { diffSnapshot, replacement } from "./diff";
import { discardRecord, nameLeft } from "./discard";
import { endRequested } from "./end";
import { failedAnswer, finishSnapshot } from "./finish";
import { checkInputs, inputNames, readInputs } from "./inputs";
import { knownMachines, knownThings } from "./known-things";
import { warnOfMembers } from "./member-warnings";
import { groupOutputs } from "./outputs";
import { readSnapshot } from "./read";
import { nothingCameOfIt } from "./search";
import { groupOfRequested, type SnapshotOperation } from "./snapshot-operation";

/** A snapshot of a VM group, as a managed resource. */
export class CollectionSnapshotResource implements ManagedResource {
  private readonly connections: Connections;
  private readonly recovery: Recovery;
  /** The ids of machines whose disks merge because this process destroyed a snapshot. */
  private readonly merging = new Set<string>();
  /** The ids of the resources that this process created: the state is about to hold them. */
  private readonly created = new Set<string>();

  constructor(connections: Connections, recovery: Recovery) {
    this.connections = connections;
    this.recovery = recovery;
  }

  async check(call: ResourceCall, olds: Properties | null, news: Values): Promise<Checked> {
    const connection = this.connections.check(call, news);
    const { inputs, failures } = checkInputs(news);
    const checked = { inputs, failures: [...failures, ...connection] };
    const isNew = ["collection", "connection"].some((name) => (olds?.[name] ?? null) !== (news[name] ?? null));
    const { collection } = news;
    if (checked.failures.length > 0 || !isNew || typeof collection !== "string") return checked;
    if (news["connection"] === notKnownYet) return checked;
    await lookAhead(call, async () => {
      const { host } = await this.connections.begin(call, news);
      await findVirtualSystemCollection(host.session, collection);
    });
    return checked;
  }

  async diff(call: ResourceCall, state: SavedResource, news: Values): Promise<Difference> {
    const { dependents } = this.connections.configurationOf(call, state.outputs);
    const defaultConnection = this.connections.configurationOf(call, {}).connection;
    const recovery = this.open(call);
    await recovery.arrived(state.id, heldOf(state).snapshotCollectionId ?? undefined);
    const difference = diffSnapshot(state, news, { dependents, defaultConnection });
    if ("replace" in difference) return this.explained(call, state, difference);
    if (await this.isDestroyed(call, state, recovery))
      return replacement(["collection"], "an interrupted run has destroyed the snapshot", dependents);
    return { changes: difference.changes || (await this.isUnsettled(call, state, news, recovery)) };
  }

  /** Says that the old snapshot goes first, and warns of members in a state in which hosts were seen to refuse. */
  private async explained<D extends Difference>(call: ResourceCall, state: SavedResource, difference: D): Promise<D> {
    if (!("replace" in difference) || !difference.replace.oldFirst || state.pending) return difference;
    call.progress.tell(
      "The replacement deletes the old snapshot before it takes the new one: until then there is no restore point",
    );
    await lookAhead(call, async () => {
      const { host, progress } = await this.connections.begin(call, state.outputs);
      const path = CimInstancePath.parse(String(state.outputs["collectionPath"]));
      warnOfMembers({ progress }, await readMemberConditions(host.session, path));
    });
    return difference;
  }

  /** Tells whether an interrupted run has destroyed the snapshot; of an incomplete one, the job may be cancelled. */
  private async isDestroyed(call: ResourceCall, state: SavedResource, { journal }: ResourceRecovery): Promise<boolean> {
    if (!(await journal.notedDelete(state.id))) return false;
    if (state.pending) return true;
    return (await pathToRead(await this.connections.begin(call, state.outputs), state)) === null;
  }

  /** Tells whether `update` has to clean up after an interrupted run. */
  private async isUnsettled(
    call: ResourceCall,
    state: SavedResource,
    news: Values,
    { journal }: ResourceRecovery,
  ): Promise<boolean> {
    if (await journal.isEmpty()) return false;
    const records = await journal.list(recordedConnection(await this.connections.begin(call, news)));
    return (await forgetHeld(journal, records, heldOf(state))) && (await call.isCurrent());
  }

  async create(call: ResourceCall, inputs: Values): Promise<Answer> {
    if (call.preview) return { id: "", outputs: await this.foreseen(call, inputs), pending: null };
    const operation = await this.connections.begin(call, inputs, "create");
    const { session } = operation.host;
    const known = inputs as Properties;
    const finding = findVirtualSystemCollection(session, String(inputs["collection"]));
    void servicePath(session, ClassName.collectionSnapshotService); // side by side with the group, for the request
    const group = await finding;
    const recovery = this.open(call);
    const { merging } = this;
    return this.alone(operation, recovery, [group.collectionId], async () => {
      const seen = await readGroup(session, group);
      let hasWaited = false;
      const onWaiting = () => {
        hasWaited = true;
      };
      const create = async () => {
        const now = hasWaited ? await readGroup(session, group) : seen;
        const deadlineAt = operation.clock.now() + operation.timeoutMs;
        const answer = await createSnapshot(operation, { inputs: known, group, recovery, merging, deadlineAt }, now);
        this.created.add(answer.id);
        return answer;
      };
      const machineIds = seen.members.map(({ vmId }) => vmId);
      return this.alone(operation, recovery, machineIds, create, { onWaiting });
    });
  }

  /** Tells what a preview can know of the outputs. `check` has warned of what fails. */
  private async foreseen(call: ResourceCall, inputs: Values): Promise<Values> {
    const unknown = unknownOutputs(inputs);
    const { collection } = inputs;
    if (typeof collection !== "string" || isUnknown(inputs["connection"])) return unknown;
    let known: Values = {};
    await lookAhead({ progress: { warn: () => {} } }, async () => {
      const { session } = (await this.connections.begin(call, inputs, "create")).host;
      known = groupOutputs(session, await findVirtualSystemCollection(session, collection));
    });
    return { ...unknown, ...known };
  }

  async read(call: ResourceCall, state: SavedResource): Promise<ReadResource | null> {
    const operation = await this.connections.begin(call, state.outputs);
    const isSaved = typeof state.outputs["resultingSnapshotCollection"] === "string" || state.pending !== null;
    if (isSaved) await this.open(call).journal.forget(state.id);
    if (state.pending) return { ...state, inputs: pickInputs(state.outputs) };
    const path = await pathToRead(operation, state);
    if (!path) return null;
    const outputs = await readSnapshot(operation, path, state.outputs);
    return { id: state.id, outputs, inputs: pickInputs(outputs), pending: null };
  }

  async update(call: ResourceCall, state: SavedResource, news: Values): Promise<Answer> {
    const { id } = state;
    if (call.preview) return { id, outputs: { ...withoutInputs(state.outputs), ...news }, pending: null };
    const inputs = news as Properties;
    const operation = await this.connections.begin(call, inputs);
    const recovery = this.open(call);
    return this.inTurn(operation, recovery, state, async () => {
      const deadlineAt = operation.clock.now() + operation.timeoutMs;
      await this.settle(operation, recovery, { state, deadlineAt, decide: decideOnUpdate });
      return state.pending
        ? this.resume(operation, recovery, { state, pending: state.pending, inputs, deadlineAt })
        : this.updateInPlace(operation, state, inputs);
    });
  }

  /** Cleans up the results of earlier runs under the resource's name. */
  private async settle(
    operation: Operation,
    recovery: ResourceRecovery,
    how: { readonly state: SavedResource; readonly deadlineAt: number; readonly decide: typeof decideOnUpdate },
  ): Promise<void> {
    const { state, deadlineAt, decide } = how;
    const held = heldOf(state);
    const records = await recovery.journal.list(recordedConnection(operation));
    await settle(await permitted(operation.call, state.id, decide(records, held)), {
      journal: recovery.journal,
      progress: operation.progress,
      discard: (record) => discardRecord(operation, record, { recovery, deadlineAt, held }),
      nameLeft,
    });
  }

  private async resume(
    operation: Operation,
    recovery: ResourceRecovery,
    how: {
      readonly state: SavedResource;
      readonly pending: Pending;
      readonly inputs: Properties;
      readonly deadlineAt: number;
    },
  ): Promise<Answer> {
    const { state, pending, inputs, deadlineAt } = how;
    const { id, outputs } = state;
    const { ownership } = recovery.journal;
    const group = await groupOfRequested(operation, outputs);
    operation.progress.step("resuming the snapshot that an earlier run requested");
    const begun: SnapshotOperation = {
      id,
      inputs,
      group,
      pending,
      machines: [],
      deadlineAt,
      isResumed: true,
      others: () => recovery.others(id),
      advanced: async (phase, { job, made }) => {
        if (phase === "made" && made !== null) {
          await ownership.take(id, { snapshotCollectionId: String(CimInstancePath.parse(made).key("CollectionID")) });
        } else if (phase === "accepted" && job !== null) await ownership.take(id, { job });
      },
      // a snapshot that only lacks its name has been read already, and so has its job
      ...(outputs["job"] && { read: { job: outputs["job"] } }),
    };
    const finished = await finishSnapshot(operation, begun);
    if (finished.kind === "complete") return { id, outputs: finished.outputs, pending: null };
    if (finished.kind === "incomplete") return finished.answer;
    const error = finished.why === "noTrace" ? nothingCameOfIt(operation, begun) : finished.error;
    return failedAnswer(operation, begun, error);
  }

  /** Applies a change to a complete snapshot: a new name goes to the host, everything else into the state. */
  private async updateInPlace(
    { host, progress }: Operation,
    { id, outputs }: SavedResource,
    inputs: Properties,
  ): Promise<Answer> {
    const { snapshotName: name } = readInputs(inputs);
    if (name !== undefined && name !== outputs["snapshotName"]) {
      const longName = nameWarning(name);
      if (longName !== undefined) progress.warn(longName);
      const collection = CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
      const members = await memberSnapshots(host.session, collection);
      if (members.length === 0) await requireVisibility(host.session, "the members' snapshots", knownThings(outputs));
      const target = `the snapshots of ${describeCollection(host.session, String(outputs["collectionName"]))}`;
      await nameSnapshots(host, { members, name, target });
    }
    return { id, outputs: { ...withoutInputs(outputs), ...inputs }, pending: null };
  }

  async delete(call: ResourceCall, state: SavedResource): Promise<void> {
    const { id, outputs } = state;
    const operation = await this.connections.begin(call, outputs, "delete");
    const recovery = this.open(call);
    const { createdAt } = outputs;
    const remove = async () => {
      const deadlineAt = operation.clock.now() + operation.timeoutMs;
      await this.settle(operation, recovery, { state, deadlineAt, decide: decideOnDelete });
      const deletion: Deletion = {
        outputs,
        deadlineAt,
        others: () => recovery.others(id),
        confirmLock: () => recovery.confirmLock(),
      };
      const path = await this.pathToDelete(operation, recovery, state, deletion);
      const holder = path && (await this.otherHolder(call, recovery, id, path));
      if (holder) operation.progress.warn(`The snapshot stays on the host: the resource ${holder} holds it, too`);
      else if (path) {
        await deleteSnapshot(operation, path, deletion);
        for (const { vmId } of knownMachines(outputs)) this.merging.add(vmId.toLowerCase());
      }
      await recovery.journal.ownership.release(id);
    };
    // an incomplete one is newer than any whose time is known
    const newestFirst = typeof createdAt === "string" ? createdAt : "9999";
    await this.inTurn(operation, recovery, state, remove, { newestFirst });
    await this.recovery.forgetOldNotes();
  }

  /** Names another resource that holds a snapshot, too: it was imported, and an interrupted run that had taken it was resumed, for example. */
  private async otherHolder(
    call: ResourceCall,
    recovery: ResourceRecovery,
    id: string,
    path: CimInstancePath,
  ): Promise<string | undefined> {
    const snapshotId = normalizeGuid(String(path.key("CollectionID")));
    const { owned = [] } = await recovery.others(id);
    for (const mark of owned) {
      const isIt = mark.snapshotCollectionId !== undefined && normalizeGuid(mark.snapshotCollectionId) === snapshotId;
      if (isIt && (this.created.has(mark.id) || (await call.savedIds()).has(mark.id)))
        return mark.resource.split("::").at(-1);
    }
    return undefined;
  }

  /** Notes that a resource is about to be deleted. @returns The path of what is to be destroyed; null when nothing was made. */
  private async pathToDelete(
    operation: Operation,
    { journal }: ResourceRecovery,
    { id, outputs, pending }: SavedResource,
    deletion: Deletion,
  ): Promise<CimInstancePath | null> {
    const moment = operation.moment();
    if (!pending) {
      await journal.noteDelete(id, { moment });
      return CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
    }
    const noted = await journal.notedDelete(id);
    if (noted?.made !== undefined) return noted.made === null ? null : CimInstancePath.parse(noted.made);
    await journal.noteDelete(id, { moment });
    const path = await endRequested(operation, pending, deletion).catch(async (error) => {
      // the job is over, and `update` may resume
      if (HyperVError.isInstance(error) && error.code === "OUTCOME_UNKNOWN") await journal.forgetDelete(id);
      throw error;
    });
    await journal.noteDelete(id, { moment, made: path?.toString() ?? null });
    return path ?? null;
  }

  private open(call: ResourceCall): ResourceRecovery {
    return this.recovery.open(call, this.connections.configurationOf(call, {}).recoveryFolder);
  }

  /** Runs an operation while nothing else works on the resource, its group or its machines. */
  private inTurn<T>(
    operation: Operation,
    recovery: ResourceRecovery,
    { outputs }: SavedResource,
    work: () => Promise<T>,
    options: TurnOptions = {},
  ): Promise<T> {
    const machineIds = knownMachines(outputs).map(({ vmId }) => vmId);
    const withMachines = () => this.alone(operation, recovery, machineIds, work, options);
    return this.alone(operation, recovery, [String(outputs["collectionId"])], withMachines, options);
  }

  /**
   * Runs an operation while nothing else works on some things.
   *
   * Every operation locks its group first and then its machines, so that no two wait for each other.
   */
  private alone<T>(
    { progress }: Operation,
    recovery: ResourceRecovery,
    things: readonly string[],
    work: () => Promise<T>,
    { onWaiting, ...order }: TurnOptions = {},
  ): Promise<T> {
    const forOperation = () => {
      onWaiting?.();
      progress.step("waiting for another operation on this VM group");
    };
    const forRun = () => {
      onWaiting?.();
      progress.tell("Waiting for another run that works on this VM group");
    };
    return this.connections.queue.run(things, () => recovery.exclusively(things, work, forRun), {
      onWaiting: forOperation,
      ...order,
    });
  }
}

const heldOf = ({ id, outputs }: SavedResource): Held => ({
  id,
  snapshotCollectionId: typeof outputs["snapshotCollectionId"] === "string" ? outputs["snapshotCollectionId"] : null,
});

const isInput = (name: string) => (inputNames as readonly string[]).includes(name);

/** The inputs among some properties. */
function pickInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isInput(name)));
}

/** The outputs alone: an input that the program no longer gives must not stay. */
function withoutInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !isInput(name)));
}

const computed = [
  "collectionId",
  "collectionPath",
  "collectionName",
  "hostName",
  "resultingSnapshotCollection",
  "snapshotCollectionId",
  "members",
  "createdAt",
  "job",
];

/** The outputs of a preview: the inputs, and nothing else is known yet. */
function unknownOutputs(inputs: Values): Values {
  return { ...Object.fromEntries(computed.map((name) => [name, notKnownYet])), ...inputs };
}

/** The path of what `read` looks for, by the reference in the state, or by the id that the program gave; null when it is deleted. */
async function pathToRead({ host }: Operation, { id, outputs }: SavedResource): Promise<CimInstancePath | null> {
  const reference = outputs["resultingSnapshotCollection"];
  if (typeof reference === "string") {
    const path = CimInstancePath.parse(reference);
    const missing = `the snapshot collection ${path.key("CollectionID")}`;
    return (await isDeleted(host.session, path, missing, knownThings(outputs))) ? null : path;
  }
  const found = await findSnapshotCollection(host.session, id);
  if (found !== undefined) return found;
  throw new InvalidArgumentError({
    attempted: "Reading a snapshot collection",
    target: JSON.stringify(id),
    answer: "it is neither a CollectionID nor an object path",
    outcome: "Nothing was asked of the host",
    remedy: "Give the host's CollectionID of the snapshot collection, or its reference, as the id",
  });
}
