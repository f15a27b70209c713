import { randomUUID } from "node:crypto";
import type { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import type { Properties } from "../../provider/src/dynamic/protocol";
import { ConnectionError, PartialCreateError } from "../../provider/src/errors";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { ConfiguredHost } from "../../provider/src/process/connections";
import { GroupQueue } from "../../provider/src/process/queue";
import { intentFile, isIntentFile, resourceFolder } from "../../provider/src/recovery/location";
import { intentFilesInMemory } from "../../provider/src/recovery/record-files";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CollectionSnapshotLifecycle } from "../../provider/src/snapshot/collection-snapshot";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "../support/fake-clock";
import { type Answer, type CalledProvider, FewLineEngine, type Live, type State } from "../support/few-line-engine";
import { takeByHand, unhinderedSeed } from "../support/simulated-hosts";
import { Fuse, type Kill, Killed } from "./fuse";

/** What a user does. */
export const operations = [
  "up",
  "replace", // --replace
  "change", // of an input that replaces, then up
  "destroy",
  "forget", // `state rm`, or removal with retainOnDelete
  "up, refused by the host",
  "up, unknown state", // what the state holds can't be learnt
  "replace, unknown state",
  "up, with too short a timeout",
  "up, the answer lost",
  "foreign snapshot",
] as const;

/** One of {@link operations}. */
export type Operation = (typeof operations)[number];

/** One operation of a history: whose, and where it is cut off. */
export interface Act {
  /** Which of the two stacks. */
  readonly stack: 0 | 1;
  readonly operation: Operation;
  readonly kill?: Kill | undefined;
}

/** What the host does with descendants, what the program's option says, and mistakes made on purpose. */
export interface WorldOptions {
  readonly dependents: "kept" | "removed";
  readonly deleteBeforeReplace?: boolean;
  /** The class doesn't remove the intent when the id resolves. */
  readonly classForgetsNothing?: boolean;
}

/** One stack: its program, and what its state holds. */
interface Stack extends State {
  readonly urn: string;
  version: number;
  /** An operation of it was cut off or failed: until its next whole one the host may hold more of it than its state names. */
  wasDisturbed: boolean;
}

/** How an operation went. */
export interface Outcome {
  /** Whether it came to its end, well or not. */
  readonly isWhole: boolean;
  readonly error?: unknown;
  readonly steps: number;
}

/**
 * The real lifecycle over the simulated host in memory, under an engine of a few lines: it saves only after `create` has answered, and
 * deletes last. Every call to the host, to the files of intents and of the engine is a step at which a run can be cut off.
 */
export class World {
  readonly clock = new FakeClock(2);
  readonly host: SimulatedHost;
  readonly files = intentFilesInMemory();
  readonly stacks: readonly Stack[] = [0, 1].map((index) => ({
    urn: `urn:pulumi:stack${index}::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before`,
    version: 0,
    live: undefined,
    pendingDeletes: [],
    wasDisturbed: false,
  }));
  /** The ids of snapshot collections that nobody may destroy: kept on purpose, or another person's. */
  readonly untouchable = new Set<string>();
  readonly warnings: string[] = [];
  /** Snapshots that nobody manages any more may be on the host. */
  hasLeftOvers = false;
  /** What the operation under way has named as left alone. */
  private readonly leftAlone: string[] = [];
  private readonly options: WorldOptions;

  /** Whether the class leaves all intents. */
  readonly forgetsNothing: boolean;

  constructor(options: WorldOptions) {
    this.options = options;
    this.forgetsNothing = options.classForgetsNothing ?? false;
    this.host = SimulatedHost.inMemory({
      seed: {
        hostName: "HV-TEST",
        machines: [{ name: "web-01" }],
        groups: [{ name: "web-tier", members: ["web-01"] }],
        jobs: { CreateSnapshot: { seconds: 0.5 }, DestroySnapshot: { seconds: 0.1 } },
        options: { ...unhinderedSeed.options, dependents: options.dependents },
      },
      clock: () => firstMoment + this.clock.now(),
    });
  }

  /** Runs an operation, to its end or to where it is cut off. */
  async run({ stack: index, operation, kill }: Act): Promise<Outcome> {
    const stack = this.stacks[index]!;
    const fuse = new Fuse(kill);
    const work = this.act(stack, operation, fuse);
    try {
      const isByPulumi = operation !== "foreign snapshot" && operation !== "forget";
      if (isByPulumi) stack.wasDisturbed = true;
      await this.clock.run(Promise.race([work, fuse.death]));
      if (isByPulumi && operation !== "destroy") stack.wasDisturbed = false;
      await this.holdToWhatItSaid(stack, true);
      return { isWhole: true, steps: fuse.steps };
    } catch (error) {
      const isWhole = !(error instanceof Killed);
      await this.holdToWhatItSaid(stack, isWhole);
      return { isWhole, error, steps: fuse.steps };
    }
  }

