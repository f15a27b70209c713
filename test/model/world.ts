import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import { scopeOf } from "../../provider/src/dynamic/deployment";
import { memberSnapshots } from "../../provider/src/hyperv/snapshot-collection";
import type { Pending, Properties } from "../../provider/src/process/resource-call";
import type { RecoveryRecord } from "../../provider/src/recovery/record";
import { locksFolder, recordFile, recordFilesInMemory, resourceFolder } from "../../provider/src/recovery/record-files";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { reachedBy } from "../../provider/src/snapshot/finish";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "../support/fake-clock";
import { FewLineEngine, type Live, type State } from "../support/few-line-engine";
import { takeByHand, unhinderedSeed } from "../support/simulated-hosts";
import { Fuse, Killed } from "./fuse";
import { type Act, notByPulumi, type Operation } from "./operations";
import { backend, called, firstMoment, startProvider } from "./provider";

/** Tells whether a run has reported what it found, since it can't be proven whose it is. */
export const isUndecided = (error: unknown): boolean => /may be another's|by another program: /.test(messageOf(error));

/** What an error says: once it is made ready for Pulumi, its `toString` gives only its name. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** What the host does with dependent snapshots, what the program's option says, and mistakes made on purpose. */
export interface WorldOptions {
  readonly dependents: "kept" | "removed";
  /** The program's option says that a requested replacement takes the new one first. */
  readonly newFirst?: boolean;
  /** The class doesn't remove the record when the id resolves. */
  readonly classForgetsNothing?: boolean;
  /** Which moment of its job a snapshot has as its time: the end where nothing is said. */
  readonly creationTime?: "atStart";
}

/** One stack: its program, and what its state holds. */
interface Stack extends State {
  urn: string;
  /** The URNs that the resource had: its aliases. */
  former: string[];
  version: number;
  /** The program's VM group. */
  readonly group: State;
  readonly groupName: string;
  /** An interrupted run's VM group is recorded under a name that the stack no longer has. */
  hasGroupLeftOver: boolean;
  /** An operation of it was interrupted or failed: until its next whole one the host may hold more of it than its state names. */
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
 * The real resources over the simulated host in memory, under an engine of a few lines: it saves only after `create` has answered, and
 * deletes last. Every call to the host, to the recovery records and of the engine is a step at which a run can be interrupted.
 */
export class World {
  readonly clock = new FakeClock(2);
  readonly host: SimulatedHost;
  readonly files = recordFilesInMemory();
  readonly stacks: readonly Stack[] = [0, 1].map((index) => ({
    urn: urnOf(`stack${index}`, "before"),
    former: [],
    version: 0,
    live: undefined,
    pendingDeletes: [],
    group: { live: undefined, pendingDeletes: [] },
    groupName: `tier-${index}`,
    hasGroupLeftOver: false,
    wasDisturbed: false,
  }));
  /** The ids of snapshot collections that nothing may destroy: kept on purpose, or another person's. */
  readonly untouchable = new Set<string>();
  readonly warnings: string[] = [];
  /** Snapshots that no stack manages any more may be on the host. */
  hasLeftOvers = false;
  /** The host may have forgotten a job: what it made may then not be proven to be its result. */
  hasForgottenJobs = false;
  /** A job that was requested on this host fails, be it after its run was interrupted. */
  hasFailingJobs = false;
  /** Whether a run couldn't read the states. */
  hasUnknownState = false;
  /** The ids of snapshot collections that were imported, whatever their names. */
  readonly imported = new Set<string>();
  /** What the operation under way has reported as left alone. */
  private readonly leftAlone: string[] = [];
  private readonly options: WorldOptions;

