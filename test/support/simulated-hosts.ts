import type { CimInstance } from "../../provider/src/cim/cim-instance";
import type { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { MethodResult } from "../../provider/src/cim/cim-session";
import type { CimValue } from "../../provider/src/cim/cim-value";
import { type Seed, SimulatedHost } from "../../provider/src/simulator/index";

/** Three running machines in a group and one outside it; jobs of 10 s and 4 s. */
export const webTierSeed: Seed = {
  hostName: "HV-TEST",
  machines: [{ name: "web-01" }, { name: "web-02" }, { name: "db-01" }, { name: "other" }],
  groups: [{ name: "web-tier", members: ["web-01", "web-02", "db-01"] }],
  jobs: { CreateSnapshot: { seconds: 10 }, DestroySnapshot: { seconds: 4 } },
};

/** The same, where jobs on one machine run side by side, also beside a merge. */
export const unhinderedSeed: Seed = {
  ...webTierSeed,
  options: { membersBusy: "accept", membersMerging: "accept" },
};

/** Settings as CreateSnapshot takes them. */
export const embeddedSettings =
  '<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData"><PROPERTY NAME="ConsistencyLevel" TYPE="uint8"><VALUE>1</VALUE></PROPERTY></INSTANCE>';

/** A host of many groups with one machine each: `group-NAME` with `vm-NAME`. */
export function groupsOfOne(names: readonly string[], seed: Seed): Seed {
  return {
    ...seed,
    machines: names.map((name) => ({ name: `vm-${name}` })),
    groups: names.map((name) => ({ name: `group-${name}`, members: [`vm-${name}`] })),
  };
}

/** What {@link takeByHand} calls: the built package's host and the source's are two types. */
interface SomeHost<Path, Result> {
  query(wql: string): readonly { readonly path: Path }[];
  invokeMethod(path: Path, methodName: string, inParameters: Record<string, Path | number>): Result;
}

/** Takes a snapshot of a host's only group, as a person does by hand, without Pulumi. */
export function takeByHand<Path, Result>(host: SomeHost<Path, Result>): Result {
  const [service] = host.query("SELECT * FROM Msvm_CollectionSnapshotService");
  const [group] = host.query("SELECT * FROM Msvm_VirtualSystemCollection");
  if (service === undefined || group === undefined) throw new Error("the host has no group");
  return host.invokeMethod(service.path, "CreateSnapshot", { Collection: group.path, SnapshotType: 1 });
}

/** A clock that stands still until a test moves it: 2026-11-23 06:42:00 UTC to begin with. */
export class SteppedClock {
  milliseconds = Date.UTC(2026, 10, 23, 6, 42);

  readonly read = (): number => this.milliseconds;

  pass(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}

/** A simulated host with a clock of its own, and the few calls that most tests make. */
export class HostAtHand {
  readonly clock: SteppedClock;
  readonly host: SimulatedHost;

  constructor(seed: Seed = webTierSeed, clock = new SteppedClock()) {
    this.clock = clock;
    this.host = SimulatedHost.inMemory({ seed, clock: clock.read });
  }

  /** The only instance that a query finds. */
  only(wql: string): CimInstance {
    const [first, ...others] = this.host.query(wql);
    if (first === undefined || others.length > 0) throw new Error(`${wql}: ${others.length + (first ? 1 : 0)} found`);
    return first;
  }

  group(name = "web-tier"): CimInstancePath {
    return this.only(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${name}'`).path;
  }

  machine(name: string): CimInstance {
    return this.only(`SELECT * FROM Msvm_ComputerSystem WHERE ElementName = '${name}'`);
  }

  get service(): CimInstancePath {
    return this.only("SELECT * FROM Msvm_CollectionSnapshotService").path;
  }

  /** Calls a method of a service, of which a host has one each. */
  call(serviceClass: string, method: string, parameters: Readonly<Record<string, CimValue>>): MethodResult {
    return this.host.invokeMethod(this.only(`SELECT * FROM ${serviceClass}`).path, method, parameters);
  }

  /** Takes a checkpoint of one machine, as people do, and lets its job end. */
  takeCheckpoint(machine: string): void {
    const AffectedSystem = this.machine(machine).path;
    this.call("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", { AffectedSystem, SnapshotType: 2 });
    this.clock.pass(10);
  }

  createSnapshot(parameters: Readonly<Record<string, CimValue>> = {}): MethodResult {
    return this.host.invokeMethod(this.service, "CreateSnapshot", {
      Collection: this.group(),
      SnapshotSettings: "",
      SnapshotType: 1,
      ...parameters,
    });
  }

  destroySnapshot(collection: CimInstancePath): MethodResult {
    return this.host.invokeMethod(this.service, "DestroySnapshot", { AffectedSnapshotCollection: collection });
  }

  /** Takes a snapshot and lets its job end. @returns The path of the snapshot collection that wasn't there before. */
  takeSnapshot(parameters: Readonly<Record<string, CimValue>> = {}): CimInstancePath {
    const before = new Set(this.snapshotCollections().map(({ identity }) => identity));
    const { returnValue } = this.createSnapshot(parameters);
    if (returnValue === 4096) this.clock.pass(10);
    const made = this.snapshotCollections().filter(({ identity }) => !before.has(identity));
    if (made[0] === undefined || made.length > 1)
      throw new Error(`${made.length} were made, CreateSnapshot ${returnValue}`);
    return made[0];
  }

  snapshotCollections(): readonly CimInstancePath[] {
    return this.host.query("SELECT * FROM Msvm_SnapshotCollection").map(({ path }) => path);
  }

  /** The snapshots in a collection. */
  members(collection: CimInstancePath): readonly CimInstance[] {
    return this.host.associators(collection, { associationClass: "Msvm_CollectedSnapshots" });
  }

  job(result: MethodResult): CimInstance {
    return this.host.get(jobOf(result));
  }

  /** The paths and effects of a job's affected elements. */
  rows(result: MethodResult): readonly string[] {
    return this.host
      .references(jobOf(result), { associationClass: "Msvm_AffectedJobElement" })
      .map((row) => `${row.reference("AffectedElement")?.className} ${row.numbers("ElementEffects").join()}`);
  }
}

/** The job that a method started. */
export function jobOf(result: MethodResult): CimInstancePath {
  const job = result.outParameters["Job"];
  if (job === null || job === undefined) throw new Error(`there is no job, the method returned ${result.returnValue}`);
  return job as CimInstancePath;
}
