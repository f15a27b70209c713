import * as v from "valibot";
import type { CimInstance } from "../cim/cim-instance";
import type { CimInstancePath } from "../cim/cim-instance-path";
import type { MethodResult } from "../cim/cim-session";
import type { CimValue } from "../cim/cim-value";
import { ClassName, virtualizationNamespace } from "../schema/names";
import { MachineSnapshotType, ReturnValue, SnapshotType } from "../schema/value-maps";
import { type AssociatorsFilter, CimReader, type ReferencesFilter } from "./cim-reader";
import { type Fault, type FaultedRequest, type HostVerb, readFault } from "./fault";
import { FileRecordLog } from "./file-record-log";
import { findGroup, findMachine } from "./find-by-name";
import { guidFrom } from "./guid";
import { HostHistory } from "./host-history";
import { checkOption, type HostOptions, type OptionName, type OptionValue } from "./host-options";
import type { HostWork } from "./host-record";
import type { HostState, PendingFault, VmmsState } from "./host-state";
import { type HostView, hostTree } from "./host-tree";
import { readMachineChanges } from "./machine-changes";
import { machinePath } from "./machine-snapshots";
import { dispatchMethod, knownMethods } from "./method-dispatcher";
import { packMachine } from "./moving-machine";
import { MemoryRecordLog, type RecordLog } from "./record-log";
import { badHostName, machineBusy, snapshotRefused } from "./refused-changes";
import { notReachable, requestFailure, stoppedFailure } from "./request-failure";
import { readSeedFile, resolveSeed } from "./resolve-seed";
import { denied } from "./rights";
import { hostNameSchema, type ResolvedSeed, type Seed } from "./seed";

/** Options of every simulated host. */
export interface SimulatedHostOptions {
  /** The seed of a host that doesn't exist yet; without it, the host is empty. */
  readonly seed?: Seed;
  /** Milliseconds since 1970; the computer's clock where none is given. */
  readonly clock?: () => number;
  /** Is called with every request before the host serves it. */
  readonly onRequest?: (request: HostRequest) => void;
}

/** Options of a simulated host in a file. */
export interface OpenSimulatedHostOptions extends SimulatedHostOptions {
  /** The file of the host's store; it is created if it doesn't exist. */
  readonly storeFile: string;
  /** The file of a seed; it is read only if the store doesn't exist. */
  readonly seedFile?: string;
}

/** A request that reached the host. */
export interface HostRequest {
  readonly verb: HostVerb;
  /** The object path, or the query. */
  readonly target: string;
  /** The class that the request names. */
  readonly className: string;
  readonly methodName?: string;
  readonly parameters?: Readonly<Record<string, CimValue>>;
}

/**
 * Simulates a Hyper-V host: it behaves as documented and as real hosts were seen to. If
 * neither settles a behaviour, its options do.
 *
 * Several processes may open one store; each sees the others' changes at its next request. Nothing runs in the
 * background: jobs advance by the clock, also while no process has the host open. Every call is complete before
 * it returns.
 *
 * @public
 */
export class SimulatedHost {
  /** `root\virtualization\v2`. */
  readonly namespace = virtualizationNamespace;
  private readonly history: HostHistory;
  private readonly onRequest: ((request: HostRequest) => void) | undefined;
  private readonly served: Record<HostVerb, number> = {
    get: 0,
    query: 0,
    associators: 0,
    references: 0,
    invokeMethod: 0,
  };

  private constructor(log: RecordLog, options: SimulatedHostOptions, seed: () => ResolvedSeed) {
    this.history = new HostHistory(log, options.clock ?? Date.now, seed);
    this.onRequest = options.onRequest;
  }

  /**
   * Opens the host in a store; it is created from the seed if the store doesn't exist.
   *
   * @throws {@link InvalidArgumentError} when the store is damaged or written by a newer version, or the seed breaks its
   * schema; nothing is made or overwritten then.
   */
  static open(options: OpenSimulatedHostOptions): SimulatedHost {
    const { storeFile, seedFile, seed } = options;
    return new SimulatedHost(new FileRecordLog(storeFile), options, () =>
      seedFile === undefined || seed !== undefined ? resolveSeed(seed ?? {}) : readSeedFile(seedFile),
    );
  }