  /** Whether the class leaves all records. */
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
        options: {
          ...unhinderedSeed.options,
          dependents: options.dependents,
          groupCompletion: "job",
          snapshotCreationTime: options.creationTime ?? "atEnd",
        },
      },
      clock: () => firstMoment + this.clock.now(),
    });
  }

  /** Runs an operation, to its end or to where it is interrupted. */
  async run({ stack: index, operation, kill }: Act): Promise<Outcome> {
    const stack = this.stacks[index]!;
    const fuse = new Fuse(kill);
    const work = this.act(stack, operation, fuse);
    try {
      const isByPulumi = !notByPulumi.includes(operation);
      if (isByPulumi) stack.wasDisturbed = true;
      await this.clock.run(Promise.race([work, fuse.death]));
      if (isByPulumi && !/destroy|group|import/.test(operation)) stack.wasDisturbed = false;
      await this.holdToWhatItSaid(stack, true);
      return { isWhole: true, steps: fuse.steps };
    } catch (error) {
      const isWhole = !(error instanceof Killed);
      if (isUndecided(error)) this.warnings.push(messageOf(error));
      await this.holdToWhatItSaid(stack, isWhole);
      return { isWhole, error, steps: fuse.steps };
    }
  }

  /** Protects the snapshots that were reported as retained, once a record says so; an interrupted run may not have written it. */
  private async holdToWhatItSaid(stack: Stack, isWhole: boolean): Promise<void> {
    const records = await this.recordsOf(stack);
    for (const id of this.leftAlone.splice(0)) {
      const isRetained = records.some(({ phase, pending }) => phase === "retained" && pending.made?.includes(id));
      if (isWhole || isRetained) this.untouchable.add(id);
    }
  }

  private async act(stack: Stack, operation: Operation, fuse: Fuse): Promise<void> {
    const up = () =>
      this.startEngine(stack, operation, fuse).up(inputs(stack, operation), {
        isReplace: operation.startsWith("replace"),
      });
    this.hasUnknownState ||= operation.endsWith("unknown state");
    switch (operation) {
      case "forget":
        if (stack.live && !(await this.isTakenForUnsaved(stack))) await this.keep(stack.live);
        stack.live = undefined;
        return;
      case "foreign snapshot":
        return this.takeForeign();
      case "ten minutes pass":
        this.hasForgottenJobs = true;
        return this.clock.sleep(10 * 60_000);
      case "import":
        return this.import(stack, fuse);
      case "rename":
        stack.former = [stack.urn, ...stack.former];
        stack.urn = `${stack.urn}x`;
        return;
      case "swap names":
        return this.swapNames();
      case "destroy":
        return this.startEngine(stack, operation, fuse).destroy();
      case "group up":
        return this.startGroupEngine(stack, operation, fuse).up({
          name: stack.groupName,
          members: ["web-01"],
          __provider: "text",
          __meta: { urn: groupUrn(stack.urn), ...(stack.former.length > 0 && { aliases: stack.former.map(groupUrn) }) },
        });
      case "group destroy":
        return this.startGroupEngine(stack, operation, fuse).destroy();
      case "change":
        stack.version += 1;
        return up();
      case "up, its job fails":
        this.hasFailingJobs = true;
        return up();
      default:
        return up();
    }
  }

  private startEngine(stack: Stack, operation: Operation, fuse: Fuse): FewLineEngine {
    const { dependents, newFirst = false } = this.options;
    return new FewLineEngine({
      provider: called(this.startProvider(fuse, operation).snapshots),
      state: stack,
      // the class sets the option deleteBeforeReplace unless the host keeps dependent snapshots
      takesNewFirst: (isReplace) => dependents === "kept" || (isReplace && newFirst),
      step: () => fuse.engineStep(),
      onSaved: () => this.forgetSaved(stack.live),
    });
  }

  private startGroupEngine(stack: Stack, operation: Operation, fuse: Fuse): FewLineEngine {
    return new FewLineEngine({
      provider: called(this.startProvider(fuse, operation).groups),
      state: stack.group,
      takesNewFirst: () => true,
      step: () => fuse.engineStep(),
      onSaved: () => this.forgetSaved(stack.group.live),
    });
  }

  /**
   * The one ambiguity that is left: a run was interrupted between the engine's save and the class's removal of the record, or its snapshot was
   * imported, and then the resource is taken out of the state before any other run. The next run can't tell that from one that was interrupted
   * before the save.
   */
  private async isTakenForUnsaved(stack: Stack): Promise<boolean> {
    // under any name: the stack may have been renamed in between
    const records = await this.allRecords();
    if (records.length > 0 && this.imported.has(idIn(stack.live))) return true;
    return stack.wasDisturbed && records.some(({ id }) => id === stack.live?.id);
  }

  /** A person keeps a snapshot on purpose, unless an interrupted run has begun to destroy it; or what an incomplete one will be. */
  private async keep({ outs, isPartial }: Live): Promise<void> {
    await this.clock.sleep(2000);
    const id = collectionIdOf(outs);
    if (this.collections().includes(id)) this.untouchable.add(id);
    if (isPartial) this.hasLeftOvers = true;
  }

  /**
   * A person takes a snapshot of the group. Not while a job works on its machines, since hosts refuse that, and not within two minutes of a request
   * with an unknown outcome, since it would look the same.
   */
  private async takeForeign(): Promise<void> {
    if (this.isBusy() || (await this.hasOpenRequest())) return;
    const before = new Set(this.collections());
    takeByHand(this.host);
    await this.clock.sleep(2000);
    for (const id of this.collections()) if (!before.has(id)) this.untouchable.add(id);
  }

  /** A person finds on the host what an interrupted run has made, and puts it into the state under an id of its own. */
  private async import(stack: Stack, fuse: Fuse): Promise<void> {
    await this.clock.sleep(2000);
    if (stack.live) return;
    // what another stack has requested may be that one's: a person who can't tell imports nothing
    if (this.stacks.some((other) => other !== stack && (other.wasDisturbed || other.live?.isPartial))) return;
    const held = new Set(this.stacks.flatMap(({ live, pendingDeletes }) => [live, ...pendingDeletes]).map(idIn));
    const records = await this.recordsOf(stack);
    const found = this.collections().find(
      (id) =>
        !held.has(id) &&
        !this.untouchable.has(id) &&
        records.every(({ pending }) => !pending.before.includes(id)) &&
        records.length > 0,
    );
    if (found === undefined) return;
    const { snapshots } = this.startProvider(fuse, "import");
    const { props = {} } = await snapshots.read(found, { __provider: "text" });
    const { __meta: _, ...given } = inputs(stack, "up");
    this.imported.add(found);
    // as the command names it
    stack.live = { id: randomUUID(), outs: { ...props, ...given, __meta: { urn: stack.urn } } };
  }

  /** Gives each of the two stacks the name of the other, as three `pulumi stack rename` do. What the states have stored stays. */
  private async swapNames(): Promise<void> {
    // the records of what was interrupted stay under the old names: no run finds them for its stack any more
    for (const stack of this.stacks) {
      if ((await this.recordsOf(stack)).length > 0) this.hasLeftOvers = true;
      for (const urn of [stack.urn, ...stack.former].map(groupUrn))
        stack.hasGroupLeftOver ||= (await this.recordsIn(folderOf(urn))).length > 0;
    }
    const [one, other] = this.stacks as [Stack, Stack];
    [one.urn, other.urn] = [other.urn, one.urn];
    [one.former, other.former] = [[], []];
  }

  /** Waits until the host has done what it was asked for. */
  async settle(): Promise<void> {
    await this.clock.run(this.clock.sleep(2000));
  }

  private isBusy(): boolean {
    const machines = this.host.query("SELECT * FROM Msvm_ComputerSystem");
    return machines.some((machine) => machine.numbers("OperationalStatus").length > 1);
  }

  private async hasOpenRequest(): Promise<boolean> {
    const now = firstMoment + this.clock.now();
    const requested = (await this.allRecords())
      .filter(({ phase, subject }) => phase === "requested" && subject.path !== "")
      .map(({ beganAt }) => reachedBy(new Date(beganAt)));
    const saved = this.stacks.map(({ live }) => live?.outs["__pending"] as Pending | null | undefined);
    const unknown = [...saved, ...(await this.allRecords()).map(({ pending }) => pending)].flatMap((pending) =>
      pending?.outcomeUnknown && pending.until !== undefined ? [pending.until] : [],
    );
    return [...requested, ...unknown].some((until) => Date.parse(until) >= now);
  }

  /** What `pulumi stack export` answers for the stack of a name. */
  private exported(name: string) {
    const stack = this.stacks.find(({ urn }) => urn.startsWith(`urn:pulumi:${name}::`));
    return stack && exported(stack);
  }

  /** The recovery records of a stack's snapshot, under its name or a former one. */
  async recordsOf({ urn, former }: Stack): Promise<readonly RecoveryRecord[]> {
    const found: RecoveryRecord[] = [];
    for (const name of [urn, ...former]) found.push(...(await this.recordsIn(folderOf(name))));
    return found;
  }

  /** The ids of a stack's resources. */
  idsOf(index: 0 | 1): ReadonlySet<string> {
    const { live, pendingDeletes } = this.stacks[index]!;
    return new Set([...(live ? [live] : []), ...pendingDeletes].map(({ id }) => id));
  }

  /** The records of the other stack, as text: no run of this one may change them, unless they are of its own resource. */
  async recordsOfOthers(index: 0 | 1, own: ReadonlySet<string>): Promise<string> {
    const records = await this.recordsIn(folderOf(this.stacks[1 - index]!.urn));
    return JSON.stringify(records.filter(({ id }) => !own.has(id)));
  }

  private async allRecords(): Promise<readonly RecoveryRecord[]> {
    const found: RecoveryRecord[] = [];
    for (const folder of await this.files.folders()) found.push(...(await this.recordsIn(folder)));
    return found;
  }

  private async recordsIn(folder: string): Promise<readonly RecoveryRecord[]> {
    const names = (await this.files.list(folder)).filter(recordFile.idIn);
    return Promise.all(names.map(async (name) => JSON.parse((await this.files.read(folder, name)) ?? "")));
  }

  /** The tickets that the last process has left. Those of dead ones go when the next operation takes a lock. */
  async locks(): Promise<readonly string[]> {
    const names = await this.files.list(locksFolder);
    return names.filter((name) => name.includes(`-${this.processes}-1-`));
  }

  /** What the class does when the id has resolved in the program. */
  private async forgetSaved(live: Live | undefined): Promise<void> {
    const path = live?.outs["__record"];
    if (this.options.classForgetsNothing || typeof path !== "string") return;
    await this.files.remove(dirname(path), basename(path));
  }

  /** The ids of the snapshot collections on the host. */
  collections(): readonly string[] {
    return this.host.query("SELECT * FROM Msvm_SnapshotCollection").map(({ path }) => idOf(path));
  }

  /** The names of the snapshots in a snapshot collection. */
  async namesIn(snapshotCollectionId: string): Promise<readonly string[]> {
    const path = new CimInstancePath({
      className: "Msvm_SnapshotCollection",
      keys: { CollectionID: snapshotCollectionId },
    });
    const members = await memberSnapshots(simulatedSession(this.host), path);
    return members.map(({ name }) => name);
  }

  /** The ids of the VM groups of a stack. */
  groupsOf({ groupName }: Stack): readonly string[] {
    return this.host
      .query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${groupName}'`)
      .map(({ path }) => idOf(path));
  }

  private startProvider(fuse: Fuse, operation: Operation) {
    this.processes += 1;
    return startProvider({
      host: this.host,
      files: this.files,
      clock: this.clock,
      process: `${this.processes}-1`,
      dependents: this.options.dependents,
      operation,
      fuse,
      exported: (name) => this.exported(name),
      warn: (text) => {
        this.warnings.push(text);
        const left = /CollectionID="([^"]+)"\).*stays on the host as it is/.exec(text)?.[1];
        // what the state has after all goes on being the stack's
        if (left !== undefined && !this.stacks.some((one) => isNamedBy(one, left))) this.leftAlone.push(left);
      },
    });
  }

  private processes = 0;
}

