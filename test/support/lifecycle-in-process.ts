import { randomInt } from "node:crypto";
import type { CimValue } from "../../provider/src/cim/cim-value";
import { observedSession } from "../../provider/src/cim/observed-session";
import { DynamicAdapter, DynamicHost } from "../../provider/src/dynamic/adapter";
import type { DeploymentStates } from "../../provider/src/dynamic/deployment";
import type { PartialCreateError } from "../../provider/src/errors";
import { VirtualSystemCollectionResource } from "../../provider/src/group/virtual-system-collection";
import { explainedSession } from "../../provider/src/hyperv/visibility";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { Connections } from "../../provider/src/process/operation";
import type { EngineMessage } from "../../provider/src/process/progress";
import type { Properties } from "../../provider/src/process/resource-call";
import { type Lock, Locks } from "../../provider/src/recovery/lock";
import { type RecordFiles, recordFilesInMemory } from "../../provider/src/recovery/record-files";
import { Recovery } from "../../provider/src/recovery/recovery";
import { type HostRequest, type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { CollectionSnapshotResource } from "../../provider/src/snapshot/collection-snapshot";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "./fake-clock";
import { asLongAsItTakes } from "./lock-wait";
import { webTierSeed } from "./simulated-hosts";

/** What most tests ask for. */
export const standardInputs: Properties = { collection: "web-tier", snapshotType: "Standard", __provider: "text" };

/** The same for a resource whose URN is known, so that its recovery records are found. */
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
  /** The recovery records, as a file system keeps them. */
  readonly records: RecordFiles;
  /** The name of this process. */
  readonly process = `${randomInt(1e6)}-1`;
  /** Whether this process was killed: nothing that it asks, and nothing that it writes, is ever answered again. */
  isKilled = false;
  /** The processes of this machine that live. */
  readonly alive: Set<string>;
  /** What the deployment's state holds; undefined where it can't be asked. */
  state: Awaited<ReturnType<DeploymentStates["exportStack"]>>;
  readonly lifecycle: DynamicAdapter;
  readonly groups: DynamicAdapter;

  /**
   * @param earlier - An earlier run: this process takes over its host, clock and recovery records.
   * @param environment - More of the process's environment.
   * @param machine - Where the process runs.
   */
  constructor(
    configuration: Readonly<Record<string, string>> = {},
    seed: Seed = webTierSeed,
    earlier?: Pick<LifecycleInProcess, "host" | "clock" | "records">,
    environment: Readonly<Record<string, string>> = {},
    machine = "0123456789ab",
  ) {
    this.records = earlier?.records ?? recordFilesInMemory();
    this.alive = new Set([this.process]);
    this.clock = earlier?.clock ?? new FakeClock();
    this.host = earlier?.host ?? this.newHost(seed);
    const { clock } = this;
    const send = (message: EngineMessage) => void this.messages.push(message);
    const moment = () => new Date(firstMoment + this.clock.now());
    const connections = new Connections({
      clock,
      moment,
      connect: async ({ connection, formerHostName }) => {
        this.opened.push(connection);
        const host = this.connectedHosts.get(connection) ?? this.host;
        const opened = simulatedSession(host, (ms, signal) => this.clock.sleep(ms, signal));
        const observe = (text: string) => send({ severity: "debug", text, urn: undefined, ephemeral: false });
        const session = observedSession(opened, { formerHostName, observe, now: () => clock.now() });
        const living = this.whileAlive(explainedSession(session));
        return { session: living, jobs: new JobMonitor(living, this.clock, () => 0.5) };
      },
    });
    const recovery = new Recovery({
      clock,
      moment,
      openFiles: () => this.whileAlive(this.records),
      liveness: { machine, process: this.process, isAlive: (name) => this.alive.has(name) },
    });
    const adapting = new DynamicHost({
      clock,
      link: { hasTerminal: true, takesDebug: true, send },
      environment,
      backend: () => "https://backend.example",
      states: { exportStack: async () => this.state, listStacks: async (scope) => [scope] },
    });
    this.lifecycle = new DynamicAdapter(adapting, new CollectionSnapshotResource(connections, recovery));
    this.groups = new DynamicAdapter(adapting, new VirtualSystemCollectionResource(connections, recovery));
    // a default connection would leave nothing to use it
    const transport = configuration["connection"] === undefined ? { transport: "simulated" } : {};
    const values: Record<string, string> = { ...transport, ...configuration };
    this.lifecycle.configure({ config: { get: (key) => values[key.replace("hyperv-snapshots:", "")] } });
  }

  /** Kills this process, as `SIGKILL` does. */
  kill(): void {
    this.isKilled = true;
  }

  private whileAlive<T extends object>(target: T): T {
    const never = new Promise(() => {});
    return new Proxy(target, {
      get: (object, name) => {
        const value = Reflect.get(object, name) as unknown;
        if (typeof value !== "function" || name === "locate") return value;
        return async (...parameters: unknown[]) => {
          if (this.isKilled) return never;
          const answer = await (value.apply(object, parameters) as Promise<unknown>);
          return this.isKilled ? never : answer;
        };
      },
    });
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

  /** Calls a method of a service past the lifecycle, as another program does. */
  elsewhere(serviceClass: string, method: string, parameters: Readonly<Record<string, CimValue>>): void {
    const [service] = this.host.query(`SELECT * FROM ${serviceClass}`);
    if (service) this.host.invokeMethod(service.path, method, parameters);
  }

  /** Another process of this machine locks a VM group. */
  async lockElsewhere(groupName: string): Promise<Lock> {
    const [group] = this.host.query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${groupName}'`);
    const process = "1-1";
    this.alive.add(process);
    const liveness = { machine: "0123456789ab", process, isAlive: (name: string) => this.alive.has(name) };
    const locks = new Locks(this.records, this.clock, liveness);
    return this.run(locks.take([String(group?.string("CollectionID"))], asLongAsItTakes));
  }

  /** Another program asks for a snapshot of the same group. */
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