  /** Makes a host in memory. */
  static inMemory(options: SimulatedHostOptions = {}): SimulatedHost {
    return new SimulatedHost(new MemoryRecordLog(), options, () => resolveSeed(options.seed ?? {}));
  }

  /** Returns the host's name, which object paths contain. */
  get hostName(): string {
    return this.history.present().repository.hostName;
  }

  /** Returns the host's time in milliseconds since 1970; it never goes back. */
  get now(): number {
    return this.history.present().time;
  }

  /** Returns every option with its value. */
  get options(): HostOptions {
    return this.history.present().options;
  }

  /** Counts the calls of each method on this host by all processes. */
  get methodCalls(): Readonly<Record<string, number>> {
    return this.history.present().methodCalls;
  }

  /** Counts the requests of each kind that this object served; another process counts its own. */
  get requests(): Readonly<Record<HostVerb, number>> {
    return { ...this.served };
  }

  /** Reads one instance. @throws {@link NotFoundError} when it isn't there. */
  get(path: CimInstancePath): CimInstance {
    return this.read(requestAt("get", path), (reader) => reader.get(path));
  }

  /** Runs a WQL query. @throws {@link CimError} when it is malformed, or names a class or property that isn't there. */
  query(wql: string): readonly CimInstance[] {
    return this.read({ verb: "query", target: wql, className: classInQuery(wql) }, (reader) => reader.query(wql));
  }

  /** Walks associations from one instance to those at the other ends. */
  associators(path: CimInstancePath, filter: AssociatorsFilter = {}): readonly CimInstance[] {
    return this.read(requestAt("associators", path), (reader) => reader.associators(path, filter));
  }

  /** Reads the association rows that name an instance. */
  references(path: CimInstancePath, filter: ReferencesFilter = {}): readonly CimInstance[] {
    return this.read(requestAt("references", path), (reader) => reader.references(path, filter));
  }

  /**
   * Invokes a method.
   *
   * @throws {@link CimError} for a call that WMI itself refuses; what a method refuses is its return value.
   */
  invokeMethod(
    path: CimInstancePath,
    methodName: string,
    parameters: Readonly<Record<string, CimValue>> = {},
  ): MethodResult {
    const request: HostRequest = { ...requestAt("invokeMethod", path), methodName, parameters };
    return this.serve(request, () =>
      this.history.commit((state) => {
        const { result, changes } = dispatchMethod(state, { path, methodName, parameters }, state.time);
        return { answer: result, changes };
      }),
    );
  }

  /**
   * Tells how many milliseconds the answer to a request takes; this uses up the fault that says so.
   *
   * The host itself answers at once; the session waits.
   */
  answerDelayMs(request: FaultedRequest): number {
    const fault = this.history.present().faultFor(request);
    if (fault?.fault.delaySeconds === undefined) return 0;
    this.use(fault);
    return fault.fault.delaySeconds * 1000;
  }

  /** The state of VMMS, the host's service. */
  get vmms(): VmmsState {
    return this.history.present().vmms;
  }

  /**
   * Stops VMMS, which answers for all of the namespace. Requests are answered as the option `stoppedVmms` says, and jobs
   * end as `jobsAtRestart` says.
   */
  stopVmms(): void {
    this.history.commit(() => ({ answer: undefined, changes: [{ kind: "vmmsStopped" }] }));
  }

  /**
   * Starts VMMS.
   *
   * @param options - `startingSeconds`: how long it takes; until then requests are answered as while it is stopped.
   */
  startVmms({ startingSeconds = 0 }: { readonly startingSeconds?: number } = {}): void {
    this.history.commit((state) => ({
      answer: undefined,
      changes: [{ kind: "vmmsStarted", runsFrom: state.time + startingSeconds * 1000 }],
    }));
  }