/** What the program registers. */
function inputs({ urn, former, version }: Stack, operation: Operation): Properties {
  const isShort = operation === "up, with too short a timeout";
  return {
    collection: "web-tier",
    snapshotType: "Standard",
    snapshotName: "before",
    triggers: [version],
    __provider: "text",
    __meta: {
      urn,
      ...(former.length > 0 && { aliases: former }),
      ...(isShort && { timeouts: { create: "200ms", update: "200ms" } }),
    },
  };
}

function exported({ urn, live, pendingDeletes, group }: Stack) {
  const resource = (name: string, { id, outs, isReplacementPending }: Live) => ({
    urn: name,
    id,
    outputs: outs,
    ...(isReplacementPending && { pendingReplacement: true }),
  });
  return [
    ...(live ? [resource(urn, live)] : []),
    ...pendingDeletes.map((old) => ({ ...resource(urn, old), delete: true })),
    ...(group.live ? [resource(groupUrn(urn), group.live)] : []),
  ];
}

const idOf = (path: CimInstancePath) => String(path.key("CollectionID"));
const idIn = (live: Live | undefined) => (live ? collectionIdOf(live.outs) : "");
const urnOf = (stack: string, name: string) =>
  `urn:pulumi:${stack}::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::${name}`;
const groupUrn = (urn: string) => `${urn}-group`;
const folderOf = (urn: string) => resourceFolder({ scope: scopeOf(urn, undefined, backend), resource: urn });

function isNamedBy({ live, pendingDeletes }: State, id: string): boolean {
  return [...(live ? [live] : []), ...pendingDeletes].some(({ outs }) => collectionIdOf(outs) === id);
}

/** The snapshot collection that a state names; empty where it names none yet. */
export function collectionIdOf(outs: Properties): string {
  return String(outs["snapshotCollectionId"] ?? "");
}