  /** What was named as left alone has to be: from when it is written down, which a run that was cut off may not have come to. */
  private async holdToWhatItSaid({ urn }: Stack, isWhole: boolean): Promise<void> {
    const intents = (await this.intentsOf(urn)).map((text) => JSON.parse(text));
    for (const id of this.leftAlone.splice(0)) {
      const isLeft = intents.some(({ phase, pending }) => phase === "left" && pending.made?.includes(id));
      if (isWhole || isLeft) this.untouchable.add(id);
    }
  }

  private async act(stack: Stack, operation: Operation, fuse: Fuse): Promise<void> {
    const up = async () => {
      const news = await this.inputs(stack, operation);
      return this.startEngine(stack, operation, fuse).up(news, { isReplace: operation.startsWith("replace") });
    };
    switch (operation) {
      case "forget":
        if (stack.live && !(await this.isTakenForUnsaved(stack))) await this.keep(stack.live);
        stack.live = undefined;
        return;
      case "foreign snapshot":
        return this.takeForeign();
      case "destroy":
        return this.startEngine(stack, operation, fuse).destroy();
      case "change":
        stack.version += 1;
        return up();
      default:
        return up();
    }
  }

  private startEngine(stack: Stack, operation: Operation, fuse: Fuse): FewLineEngine {
    return new FewLineEngine({
      provider: called(this.startProvider(fuse, stack, operation)),
      state: stack,
      takesNewFirst: (isReplace) =>
        this.options.dependents === "kept" || (isReplace && !this.options.deleteBeforeReplace),
      step: () => fuse.engineStep(),
      onSaved: (id) => this.forgetSaved(stack.urn, id),
    });
  }

  /** What the program registers. */
  private async inputs({ urn, version, live }: Stack, operation: Operation): Promise<Properties> {
    const isKnown = !operation.endsWith("unknown state") && (await this.intentsOf(urn)).length > 0;
    const isShort = operation === "up, with too short a timeout";
    return {
      collection: "web-tier",
      snapshotType: "Standard",
      triggers: [version],
      __provider: "text",
      __meta: {
        urn,
        ...(isKnown && { saved: { id: (live?.outs["__id"] as string | undefined) ?? null } }),
        ...(isShort && { timeouts: { create: "200ms", update: "200ms" } }),
      },
    };
  }

  /**
   * The one ambiguity that is left: a run was cut off between the engine's save and the class's removal of the intent, and then the resource
   * is taken out of the state. The next run can't tell that from one that was cut off before the save.
   */
  private async isTakenForUnsaved({ urn, live, wasDisturbed }: Stack): Promise<boolean> {
    return wasDisturbed && (await this.intentsOf(urn)).some((text) => JSON.parse(text).id === live?.id);
  }

  /** A person keeps a snapshot on purpose, unless a run that was cut off has begun to destroy it; or what one that isn't complete will be. */
  private async keep({ outs, isPartial }: Live): Promise<void> {
    await this.clock.sleep(2000);
    const id = collectionIdOf(outs);
    if (this.collections().includes(id)) this.untouchable.add(id);
    if (isPartial) this.hasLeftOvers = true;
  }

  /** A person takes a snapshot of the group. Not while a request is open of which nobody knows what came: then it can't be told apart. */
  private async takeForeign(): Promise<void> {
    if (await this.hasOpenRequest()) return;
    const before = new Set(this.collections());
    takeByHand(this.host);
    await this.clock.sleep(2000);
    for (const id of this.collections()) if (!before.has(id)) this.untouchable.add(id);
  }

  private async hasOpenRequest(): Promise<boolean> {
    for (const { urn } of this.stacks) {
      for (const text of await this.intentsOf(urn)) {
        const { phase, pending } = JSON.parse(text);
        if (pending.made === null && (phase === "started" || pending.job === null || pending.answerLost)) return true;
        if (pending.made === null) return true; // a job whose rows may be gone by the time it is looked for
      }
    }
    return this.stacks.some(({ live }) => live?.isPartial);
  }

  /** The texts of a resource's intents. */
  async intentsOf(urn: string): Promise<readonly string[]> {
    const folder = resourceFolder({ organization: "organization", urn, backend });
    const names = (await this.files.list(folder)).filter(isIntentFile);
    return Promise.all(names.map(async (name) => (await this.files.read(folder, name)) ?? ""));
  }

