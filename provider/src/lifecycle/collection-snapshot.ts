import { randomUUID } from "node:crypto";
import { CimInstancePath } from "../cim/cim-instance-path";
import { type Configuration, configurationNamespace, readConfiguration } from "../config";
import { transportOf } from "../connection";
import { parseDuration } from "../duration";
import { HyperVError, InvalidArgumentError } from "../errors";
import { normalizeGuid, readCollectionDesignator } from "../hyperv/collection-designator";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { isThere, requireSight } from "../hyperv/sight";
import { memberSnapshots, snapshotCollectionPath } from "../hyperv/snapshot-collection";
import { nameSnapshots } from "../hyperv/snapshot-name";
import { describeCollection, findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import type { Clock } from "../jobs/clock";
import { ClassName } from "../schema/names";
import { resumeSnapshot } from "./collection-snapshot-complete";
import { takeSnapshot } from "./collection-snapshot-create";
import { deleteSnapshot, endPendingSnapshot, knownThings } from "./collection-snapshot-delete";
import { diffCollectionSnapshot } from "./collection-snapshot-diff";
import { checkInputs, inputNames, readInputs } from "./collection-snapshot-inputs";
import { readSnapshot } from "./collection-snapshot-read";
import type { CheckFailure, ConfigureRequest, DiffResult, DynamicProvider, Properties } from "./dynamic-provider";
import type { EngineLink } from "./engine-link";
import { GroupQueue } from "./group-queue";
import { metaOf, pendingOf, timeoutMs } from "./hidden-inputs";
import type { Operation } from "./operation";
import { Progress } from "./progress";

/** What the lifecycle stands on; tests bring their own. */
export interface Surroundings {
  readonly clock: Clock;
  readonly link: EngineLink;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connect: (configuration: Configuration, clock: Clock) => Promise<HyperVHost>;
}

/**
 * What Pulumi does with a `CollectionSnapshot`: plain JSON in, plain JSON out.
 *
 * `configure` can be overtaken by a concurrent call, so it only takes note, and every method awaits what it noted.
 */
export class CollectionSnapshotLifecycle implements DynamicProvider {
  private readonly surroundings: Surroundings;
  private readonly queue: GroupQueue;
  private configuration: Promise<Configuration>;
  private configured: (configuration: Configuration | PromiseLike<Configuration>) => void = () => {};
  private connection: Promise<HyperVHost> | undefined;
  /** The machines' snapshots that this run has taken, by `InstanceID`. */
  private readonly taken = new Set<string>();

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.queue = new GroupQueue(surroundings.clock);
    this.configuration = new Promise((resolve) => {
      this.configured = resolve;
    });
  }

  configure({ config }: ConfigureRequest): void {
    const keyPrefix = `${configurationNamespace}:`;
    // private to the SDK, and the only way to see keys that nobody knows; without it they just go unnoticed
    const all = Object.keys((config as { rawConfig?: object }).rawConfig ?? {});
    const read = async () =>
      readConfiguration({
        get: (name) => config.get(keyPrefix + name),
        stackKeys: all.filter((key) => key.startsWith(keyPrefix)).map((key) => key.slice(keyPrefix.length)),
        environment: this.surroundings.environment,
      });
    const configuration = read();
    configuration.catch(() => {}); // every method tells it
    this.configured(configuration);
    this.connection = undefined;
  }

  check(_olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: CheckFailure[] }> {
    return atTheBorder(async () => {
      transportOf(await this.configuration);
      return checkInputs(news);
    });
  }

  diff(_id: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return atTheBorder(async () => diffCollectionSnapshot(olds, news, (await this.configuration).dependents));
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const operation = await this.begin(inputs);
    const { session } = operation.host;
    const group = await findVirtualSystemCollection(session, String(inputs["collection"]));
    const id = randomUUID();
    const onWaiting = () => operation.progress.step("waiting for another operation on this VM group");
    const take = () => {
      const deadlineAt = operation.clock.now() + timeoutMs(inputs, "create");
      return takeSnapshot(operation, { id, inputs, group, deadlineAt });
    };
    const outs = await this.queue.run(group.collectionId, take, { onWaiting });
    this.remember(outs);
    return { id, outs };
  }

  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }> {
    return atTheBorder(async () => {
      const operation = await this.begin(outputs);
      const inputs = pickInputs(outputs);
      if (pendingOf(outputs)) return { id, props: outputs, inputs };
      const path = pathToRead(id, outputs);
      if (!(await isThere(operation.host.session, path))) {
        const missing = `the snapshot collection ${path.key("CollectionID")}`;
        await requireSight(operation.host.session, missing, knownThings(outputs));
        return {};
      }
      const props = await readSnapshot(operation, path, outputs);
      return { id, props, inputs: pickInputs(props) };
    });
  }

  async update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    const pending = pendingOf(olds);
    if (!pending) return { outs: await this.updateInPlace(olds, news) };
    const operation = await this.begin(news);
    const group = await findVirtualSystemCollection(operation.host.session, String(olds["collectionId"]));
    operation.progress.step("going on with the snapshot that was begun");
    const resume = () => {
      const deadlineAt = operation.clock.now() + timeoutMs(news, "update");
      return resumeSnapshot(operation, { id, inputs: news, group, pending, machines: [], deadlineAt });
    };
    const outs = await this.queue.run(group.collectionId, resume);
    this.remember(outs);
    return { outs };
  }

  /** Takes over what a complete snapshot can take over: a new name goes to the host, all else into the state. */
  private async updateInPlace(olds: Properties, news: Properties): Promise<Properties> {
    const { snapshotName: name } = readInputs(news);
    if (name !== undefined && name !== olds["snapshotName"]) {
      const { host } = await this.begin(news);
      const collection = CimInstancePath.parse(String(olds["resultingSnapshotCollection"]));
      const members = await memberSnapshots(host.session, collection);
      const target = `the snapshots of ${describeCollection(host.session, String(olds["collectionName"]))}`;
      await nameSnapshots(host.session, { collection, members, name, target });
    }
    return { ...withoutInputs(olds), ...pickInputs(news) };
  }

  delete(_id: string, outputs: Properties): Promise<void> {
    return atTheBorder(async () => {
      const operation = await this.begin(outputs);
      const { dependents } = await this.configuration;
      const isNew = (snapshotId: string) => this.taken.has(snapshotId);
      const onWaiting = () => operation.progress.step("waiting for another operation on this VM group");
      const createdAt = outputs["createdAt"];
      // one that isn't complete is newer than any whose time is known
      const order = { onWaiting, newestFirst: typeof createdAt === "string" ? createdAt : "9999" };
      await this.queue.run(
        String(outputs["collectionId"]),
        async () => {
          const deadlineAt = operation.clock.now() + timeoutMs(outputs, "delete");
          const deletion = { outputs, dependents, deadlineAt, isNew };
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

  private async begin(properties: Properties): Promise<Operation> {
    const { clock, link, connect } = this.surroundings;
    const configuration = await this.configuration;
    this.connection ??= connect(configuration, clock);
    this.connection.catch(() => {
      this.connection = undefined;
    });
    return {
      host: await this.connection,
      clock,
      progress: new Progress(link, clock, metaOf(properties).urn),
      lostAnswerSearchMs: parseDuration(configuration.lostAnswerSearch) ?? 0,
    };
  }

  private remember(outputs: Properties): void {
    const members = Array.isArray(outputs["members"]) ? outputs["members"] : [];
    for (const { snapshotId } of members) this.taken.add(String(snapshotId));
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
  if (designator.kind !== "name") return snapshotCollectionPath(normalizeGuid(designator.id));
  throw new InvalidArgumentError({
    attempted: "Reading a snapshot collection",
    target: JSON.stringify(id),
    answer: "it is neither a CollectionID nor an object path",
    outcome: "Nothing was asked of the host",
    remedy: "Give the host's CollectionID of the snapshot collection, or its reference, as the id",
  });
}

/**
 * Lets an error cross to the dynamic host, which prints `${error}: ${error.stack}` beside sending the message on: an error of
 * ours has said everything in its message, so its name and code are enough there.
 */
async function atTheBorder<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (error) {
    if (HyperVError.isInstance(error)) {
      const { name, code } = error;
      Object.defineProperties(error, { toString: { value: () => name }, stack: { value: code } });
    }
    throw error;
  }
}
