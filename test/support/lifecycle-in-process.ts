import { randomBytes } from "node:crypto";
import type { CimValue } from "../../provider/src/cim/cim-value";
import { observedSession } from "../../provider/src/cim/observed-session";
import type { Properties } from "../../provider/src/dynamic/protocol";
import type { PartialCreateError } from "../../provider/src/errors";
import { VirtualSystemCollectionLifecycle } from "../../provider/src/group/virtual-system-collection";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { ConfiguredHost } from "../../provider/src/process/connections";
import type { EngineMessage } from "../../provider/src/process/engine-link";
import { GroupQueue } from "../../provider/src/process/queue";
import { type IntentFiles, intentFilesInMemory } from "../../provider/src/recovery/record-files";
import { type HostRequest, type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { CollectionSnapshotLifecycle } from "../../provider/src/snapshot/collection-snapshot";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "./fake-clock";
import { webTierSeed } from "./simulated-hosts";

/** What most tests ask for. */
export const standardInputs: Properties = { collection: "web-tier", snapshotType: "Standard", __provider: "text" };

/** The same of a resource whose URN is known, so that what was begun for it can be found again. */
export const inputsWithUrn = {
  ...standardInputs,
  __meta: { urn: "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before" },
};

const firstMoment = Date.UTC(2026, 10, 23, 6, 42);

/** The lifecycle over a simulated host in memory, both on one fake clock: what takes half an hour takes no time. */
export class LifecycleInProcess {
  readonly clock: FakeClock;
  readonly host: SimulatedHost;
  /** What the host was asked, in order. */
  readonly requests: HostRequest[] = [];
  /** What is to happen right after a call of a method. */
  afterCall: { readonly method: string; readonly happen: () => void } | undefined;
  /** What is to happen before each request is served. */
  beforeRequest: (() => void) | undefined;
  /** Hosts that named connections lead to; every other one leads to `host`. */
  readonly connectedHosts = new Map<string | undefined, SimulatedHost>();
  /** Which connections were opened, in order. */
  readonly opened: (string | undefined)[] = [];
  readonly messages: EngineMessage[] = [];
  /** What was begun, as a file system keeps it. */
  readonly intents: IntentFiles;
  /** The sign of life of this process. */
  readonly process = randomBytes(6).toString("hex");
  /** The processes that were killed. */
  readonly dead = new Set<string>();
  readonly lifecycle: CollectionSnapshotLifecycle;
  readonly groups: VirtualSystemCollectionLifecycle;

  /**
   * @param earlier - A run whose host and clock this one, in a process of its own, goes on with.
   * @param environment - More of the process's environment.
   */
  constructor(
    configuration: Readonly<Record<string, string>> = {},
    seed: Seed = webTierSeed,
    earlier?: Pick<LifecycleInProcess, "host" | "clock" | "intents">,
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.intents = earlier?.intents ?? intentFilesInMemory();
    this.clock = earlier?.clock ?? new FakeClock();
    this.host = earlier?.host ?? this.newHost(seed);
    const configured = new ConfiguredHost({
      clock: this.clock,
      moment: () => new Date(firstMoment + this.clock.now()),
      link: { hasTerminal: true, send: (message) => this.messages.push(message) },
      environment: { PULUMI_BACKEND_URL: "https://backend.example", ...environment },
      workingFolder: "/",
      openIntents: () => this.intents,
      lifeSign: { machine: "here", show: async () => this.process, isAlive: async (name) => !this.dead.has(name) },
      connect: async ({ connection, formerHostName }, clock, observe) => {
        this.opened.push(connection);
        const host = this.connectedHosts.get(connection) ?? this.host;
        const opened = simulatedSession(host, (ms, signal) => this.clock.sleep(ms, signal));
        const session = observedSession(opened, { formerHostName, observe, now: () => clock.now() });
        return { session, jobs: new JobMonitor(session, this.clock, () => 0.5) };
      },
    });
    const queue = new GroupQueue(this.clock);
    this.lifecycle = new CollectionSnapshotLifecycle(configured, queue);
    this.groups = new VirtualSystemCollectionLifecycle(configured, queue);
    // a default connection would leave nothing to use it
    const transport = configuration["connection"] === undefined ? { transport: "simulated" } : {};
    const values: Record<string, string> = { ...transport, ...configuration };
    this.lifecycle.configure({ config: { get: (key) => values[key.replace("hyperv-snapshots:", "")] } });
  }

  private newHost(seed: Seed): SimulatedHost {
    return SimulatedHost.inMemory({
      seed,
      clock: () => firstMoment + this.clock.now(),
      onRequest: (request) => {
        this.requests.push(request);
        this.beforeRequest?.();
        // once the host has carried it out, and before anybody has the answer
        const { afterCall } = this;
        if (afterCall && afterCall.method === request.methodName) queueMicrotask(afterCall.happen);
      },
    });
  }

  /** The texts of the warnings that stay on the screen. */
  get warnings(): readonly string[] {
    return this.messages.filter(({ severity }) => severity === "warning").map(({ text }) => text);
  }

  /** The texts that the Info column showed. */
  get shown(): readonly string[] {
    return this.messages.filter(({ ephemeral }) => ephemeral).map(({ text }) => text);
  }

  /** Takes a snapshot through the lifecycle, and hands back what goes into the state. */
  async create(inputs: Properties = standardInputs): Promise<{ readonly id: string; readonly outs: Properties }> {
    return this.run(this.lifecycle.create(inputs));
  }

  /** Runs a call that has to fail. @returns What it failed with. */
  async failure<E extends Error>(call: Promise<unknown>): Promise<E> {
    const failed = await this.run(call).then(
      () => undefined,
      (error: E) => error,
    );
    if (failed === undefined) throw new Error("it should have failed");
    return failed;
  }

  /** What `create` puts into the state when it fails but keeps the resource. */
  async partial(inputs: Properties = standardInputs): Promise<{ readonly id: string; readonly outs: Properties }> {
    const { id, properties } = await this.failure<PartialCreateError>(this.lifecycle.create(inputs));
    return { id, outs: properties as Properties };
  }

  /** Lets a call run to its end, however long it takes on the fake clock. */
  run<T>(call: Promise<T>): Promise<T> {
    return this.clock.run(call);
  }

  /** Calls a method of a service past the lifecycle, as somebody else does. */
  elsewhere(serviceClass: string, method: string, parameters: Readonly<Record<string, CimValue>>): void {
    const [service] = this.host.query(`SELECT * FROM ${serviceClass}`);
    if (service) this.host.invokeMethod(service.path, method, parameters);
  }

  /** Somebody else asks for a snapshot of the same group. */
  takeAnother(snapshotType = 1): void {
    const [group] = this.host.query("SELECT * FROM Msvm_VirtualSystemCollection");
    const Collection = group?.path ?? null;
    this.elsewhere("Msvm_CollectionSnapshotService", "CreateSnapshot", { Collection, SnapshotType: snapshotType });
  }

  /** How many snapshots each machine of the group has. */
  snapshotCounts(): number[] {
    return this.host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length) ?? [];
  }
}
