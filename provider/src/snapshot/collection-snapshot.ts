import { CimInstancePath } from "../cim/cim-instance-path";
import { atTheBorder } from "../dynamic/error-shape";
import { pendingOf, timeoutMs } from "../dynamic/hidden-inputs";
import type { DiffResult, DynamicProvider, Properties } from "../dynamic/protocol";
import { ResourceLifecycle } from "../dynamic/resource-lifecycle";
import { InvalidArgumentError, PartialCreateError } from "../errors";
import { findSnapshotCollection } from "../hyperv/find-snapshot-collection";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { memberSnapshots } from "../hyperv/snapshot-collection";
import { nameSnapshots } from "../hyperv/snapshot-name";
import { describeCollection, findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { isDeleted, requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import type { ResourceIntents } from "../recovery/journal";
import { decideOnDelete, decideOnUpdate, isUnsettled } from "../recovery/policy";
import { groupOfBegun } from "./begun-snapshot";
import { createSnapshot } from "./create";
import { diffOnHosts } from "./default-connection";
import { type Deletion, deleteSnapshot, endPendingSnapshot, knownThings } from "./delete";
import { diffCollectionSnapshot, replacement } from "./diff";
import { settleIntents } from "./discard";
import { resumeSnapshot } from "./finish";
import { checkInputs, inputNames, readInputs } from "./inputs";
import { echoOutputs } from "./outputs";
import { readSnapshot } from "./read";

/** What Pulumi does with a `CollectionSnapshot`: plain JSON in, plain JSON out. */
export class CollectionSnapshotLifecycle extends ResourceLifecycle implements DynamicProvider {
  protected checkOwn = checkInputs;

  diff(id: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return atTheBorder(async () => {
      const { dependents } = await this.configured.configurationOf(olds);
      const byDefault = (await this.configured.configurationOf({})).connection;
      const intents = await this.configured.intentsOf(olds);
      await intents.arrived(id);
      const found = diffOnHosts(olds, news, byDefault, (before, after) =>
        diffCollectionSnapshot(before, after, dependents),
      );
      if (found.replaces) return found;
      if (await this.isDestroyed(id, olds, intents)) return replacement(["collection"], dependents);
      return { changes: found.changes || (await this.isUnsettled(id, news, intents)) };
    });
  }

  /** Whether an earlier run began to delete this resource, and its snapshot is gone; of one that isn't complete, the job may be cancelled. */
  private async isDestroyed(id: string, olds: Properties, intents: ResourceIntents): Promise<boolean> {
    if (!(await intents.notedDelete(id))) return false;
    if (pendingOf(olds)) return true;
    return (await pathToRead(await this.configured.begin(olds), id, olds)) === null;
  }

  /** Whether an earlier run began something that `update` has to clear up. */
  private async isUnsettled(id: string, news: Properties, intents: ResourceIntents): Promise<boolean> {
    if (await intents.isEmpty()) return false;
    const { host } = await this.configured.begin(news);
    return isUnsettled(await intents.list(whereIs(host)), id);
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const operation = await this.configured.begin(inputs);
    const group = await findVirtualSystemCollection(operation.host.session, String(inputs["collection"]));
    const intents = await this.configured.intentsOf(inputs);
    const { dependents } = await this.configured.configurationOf(inputs);
    return this.inTurn(operation, intents, group.collectionId, () => {
      const deadlineAt = operation.clock.now() + timeoutMs(inputs, "create");
      return createSnapshot(operation, { inputs, group, intents, dependents, deadlineAt });
    });
  }

  /** Runs an operation when no other process works on the resource, and nothing else in this one on its group. */
  private inTurn<T>(
    { progress }: Operation,
    intents: ResourceIntents,
    collectionId: string,
    operation: () => Promise<T>,
    order: { readonly newestFirst?: string } = {},
  ): Promise<T> {
    const forGroup = () => progress.step("waiting for another operation on this VM group");
    const forProcess = () => progress.tell("Waiting for another operation on this resource");
    return intents.claimed(
      () => this.queue.run(collectionId, operation, { onWaiting: forGroup, ...order }),
      forProcess,
    );
  }

  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }> {
    return this.onRecorded(async () => {
      const operation = await this.configured.begin(outputs);
      await (await this.configured.intentsOf(outputs)).arrived(id);
      const inputs = pickInputs(outputs);
      if (pendingOf(outputs)) return { id, props: outputs, inputs };
      const path = await pathToRead(operation, id, outputs);
      if (!path) return {};
      const props = await readSnapshot(operation, path, outputs);
      return { id, props, inputs: pickInputs(props) };
    });
  }

  async update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    const operation = await this.configured.begin(news);
    const intents = await this.configured.intentsOf(news);
    const { dependents } = await this.configured.configurationOf(news);
    const outs = await this.inTurn(operation, intents, String(olds["collectionId"]), async () => {
      const deadlineAt = operation.clock.now() + timeoutMs(news, "update");
      const decisions = decideOnUpdate(await intents.list(whereIs(operation.host)), id);
      await settleIntents(operation, decisions, { intents, dependents, deadlineAt });
      return pendingOf(olds)
        ? this.resume(operation, intents, { id, olds, news, deadlineAt })
        : this.updateInPlace(operation, { id, olds, news });
    });
    return { outs };
  }

  private async resume(
    operation: Operation,
    intents: ResourceIntents,
    { id, olds, news, deadlineAt }: { id: string; olds: Properties; news: Properties; deadlineAt: number },
  ): Promise<Properties> {
    const group = await groupOfBegun(operation.host.session, olds);
    operation.progress.step("going on with the snapshot that was begun");
    const onMade = async (reference: string) => {
      await intents.markMade(id, String(CimInstancePath.parse(reference).key("CollectionID")));
      await intents.unmarkJob(id);
    };
    try {
      return await resumeSnapshot(operation, {
        id,
        inputs: news,
        group,
        pending: pendingOf(olds)!,
        machines: [],
        deadlineAt,
        isResumed: true,
        others: await intents.namedElsewhere(id),
        onMade,
        // a snapshot that lacks its name only has been read already, and so has its job
        ...(olds["job"] && { read: { job: olds["job"] } }),
      });
    } catch (error) {
      // a search may have found the job only now
      if (PartialCreateError.isInstance(error)) await intents.markJob(id, pendingOf(error.properties));
      throw error;
    }
  }

  /** Takes over what a complete snapshot can take over: a new name goes to the host, all else into the state. */
  private async updateInPlace(
    { host }: Operation,
    { id, olds, news }: { id: string; olds: Properties; news: Properties },
  ): Promise<Properties> {
    const { snapshotName: name } = readInputs(news);
    if (name !== undefined && name !== olds["snapshotName"]) {
      const collection = CimInstancePath.parse(String(olds["resultingSnapshotCollection"]));
      const members = await memberSnapshots(host.session, collection);
      if (members.length === 0) await requireVisibility(host.session, "the members' snapshots", knownThings(olds));
      const target = `the snapshots of ${describeCollection(host.session, String(olds["collectionName"]))}`;
      await nameSnapshots(host, { members, name, target });
    }
    return { ...withoutInputs(olds), ...echoOutputs({ id, inputs: pickInputs(news) }) };
  }

  delete(id: string, outputs: Properties): Promise<void> {
    return this.onRecorded(async () => {
      const operation = await this.configured.begin(outputs);
      const { dependents } = await this.configured.configurationOf(outputs);
      const intents = await this.configured.intentsOf(outputs);
      const createdAt = outputs["createdAt"];
      const remove = async () => {
        const deadlineAt = operation.clock.now() + timeoutMs(outputs, "delete");
        const decisions = decideOnDelete(await intents.list(whereIs(operation.host)), id);
        await settleIntents(operation, decisions, { intents, dependents, deadlineAt });
        const deletion = { outputs, dependents, deadlineAt, others: () => intents.namedElsewhere(id) };
        const path = await this.pathToDelete(operation, intents, { id, deletion });
        await intents.unmarkJob(id);
        if (!path) return;
        await deleteSnapshot(operation, path, deletion);
        await intents.unmarkMade(id, String(path.key("CollectionID")));
      };
      // one that isn't complete is newer than any whose time is known
      const order = { newestFirst: typeof createdAt === "string" ? createdAt : "9999" };
      await this.inTurn(operation, intents, String(outputs["collectionId"]), remove, order);
      await this.configured.forgetOldDeletes();
    });
  }

  /** Notes that a resource is about to be deleted. @returns The path of what is to be destroyed; null when nothing was made. */
  private async pathToDelete(
    operation: Operation,
    intents: ResourceIntents,
    { id, deletion }: { id: string; deletion: Deletion },
  ): Promise<CimInstancePath | null> {
    const moment = operation.moment();
    const pending = pendingOf(deletion.outputs);
    if (!pending) {
      await intents.noteDelete(id, { moment });
      return CimInstancePath.parse(String(deletion.outputs["resultingSnapshotCollection"]));
    }
    const noted = await intents.notedDelete(id);
    if (noted?.made !== undefined) return noted.made === null ? null : CimInstancePath.parse(noted.made);
    await intents.noteDelete(id, { moment });
    const path = await endPendingSnapshot(operation, pending, deletion);
    await intents.noteDelete(id, { moment, made: path?.toString() ?? null });
    return path;
  }
}

const whereIs = ({ session: { hostName, namespace } }: HyperVHost) => ({ host: hostName, namespace });

const isInput = (name: string) =>
  (inputNames as readonly string[]).includes(name) || name === "__provider" || name === "__meta";

/** The inputs among some properties, hidden ones included. */
function pickInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isInput(name)));
}

/** The outputs alone: an input that the program no longer gives must not stay. */
function withoutInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !isInput(name)));
}

/** The path of what `read` looks for, by the reference in the state, or by what the caller of `get` gave as id; null when it is gone. */
async function pathToRead({ host }: Operation, id: string, outputs: Properties): Promise<CimInstancePath | null> {
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
