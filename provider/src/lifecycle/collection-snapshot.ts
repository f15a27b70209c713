import { randomUUID } from "node:crypto";
import { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { normalizeGuid, readCollectionDesignator } from "../hyperv/collection-designator";
import { isGone, requireSight } from "../hyperv/sight";
import { memberSnapshots, snapshotCollectionPath } from "../hyperv/snapshot-collection";
import { nameSnapshots } from "../hyperv/snapshot-name";
import { describeCollection, findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { ClassName } from "../schema/names";
import { atTheBorder } from "./at-the-border";
import { groupOfBegun } from "./begun-snapshot";
import { resumeSnapshot } from "./collection-snapshot-complete";
import { takeSnapshot } from "./collection-snapshot-create";
import { deleteSnapshot, endPendingSnapshot, knownThings } from "./collection-snapshot-delete";
import { diffCollectionSnapshot } from "./collection-snapshot-diff";
import { checkInputs, inputNames, readInputs } from "./collection-snapshot-inputs";
import { readSnapshot } from "./collection-snapshot-read";
import type { ConfiguredHost } from "./configured-host";
import { diffOnHosts } from "./default-connection";
import type { CheckFailure, ConfigureRequest, DiffResult, DynamicProvider, Properties } from "./dynamic-provider";
import type { GroupQueue } from "./group-queue";
import { pendingOf, timeoutMs } from "./hidden-inputs";

/** What Pulumi does with a `CollectionSnapshot`: plain JSON in, plain JSON out. */
export class CollectionSnapshotLifecycle implements DynamicProvider {
  private readonly configured: ConfiguredHost;
  private readonly queue: GroupQueue;

  constructor(configured: ConfiguredHost, queue: GroupQueue) {
    this.configured = configured;
    this.queue = queue;
  }

  configure(request: ConfigureRequest): void {
    this.configured.configure(request);
  }

  check(_olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: CheckFailure[] }> {
    return atTheBorder(async () => {
      const connection = await this.configured.checkConnection(news);
      const { inputs, failures } = checkInputs(news);
      return { inputs, failures: [...failures, ...connection] };
    });
  }

  diff(_id: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return atTheBorder(async () => {
      const { dependents } = await this.configured.configurationOf(olds);
      const byDefault = (await this.configured.configurationOf({})).connection;
      return diffOnHosts(olds, news, byDefault, (before, after) => diffCollectionSnapshot(before, after, dependents));
    });
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const operation = await this.configured.begin(inputs);
    const { session } = operation.host;
    const group = await findVirtualSystemCollection(session, String(inputs["collection"]));
    const id = randomUUID();
    const onWaiting = () => operation.progress.step("waiting for another operation on this VM group");
    const take = () => {
      const deadlineAt = operation.clock.now() + timeoutMs(inputs, "create");
      return takeSnapshot(operation, { id, inputs, group, deadlineAt });
    };
    const outs = await this.queue.run(group.collectionId, take, { onWaiting });
    return { id, outs };
  }

  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }> {
    return atTheBorder(async () => {
      const operation = await this.configured.begin(outputs);
      const inputs = pickInputs(outputs);
      if (pendingOf(outputs)) return { id, props: outputs, inputs };
      const path = pathToRead(id, outputs);
      const missing = `the snapshot collection ${path.key("CollectionID")}`;
      if (await isGone(operation.host.session, path, missing, knownThings(outputs))) return {};
      const props = await readSnapshot(operation, path, outputs);
      return { id, props, inputs: pickInputs(props) };
    });
  }

  async update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    const pending = pendingOf(olds);
    if (!pending) return { outs: await this.updateInPlace(olds, news) };
    const operation = await this.configured.begin(news);
    const group = await groupOfBegun(operation.host.session, olds);
    operation.progress.step("going on with the snapshot that was begun");
    // a snapshot that lacks its name only has been read already, and so has its job
    const known = olds["job"] ? { read: { job: olds["job"] } } : {};
    const resume = () => {
      const deadlineAt = operation.clock.now() + timeoutMs(news, "update");
      return resumeSnapshot(operation, {
        id,
        inputs: news,
        group,
        pending,
        machines: [],
        deadlineAt,
        isResumed: true,
        ...known,
      });
    };
    const outs = await this.queue.run(group.collectionId, resume);
    return { outs };
  }

  /** Takes over what a complete snapshot can take over: a new name goes to the host, all else into the state. */
  private async updateInPlace(olds: Properties, news: Properties): Promise<Properties> {
    const { snapshotName: name } = readInputs(news);
    if (name !== undefined && name !== olds["snapshotName"]) {
      const { host } = await this.configured.begin(news);
      const collection = CimInstancePath.parse(String(olds["resultingSnapshotCollection"]));
      const members = await memberSnapshots(host.session, collection);
      if (members.length === 0) await requireSight(host.session, "the members' snapshots", knownThings(olds));
      const target = `the snapshots of ${describeCollection(host.session, String(olds["collectionName"]))}`;
      await nameSnapshots(host, { collection, members, name, target });
    }
    return { ...withoutInputs(olds), ...pickInputs(news) };
  }

  delete(_id: string, outputs: Properties): Promise<void> {
    return atTheBorder(async () => {
      const operation = await this.configured.begin(outputs);
      const { dependents } = await this.configured.configurationOf(outputs);
      const onWaiting = () => operation.progress.step("waiting for another operation on this VM group");
      const createdAt = outputs["createdAt"];
      // one that isn't complete is newer than any whose time is known
      const order = { onWaiting, newestFirst: typeof createdAt === "string" ? createdAt : "9999" };
      await this.queue.run(
        String(outputs["collectionId"]),
        async () => {
          const deadlineAt = operation.clock.now() + timeoutMs(outputs, "delete");
          const deletion = { outputs, dependents, deadlineAt };
          const pending = pendingOf(outputs);
          const path = pending
            ? await endPendingSnapshot(operation, pending, deletion)
            : CimInstancePath.parse(String(outputs["resultingSnapshotCollection"]));
          if (path) await deleteSnapshot(operation, path, deletion);
        },
        order,
      );
    });
  }
}

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

/** What `read` looks for: the reference in the state, or what the caller of `get` gave as id. */
function pathToRead(id: string, outputs: Properties): CimInstancePath {
  const reference = outputs["resultingSnapshotCollection"];
  if (typeof reference === "string") return CimInstancePath.parse(reference);
  const designator = readCollectionDesignator(id, ClassName.snapshotCollection);
  // as the host has spelled it
  if (designator.kind === "path") return CimInstancePath.parse(id);
  if (designator.kind !== "name") return snapshotCollectionPath(normalizeGuid(designator.id));
  throw new InvalidArgumentError({
    attempted: "Reading a snapshot collection",
    target: JSON.stringify(id),
    answer: "it is neither a CollectionID nor an object path",
    outcome: "Nothing was asked of the host",
    remedy: "Give the host's CollectionID of the snapshot collection, or its reference, as the id",
  });
}
