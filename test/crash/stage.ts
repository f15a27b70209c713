import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Properties } from "../../provider/src/lifecycle/dynamic-provider";
import { isIntentFile } from "../../provider/src/lifecycle/intents/intent-place";
import type { SimulatedHost } from "../../provider/src/simulator/index";
import { CallFailed, DynamicHost } from "../support/dynamic-host";
import { type Answer, type CalledProvider, FewLineEngine, type Live, type State } from "../support/few-line-engine";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";
import { type Action, type KillPoint, KillPoints } from "./kill-points";

/** How the provider reaches a simulated host. */
export interface Way {
  readonly host: SimulatedHost;
  readonly configuration: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a stage stands among others. */
export interface StagePlace {
  readonly stack?: string;
  /** The folder of intents; one of its own when absent. */
  readonly intents?: string;
  /** More of the provider's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One resource of one stack: the real provider process on a simulated host, under an engine of a few lines. */
export class Stage {
  readonly points = new KillPoints();
  readonly state: State = { live: undefined, pendingDeletes: [] };
  readonly host: SimulatedHost;
  private readonly way: Way;
  private readonly urn: string;
  private readonly intents: string;
  private readonly environment: Readonly<Record<string, string>>;
  private configuration: Readonly<Record<string, string>>;
  private provider: DynamicHost | undefined;

  constructor(way: Way, configuration: Readonly<Record<string, string>> = {}, place: StagePlace = {}) {
    const { stack = "test", intents = join(temporaryFolder(), "intents"), environment = {} } = place;
    this.way = way;
    this.host = way.host;
    this.urn = `urn:pulumi:${stack}::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before`;
    this.intents = intents;
    this.environment = environment;
    this.configuration = { ...way.configuration, "hyperv-snapshots:intents": intents, ...configuration };
    mkdirSync(intents, { recursive: true });
  }

  /** Changes the configuration, as a user does between two runs. */
  async configure(configuration: Readonly<Record<string, string>>): Promise<void> {
    await this.end();
    this.configuration = { ...this.configuration, ...configuration };
  }

  /** `pulumi up` of a program with this one resource. */
  async up(inputs: Properties, { isReplace = false, create = "5m" } = {}): Promise<void> {
    await (await this.engine()).up(this.registered(inputs, create), { isReplace });
  }

  /** The same of a CLI that is dead by the time the provider answers: nothing arrives in the state. */
  async upNobodyHears(inputs: Properties): Promise<void> {
    await (await this.started()).create(this.registered(inputs, "5m"));
  }

  /** What the program registers. */
  private registered(inputs: Properties, create: string): Properties {
    const isBegun = this.files().some(isIntentFile);
    const saved = { id: (this.state.live?.outs["__id"] as string | undefined) ?? null };
    const meta = { urn: this.urn, timeouts: { create }, ...(isBegun && { saved }) };
    return { collection: "web-tier", snapshotType: "Standard", ...inputs, __meta: meta };
  }

  async destroy(): Promise<void> {
    await (await this.engine()).destroy();
  }

  /** `pulumi state rm`, or a removal with `retainOnDelete`. */
  forget(): void {
    this.state.live = undefined;
  }

  /** Lets something happen at a point of an operation. @returns Whether it came to that point. */
  async cutOff(point: KillPoint, action: Action, operation: () => Promise<void>): Promise<boolean> {
    this.points.arm(point, action);
    const failure = await operation().catch((error: unknown) => error);
    const hasHappened = this.points.disarm();
    if (hasHappened && action === "provider") await this.killed();
    if (!hasHappened && failure) throw failure;
    return hasHappened;
  }

  /** Waits for the end of a provider that was killed, so that the next operation starts another. */
  private async killed(): Promise<void> {
    await this.provider?.stop("SIGKILL");
    this.provider = undefined;
  }

  async end(): Promise<void> {
    await this.provider?.stop();
    this.provider = undefined;
  }

  /** The snapshot collection that the state names. */
  get named(): string | undefined {
    return namedBy(this.state.live);
  }

  /** The snapshot collections that the state names as pending deletion. */
  get pendingDeletion(): readonly string[] {
    return this.state.pendingDeletes.flatMap((live) => namedBy(live) ?? []);
  }

  /** The ids of the snapshot collections on the host. */
  collections(): readonly string[] {
    return this.host.query("SELECT * FROM Msvm_SnapshotCollection").map(({ path }) => String(path.key("CollectionID")));
  }

  /** How often the host was asked for a snapshot. */
  get sent(): number {
    return this.host.methodCalls["CreateSnapshot"] ?? 0;
  }

  /** The names of all files of intents: what was begun, claims, notes and marks. */
  files(): readonly string[] {
    return readdirSync(this.intents, { recursive: true, encoding: "utf8" }).flatMap((name) =>
      name.includes("/") ? [name.slice(name.indexOf("/") + 1)] : [],
    );
  }

  /** Writes another text in the place of what was begun. */
  rewriteIntents(change: (text: string) => string): void {
    for (const name of readdirSync(this.intents, { recursive: true, encoding: "utf8" })) {
      const file = join(this.intents, name);
      if (isIntentFile(basename(name))) writeFileSync(file, change(readFileSync(file, "utf8")));
    }
  }

  /** Removes what was begun, as a person does. */
  removeIntents(): void {
    for (const folder of readdirSync(this.intents)) rmSync(join(this.intents, folder), { recursive: true });
  }

  /** What the provider process told the engine. */
  get warnings(): readonly string[] {
    return this.provider?.logs.filter(({ severity }) => severity === "warning").map(({ text }) => text) ?? [];
  }

  /** Sends a signal to the provider process. */
  signal(signal: NodeJS.Signals): void {
    this.provider?.process.kill(signal);
  }

  private async started(): Promise<DynamicHost> {
    const env = { ...process.env, ...this.way.environment, ...this.environment, ...this.points.environment };
    this.provider ??= await DynamicHost.start(this.configuration, repositoryFolder, env);
    return this.provider;
  }

  private async engine(): Promise<FewLineEngine> {
    return new FewLineEngine({
      provider: called(await this.started()),
      state: this.state,
      takesNewFirst: (isReplace) => isReplace || this.configuration["hyperv-snapshots:dependents"] === "kept",
      onSaved: async (id) => this.forgetSaved(id),
    });
  }

  /** What the class does in the program. */
  private forgetSaved(id: string): void {
    for (const folder of readdirSync(this.intents)) rmSync(join(this.intents, folder, `${id}.json`), { force: true });
  }
}

const namedBy = (live: Live | undefined) => live?.outs["snapshotCollectionId"] as string | undefined;

/** The provider process as the engine calls it: what is kept though it isn't complete comes back with its error. */
function called(provider: DynamicHost): CalledProvider {
  const answer = async (call: Promise<Answer>): Promise<Answer> => {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof CallFailed) || !error.initFailed) throw error;
      const { id, properties } = error.initFailed;
      return { id, outs: properties as Properties, error };
    }
  };
  const created = async (news: Properties) => {
    const { id, outputs } = await provider.create(news);
    return { id, outs: outputs as Properties };
  };
  const updated = async (id: string, olds: Properties, news: Properties) => ({
    id,
    outs: (await provider.update(id, olds, news)) as Properties,
  });
  return {
    diff: async (id, olds, news) => {
      const { changes = false, replaces } = await provider.diff(id, olds, news);
      return { changes, replaces };
    },
    create: (news) => answer(created(news)),
    update: (id, olds, news) => answer(updated(id, olds, news)),
    delete: (id, outs) => provider.delete(id, outs),
  };
}
