import { CimInstancePath } from "../cim/cim-instance-path";
import { GuardError, HyperVError, InvalidArgumentError } from "../errors";
import { normalizeGuid } from "../hyperv/collection-designator";
import { findSnapshotCollection } from "../hyperv/find-snapshot-collection";
import { readMemberConditions, warnOfMembers } from "../hyperv/member-condition";
import { servicePath } from "../hyperv/service-path";
import { findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { isDeleted } from "../hyperv/visibility";
import { type Connections, endOfInterruptedDelete, lookAhead, type Operation } from "../process/operation";
import {
  type Answer,
  type Checked,
  type Difference,
  isUnknown,
  type ManagedResource,
  notKnownYet,
  type Properties,
  type ReadResource,
  type ResourceCall,
  type SavedResource,
  type Values,
} from "../process/resource-call";
import type { DeleteNote } from "../recovery/journal";
import { decideOnDelete, decideOnUpdate, type Held } from "../recovery/policy";
import { isUuid } from "../recovery/record";
import type { Recovery, ResourceRecovery } from "../recovery/recovery";
import { ClassName } from "../schema/names";
import { createSnapshot, type GroupState, readGroup } from "./create";
import { type Deletion, deleteSnapshot } from "./delete";
import { diffSnapshot, replacement } from "./diff";
import { describeRetained, discardRecord, endRequested } from "./discard";
import {
  checkInputs,
  foreseenOutputs,
  groupOutputs,
  knownMachines,
  knownThings,
  pickInputs,
  unknownOutputs,
} from "./properties";
import { readSnapshot } from "./read";
import { endOfDelete, resumeIncomplete, updateInPlace, waitForInterruptedDelete } from "./update";

/** How long a preview waits for the delete of an interrupted run. */
const diffPatienceMs = 60_000;

/** A snapshot of a VM group, as a managed resource. */
export class CollectionSnapshotResource implements ManagedResource {
  private readonly connections: Connections;
  private readonly recovery: Recovery;
  /** The ids of machines whose disks merge because this process destroyed a snapshot. */
  private readonly merging = new Set<string>();

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
    const interrupted = await this.interruptedDelete(call, state, recovery);
    if (interrupted === "destroyed")
      return replacement(["collection"], "an interrupted run has destroyed the snapshot", dependents);
    const hasToWait = interrupted !== "kept"; // `update` waits for the delete, or finds out how it ended
    return { changes: difference.changes || hasToWait || (await this.isUnsettled(call, state, news, recovery)) };
  }

  deletesOldFirst(call: ResourceCall, inputs: Values): boolean {
    return this.connections.configurationOf(call, inputs).dependents !== "kept";
  }

  /** Says that the old snapshot goes first, and warns of members in a state in which hosts were seen to refuse. */
  private async explained<D extends Difference>(call: ResourceCall, state: SavedResource, difference: D): Promise<D> {
    if (!("replace" in difference) || !difference.replace.oldFirst || state.pending) return difference;
    call.progress.info(
      "The replacement deletes the old snapshot before it takes the new one: until then there is no restore point",
    );
    await lookAhead(call, async () => {
      const { host, progress } = await this.connections.begin(call, state.outputs);
      const path = CimInstancePath.parse(String(state.outputs["collectionPath"]));
      warnOfMembers(progress, await readMemberConditions(host.session, path));
    });
    return difference;
  }

  /**
   * Tells how the delete of an interrupted run ended: `kept` also without one. An incomplete snapshot counts as destroyed unless it is known,
   * since its job may be cancelled.
   */
  private async interruptedDelete(
    call: ResourceCall,
    state: SavedResource,
    { journal }: ResourceRecovery,
  ): Promise<"destroyed" | "kept" | "underWay" | "unknown"> {
    const noted = await journal.notedDelete(state.id);
    if (!noted) return "kept";
    const made = snapshotToDelete(state, noted);
    if (made === null) return "destroyed";
    return endOfInterruptedDelete(call, "snapshot", async () => {
      const operation = await this.connections.begin(call, state.outputs);
      return endOfDelete(operation, state.outputs, made, operation.clock.now() + diffPatienceMs);
    });
  }

  /** Tells whether `update` has to clean up after an interrupted run. */
  private async isUnsettled(
    call: ResourceCall,
    state: SavedResource,
    news: Values,
    recovery: ResourceRecovery,
  ): Promise<boolean> {
    if (await recovery.journal.isEmpty()) return false;
    const records = await recovery.journal.list((await this.connections.begin(call, news)).connection);
    return recovery.forgetHeld(records, heldOf(state));
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
    const earlier = await touchedBefore(operation, recovery);
    const request = async (seen: GroupState) => {
      await refuseBesideOld(operation, recovery, seen);
      const deadlineAt = operation.clock.now() + operation.timeoutMs;
      return createSnapshot(operation, { inputs: known, group, recovery, merging, deadlineAt }, seen);
    };
    const lockMachines = async () => {
      const seen = await readGroup(session, group);
      const machineIds = seen.members.map(({ vmId }) => vmId);
      const locked = async (hasWaited: boolean) => request(hasWaited ? await readGroup(session, group) : seen);
      return recovery.exclusively([...machineIds, ...earlier.machineIds], locked, operation);
    };
    return recovery.exclusively([group.collectionId, ...earlier.groupIds], lockMachines, operation);
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
    // an import may name it by its reference; records and marks are kept by an id
    const id = isUuid(state.id) ? state.id : normalizeGuid(String(path.key("CollectionID"))).toLowerCase();
    return { id, outputs, inputs: pickInputs(outputs), pending: null };
  }

  async update(call: ResourceCall, state: SavedResource, news: Values): Promise<Answer> {
    const { id } = state;
    if (call.preview) return { id, outputs: { ...foreseenOutputs(state), ...news }, pending: null };
    const inputs = news as Properties;
    const operation = await this.connections.begin(call, inputs);
    const recovery = this.open(call);
    return exclusively(operation, recovery, state, async () => {
      const deadlineAt = operation.clock.now() + operation.timeoutMs;
      await this.settle(operation, recovery, { state, deadlineAt, decide: decideOnUpdate });
      const { pending, outputs } = state;
      const noted = await recovery.journal.notedDelete(id);
      const made = noted && snapshotToDelete(state, noted);
      if (made) await waitForInterruptedDelete(operation, outputs, made, deadlineAt);
      if (pending) return resumeIncomplete(operation, recovery, { state, pending, inputs, deadlineAt });
      return updateInPlace(operation, state, inputs);
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
    const records = await recovery.journal.list(operation.connection);
    if (records.length === 0) return;
    await recovery.settle(decide(records, held), {
      heldId: state.id,
      discard: (record) => discardRecord(operation, record, { recovery, deadlineAt, held }),
      describe: describeRetained,
    });
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
      const noted = await recovery.journal.notedDelete(id);
      const path = await this.pathToDelete(operation, recovery, state, { deletion, noted });
      const holder = path && (await this.otherHolder(call, recovery, id, path));
      if (holder) operation.progress.warn(`The snapshot stays on the host: the resource ${holder} holds it, too`);
      else if (path) {
        const isUntouched = noted === undefined && (state.pending === null || state.pending.made !== null);
        const refused = isUntouched ? () => recovery.journal.forgetDelete(id) : undefined;
        await deleteSnapshot(operation, path, { ...deletion, ...(refused && { refused }) });
        for (const { vmId } of knownMachines(outputs)) this.merging.add(vmId.toLowerCase());
      }
      await recovery.deleted(id);
    };
    // an incomplete one is newer than any whose time is known
    const newestFirst = typeof createdAt === "string" ? createdAt : "9999";
    await exclusively(operation, recovery, state, remove, { newestFirst });
    await this.recovery.forgetOldNotes();
  }

  /** Names another resource that holds a snapshot, too: it was imported, and an interrupted run that had taken it was resumed, for example. */
  private async otherHolder(
    call: ResourceCall,
    recovery: ResourceRecovery,
    id: string,
    path: CimInstancePath,
  ): Promise<string | undefined> {
    for (const { id: other, scope, resource } of await recovery.holders(id, String(path.key("CollectionID")))) {
      const ids = recovery.hasReturned(other) ? "unknown" : await call.savedIds(scope);
      if (ids !== "unknown" && !ids.has(other.toLowerCase())) continue;
      const isOther = !["", scope.project].includes(call.scope.project);
      return `${resource.split("::").at(-1)}${isOther ? ` of project ${scope.project}` : ""}`;
    }
    return undefined;
  }

  /** Notes that a resource is about to be deleted. @returns The path of what is to be destroyed; null when nothing was made. */
  private async pathToDelete(
    operation: Operation,
    { journal }: ResourceRecovery,
    { id, outputs, pending }: SavedResource,
    { deletion, noted }: { readonly deletion: Deletion; readonly noted: DeleteNote | undefined },
  ): Promise<CimInstancePath | null> {
    const moment = operation.moment();
    if (!pending) {
      await journal.noteDelete(id, { moment });
      return CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
    }
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
}

/** What a delete of an interrupted run was to destroy; null for an incomplete snapshot that wasn't known. */
function snapshotToDelete({ outputs, pending }: SavedResource, noted: DeleteNote): CimInstancePath | null {
  const made = pending ? (pending.made ?? noted.made ?? null) : String(outputs["resultingSnapshotCollection"]);
  return made === null ? null : CimInstancePath.parse(made);
}

/** Runs an operation on a resource while nothing else works on it, its group or its machines. */
async function exclusively<T>(
  operation: Operation,
  recovery: ResourceRecovery,
  { outputs }: SavedResource,
  work: () => Promise<T>,
  order: { readonly newestFirst?: string } = {},
): Promise<T> {
  const how = { ...order, timeoutMs: operation.timeoutMs };
  const machineIds = knownMachines(outputs).map(({ vmId }) => vmId);
  const earlier = await touchedBefore(operation, recovery);
  return recovery.exclusively(
    [String(outputs["collectionId"]), ...earlier.groupIds],
    () => recovery.exclusively([...machineIds, ...earlier.machineIds], work, how),
    how,
  );
}

/**
 * Refuses to take a snapshot while the old one of the same resource exists, unless the host keeps what depends on it: the old one couldn't be
 * destroyed then, now or later. It happens where the engine decides a replacement itself: a provider can't let it delete the old one first.
 *
 * @param before - The snapshots that the group has.
 */
async function refuseBesideOld(
  { call, configuration: { dependents } }: Operation,
  { journal }: ResourceRecovery,
  { before }: GroupState,
): Promise<void> {
  if (dependents === "kept" || before.length === 0) return; // asking for the state takes a moment
  const saved = await call.saved();
  if (saved === null || saved === "unknown" || saved.needsNoDelete) return;
  const mark = (await journal.owned()).find(({ id }) => id === saved.id); // the state hides an id that is secret
  const old = saved.snapshotCollectionId ?? mark?.snapshotCollectionId;
  const isOld = (id: string) => old !== undefined && normalizeGuid(id) === normalizeGuid(old);
  const found = before.find(isOld);
  if (found !== undefined) throw oldSnapshotExists(call.words, found, dependents);
}

function oldSnapshotExists(
  { key }: ResourceCall["words"],
  snapshotCollectionId: string,
  dependents: "unknown" | "removed",
): GuardError {
  const removes = { unknown: "may remove", removed: "removes" }[dependents];
  return new GuardError(
    {
      attempted: "CreateSnapshot",
      target: `the replacement of the snapshot collection ${snapshotCollectionId}`,
      answer: `the old snapshot still exists, and this host ${removes} the new one together with it`,
      outcome: "No snapshot was taken, and the old one stays",
      remedy: `Set the resource option deleteBeforeReplace to true: Pulumi takes the new one first when it decides a replacement itself (--replace, a taint, replacementTrigger, replaceWith). If \`hyperv-snapshots probe\` shows that the host keeps dependent snapshots, set ${key("dependents")} to kept instead`,
    },
    { code: dependents === "unknown" ? "DEPENDENTS_UNKNOWN" : "DEPENDENTS_COLLECTED" },
  );
}

/** What earlier runs worked on, which may be another group: cleaning up after them has to lock it, too. */
async function touchedBefore({ connection }: Operation, { journal }: ResourceRecovery) {
  const records = await journal.list(connection);
  return {
    groupIds: records.map(({ subject }) => subject.key),
    machineIds: records.flatMap(({ machines }) => machines.map(({ vmId }) => vmId)),
  };
}

const heldOf = ({ id, outputs }: SavedResource): Held => ({
  id,
  snapshotCollectionId: typeof outputs["snapshotCollectionId"] === "string" ? outputs["snapshotCollectionId"] : null,
});

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