  /**
   * Restarts the computer; jobs that run then end as the option `jobsAtRestart` says.
   *
   * @param options - `downSeconds`: how long no request is answered.
   */
  restart({ downSeconds }: { readonly downSeconds: number }): void {
    this.history.commit((state) => ({
      answer: undefined,
      changes: [{ kind: "restarted", downUntil: state.time + downSeconds * 1000 }],
    }));
  }

  /**
   * Chooses how the host behaves from now on, for every process that has it open.
   *
   * @throws {@link InvalidArgumentError} when there is no such option or value.
   */
  setOption<Name extends OptionName>(name: Name, value: OptionValue<Name>): void {
    checkOption(name, value);
    this.history.commit(() => ({ answer: undefined, changes: [{ kind: "optionSet", name, value }] }));
  }

  /**
   * Makes coming requests fail, in any process.
   *
   * @throws {@link InvalidArgumentError} when the fault is malformed, or names a method that doesn't exist.
   */
  injectFault(fault: Fault): void {
    const resolved = readFault(fault, knownMethods, this.history.name);
    this.history.commit((state) => {
      const faultId = guidFrom(state.origin, state.nextSequence, "fault");
      return { answer: undefined, changes: [{ kind: "faultInjected", faultId, fault: resolved }] };
    });
  }

  /**
   * Puts another version of the application on a machine's disk, as a person does who works in the machine.
   *
   * @param machine - Its name or GUID.
   * @throws {@link InvalidArgumentError} when there isn't exactly one such machine.
   */
  upgradeMachine(machine: string, applicationVersion: string): void {
    this.work((idOf) => ({ kind: "upgradeMachine", machineId: idOf(machine), applicationVersion }));
  }

  /**
   * Starts a machine, as a person does who looks after the host.
   *
   * @param machine - Its name or GUID.
   * @throws {@link InvalidArgumentError} when there isn't exactly one such machine.
   */
  startMachine(machine: string): void {
    this.work((idOf) => ({ kind: "startMachine", machineId: idOf(machine) }));
  }

  /**
   * Takes a checkpoint of one machine, as `Checkpoint-VM` does.
   *
   * @param machine - Its name or GUID.
   * @returns The seconds until the checkpoint is there.
   * @throws {@link InvalidArgumentError} when there isn't exactly one such machine, or the host refuses.
   */
  takeCheckpoint(machine: string): number {
    const { repository } = this.history.present();
    const machineId = findMachine(repository, machine, this.history.name);
    return this.takeByHand(`a checkpoint of ${JSON.stringify(machine)}`, ClassName.virtualSystemSnapshotService, {
      AffectedSystem: machinePath(repository, machineId),
      SnapshotType: MachineSnapshotType.FullSnapshot,
    });
  }

  /**
   * Takes a snapshot of a VM group, as a script that calls `CreateSnapshot` does.
   *
   * @param group - Its name or `CollectionID`.
   * @returns The seconds until the snapshot is there.
   * @throws {@link InvalidArgumentError} when there isn't exactly one such group, or the host refuses.
   */
  takeSnapshot(group: string): number {
    const { repository } = this.history.present();
    return this.takeByHand(`a snapshot of ${JSON.stringify(group)}`, ClassName.collectionSnapshotService, {
      Collection: findGroup(repository, group, this.history.name),
      SnapshotType: SnapshotType.StandardSnapshot,
    });
  }

  private takeByHand(what: string, serviceClass: string, parameters: Readonly<Record<string, CimValue>>): number {
    const { repository, seed } = this.history.present();
    const [service] = [...repository.instancesOf(serviceClass)];
    if (service === undefined) throw new TypeError(`the host has no ${serviceClass}`);
    const inParameters = { SnapshotSettings: "", ...parameters };
    const { returnValue } = this.invokeMethod(service.path, "CreateSnapshot", inParameters);
    if (returnValue === ReturnValue.CompletedWithNoError) return 0;
    if (returnValue === ReturnValue.MethodParametersCheckedJobStarted) return seed.jobs.CreateSnapshot.seconds;
    throw snapshotRefused(what, returnValue, this.history.name);
  }