  /** The claims on a resource. */
  async claimsOf(urn: string): Promise<readonly string[]> {
    const names = await this.files.list(resourceFolder({ organization: "organization", urn, backend }));
    return names.filter((name) => name.startsWith("claim-"));
  }

  /** What the class does when the id has resolved in the program. */
  private async forgetSaved(urn: string, id: string): Promise<void> {
    if (this.options.classForgetsNothing) return;
    await this.files.remove(resourceFolder({ organization: "organization", urn, backend }), intentFile(id));
  }

  /** The ids of the snapshot collections on the host. */
  collections(): readonly string[] {
    return this.host.query("SELECT * FROM Msvm_SnapshotCollection").map(({ path }) => idOf(path));
  }

  /** Starts a provider process. */
  private startProvider(fuse: Fuse, stack: Stack, operation: Operation): CollectionSnapshotLifecycle {
    const process = randomUUID().slice(0, 8);
    const configured = new ConfiguredHost({
      clock: this.clock,
      moment: () => new Date(firstMoment + this.clock.now()),
      link: {
        hasTerminal: true,
        send: ({ severity, text }) => {
          if (severity !== "warning") return;
          this.warnings.push(text);
          const left = /CollectionID="([^"]+)"\).*stays on the host as it is/.exec(text)?.[1];
          // what the state has after all goes on being the stack's
          if (left !== undefined && !isNamedBy(stack, left)) this.leftAlone.push(left);
        },
      },
      environment: { PULUMI_BACKEND_URL: backend },
      workingFolder: "/",
      connect: async () => {
        const host = simulatedSession(this.host, (ms, signal) => this.clock.sleep(ms, signal));
        const session = fuse.wrap(disturbed(host, operation));
        return { session, jobs: new JobMonitor(session, this.clock, () => 0.5) };
      },
      openIntents: () => fuse.wrap(this.files, (method) => method !== "locate"),
      // operations follow each other here: whoever had a claim before is dead
      lifeSign: { machine: "here", show: async () => process, isAlive: async (name) => name === process },
    });
    const lifecycle = new CollectionSnapshotLifecycle(configured, new GroupQueue(this.clock));
    const values: Record<string, string> = {
      transport: "simulated",
      dependents: this.options.dependents,
      lostAnswerSearch: "2s",
    };
    lifecycle.configure({ config: { get: (key) => values[key.replace("hyperv-snapshots:", "")] } });
    return lifecycle;
  }
}

/** The lifecycle as the engine calls it: what is kept though it isn't complete comes back with its error. */
function called(lifecycle: CollectionSnapshotLifecycle): CalledProvider {
  const answer = async (id: string | undefined, call: Promise<{ id?: string; outs: Properties }>): Promise<Answer> => {
    try {
      const answered = await call;
      return { outs: answered.outs, id: answered.id ?? String(id) };
    } catch (error) {
      if (!PartialCreateError.isInstance(error)) throw error;
      return { id: error.id, outs: error.properties as Properties, error };
    }
  };
  return {
    diff: (id, olds, news) => lifecycle.diff(id, olds, news),
    create: (news) => answer(undefined, lifecycle.create(news)),
    update: (id, olds, news) => answer(id, lifecycle.update(id, olds, news)),
    delete: (id, outs) => lifecycle.delete(id, outs),
  };
}

/** A session on which `CreateSnapshot` is refused, or carried out without an answer, as the operation says. */
function disturbed(session: CimSession, operation: Operation): CimSession {
  const invokeMethod: CimSession["invokeMethod"] = async (path, methodName, ...rest) => {
    if (methodName !== "CreateSnapshot") return session.invokeMethod(path, methodName, ...rest);
    if (operation === "up, refused by the host") return { returnValue: 32773, outParameters: {} };
    const answer = await session.invokeMethod(path, methodName, ...rest);
    if (operation !== "up, the answer lost") return answer;
    throw new ConnectionError({
      attempted: methodName,
      target: session.hostName,
      answer: "the connection was lost",
      outcome: "It may have taken effect",
      remedy: "Look at the host",
    });
  };
  return new Proxy(session, {
    get: (object, name) => {
      if (name === "invokeMethod") return invokeMethod;
      const value = Reflect.get(object, name) as unknown;
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}

const firstMoment = Date.UTC(2026, 10, 23, 6, 42);
const backend = "https://backend.example";
const idOf = (path: CimInstancePath) => String(path.key("CollectionID"));

function isNamedBy({ live, pendingDeletes }: State, id: string): boolean {
  return [...(live ? [live] : []), ...pendingDeletes].some(({ outs }) => collectionIdOf(outs) === id);
}

/** The snapshot collection that a state names; empty where it names none yet. */
export function collectionIdOf(outs: Properties): string {
  return String(outs["snapshotCollectionId"] ?? "");
}