  /**
   * Changes what a machine shows of itself: any property of its `Msvm_ComputerSystem` or of its active settings.
   * `merging` switches the merging of its disks on or off.
   *
   * An `OperationalStatus` is shown while no job works on the machine and its disks don't merge.
   *
   * @param machine - Its name or GUID.
   * @throws {@link InvalidArgumentError} when there isn't exactly one such machine, or no such property or value.
   */
  changeMachine(machine: string, changes: Readonly<Record<string, CimValue>>): void {
    const { schema } = this.history.present().repository;
    const sorted = readMachineChanges(changes, schema, this.history.name);
    this.work((idOf) => ({ kind: "changeMachine", machineId: idOf(machine), ...sorted }));
  }

  /**
   * Moves a machine, with its settings and snapshots, to another host. The groups and snapshot collections of this host
   * stay here: each node of a cluster has its own.
   *
   * @param machine - Its name or GUID.
   * @throws {@link InvalidArgumentError} when there isn't exactly one such machine, or a job works on it.
   */
  moveMachine(machine: string, to: SimulatedHost): void {
    const { repository, activity, scene } = this.history.present();
    const machineId = findMachine(repository, machine, this.history.name);
    if (activity.isWorkedOn(machineId)) throw machineBusy(machine, this.history.name);
    const luggage = packMachine(scene, machineId);
    to.work(() => ({ kind: "receiveMachine", ...luggage }));
    this.work(() => ({ kind: "sendMachine", machineId }));
  }

  /** Gives the host another name. Its objects keep their keys; paths bear the new name. */
  rename(hostName: string): void {
    const parsed = v.safeParse(hostNameSchema, hostName);
    if (!parsed.success) throw badHostName(hostName, this.history.name);
    this.history.commit(() => ({ answer: undefined, changes: [{ kind: "hostRenamed", hostName }] }));
  }

  /** Returns the groups, machines and snapshots for people. It doesn't count as a request. */
  tree(): HostView {
    const state = this.history.present();
    return hostTree(new CimReader(state.repository, state.time, "full"), state.disks, state.repository.hostName);
  }

  /** Does something that no request asked for. */
  private work(workOn: (idOf: (machine: string) => string) => HostWork): void {
    this.history.commit((state) => {
      const work = workOn((machine) => findMachine(state.repository, machine, this.history.name));
      return { answer: undefined, changes: [{ kind: "workDone", work }] };
    });
  }

  private read<Answer>(request: HostRequest, ask: (reader: CimReader) => Answer): Answer {
    return this.serve(request, (state) => ask(new CimReader(state.repository, state.time, state.rights)));
  }

  /** Serves a request, if the host's state, the client's rights and the faults let it. */
  private serve<Answer>(request: HostRequest, answer: (state: HostState) => Answer): Answer {
    this.onRequest?.(request);
    this.served[request.verb] += 1;
    const state = this.history.present();
    if (!state.isUp) throw notReachable(request, state.repository.hostName);
    const fault = state.faultFor(request);
    const failure = fault && requestFailure(fault.fault, request, state.repository.hostName);
    if (fault !== undefined && failure !== undefined) this.use(fault);
    if (failure?.takesEffect === false) throw failure.error;
    // behaviour: rights
    if (state.options.rights === "denied") throw denied(request);
    const stopped = stoppedFailure(state, request);
    if (stopped !== undefined) throw stopped;
    const answered = answer(this.history.present());
    if (failure !== undefined) throw failure.error;
    return answered;
  }

  private use({ faultId }: PendingFault): void {
    this.history.commit(() => ({ answer: undefined, changes: [{ kind: "faultUsed", faultId }] }));
  }
}

const requestAt = (verb: HostVerb, path: CimInstancePath): HostRequest => ({
  verb,
  target: path.toString(),
  className: path.className,
});

/** Finds the class that a query names; the empty text for a query that names none. */
export function classInQuery(wql: string): string {
  const [, selected, started] = /\bFROM\s+(\w+)|\bOF\s+\{(?:[^{}]*:)?(\w+)/i.exec(wql) ?? [];
  return selected ?? started ?? "";
}
