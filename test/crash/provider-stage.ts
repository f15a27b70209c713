import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Properties } from "../../provider/src/process/resource-call";
import { recordFile } from "../../provider/src/recovery/record-files";
import type { SimulatedHost } from "../../provider/src/simulator/index";
import { CallFailed, DynamicHost, providerTextOf } from "../support/dynamic-host";
import { type Answer, type CalledProvider, FewLineEngine, type Live, type State } from "../support/few-line-engine";
import { repositoryFolder } from "../support/repository";
import { StackExport, type StateResource } from "../support/stack-export";
import type { Action, KillPoint } from "./kill-points";
import { Stage, type Subject, snapshotSubject, type UpOptions } from "./stage";

/** How the provider reaches a simulated host. */
export interface Way {
  readonly host: SimulatedHost;
  readonly configuration: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a stage stands among others. */
export interface StagePlace {
  readonly stack?: string;
  /** The folder of recovery records; one of its own when absent. */
  readonly records?: string;
  /** What it manages; a snapshot when absent. */
  readonly subject?: Subject;
  /** More of the provider's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The real provider process under an engine of a few lines. What is recorded or interrupted is run by a new one, as it is by Pulumi. */
export class ProviderStage extends Stage {
  readonly drivenBy = "gRPC";
  readonly host: SimulatedHost;
  private readonly state: State = { live: undefined, pendingDeletes: [] };
  private readonly way: Way;
  private readonly urn: string;
  private readonly environment: Readonly<Record<string, string>>;
  private configuration: Readonly<Record<string, string>>;
  private provider: DynamicHost | undefined;
  private readonly exported = new StackExport();

  constructor(way: Way, configuration: Readonly<Record<string, string>> = {}, place: StagePlace = {}) {
    const { stack = "test", records, subject = snapshotSubject, environment = {} } = place;
    super({ subject, ...(records !== undefined && { records }) });
    this.way = way;
    this.host = way.host;
    this.urn = `urn:pulumi:${stack}::project::pulumi-nodejs:dynamic/hyperv-snapshots:${subject.type}::before`;
    this.environment = environment;
    this.configuration = {
      ...way.configuration,
      "hyperv-snapshots:recoveryFolder": this.records,
      // a simulated host takes a request on at once, or never
      "hyperv-snapshots:unknownOutcomeSearch": "2s",
      ...configuration,
    };
  }

  override async up(inputs: Properties, { isReplace = false, create = "5m" }: UpOptions = {}): Promise<void> {
    await (await this.engine()).up(this.registered(inputs, create), { isReplace });
  }

  /** The same of a CLI that is dead by the time the provider answers: nothing arrives in the state. */
  async upWithoutCli(inputs: Properties): Promise<void> {
    await (await this.started()).create(this.registered(inputs, "5m"));
  }

  /** What the program registers. */
  private registered(inputs: Properties, create: string): Properties {
    const meta = { urn: this.urn, timeouts: { create } };
    return { __provider: providerTextOf(this.subject.lifecycle), ...this.subject.inputs, ...inputs, __meta: meta };
  }

  override async destroy(): Promise<void> {
    await (await this.engine()).destroy();
  }

  /** `pulumi state rm`, or a removal with `retainOnDelete`. */
  forget(): void {
    this.state.live = undefined;
  }

  override async record(operation: () => Promise<void>): Promise<readonly KillPoint[]> {
    await this.end();
    return this.points.record(operation);
  }

  override async interrupt(point: KillPoint, action: Action, operation: () => Promise<void>): Promise<boolean> {
    await this.end();
    this.points.arm(point, action);
    const failure = await operation().catch((error: unknown) => error);
    const hasHappened = this.points.disarm();
    if (hasHappened && action === "provider") await this.killed();
    if (!hasHappened && failure) throw failure;
    return hasHappened;
  }

  /** Waits for the end of a provider that was killed, so that the next operation starts another. */
  protected async killed(): Promise<void> {
    await this.provider?.stop("SIGKILL");
    this.provider = undefined;
  }

  override async end(): Promise<void> {
    await this.provider?.stop();
    this.provider = undefined;
  }

  override get named(): string | undefined {
    return this.idOf(this.state.live);
  }

  override get pendingDeletion(): readonly string[] {
    return this.state.pendingDeletes.flatMap((live) => this.idOf(live) ?? []);
  }

  private idOf(live: Live | undefined): string | undefined {
    return live?.outs[this.subject.idOutput] as string | undefined;
  }

  /** Writes another text in the place of each recovery record. */
  rewriteRecords(change: (text: string) => string): void {
    for (const name of readdirSync(this.records, { recursive: true, encoding: "utf8" })) {
      const file = join(this.records, name);
      if (recordFile.idIn(basename(name)) !== undefined) writeFileSync(file, change(readFileSync(file, "utf8")));
    }
  }

  /** Removes what the interrupted run made, as a person does. */
  removeRecords(): void {
    for (const folder of readdirSync(this.records)) rmSync(join(this.records, folder), { recursive: true });
  }

  /** The warnings that the provider process sent to the engine. */
  get warnings(): readonly string[] {
    return this.provider?.logs.filter(({ severity }) => severity === "warning").map(({ text }) => text) ?? [];
  }

  /** Lets the engine end, as it does when its CLI is killed; waits until the provider process has ended. */
  async loseEngine(): Promise<void> {
    await this.provider?.loseEngine();
    this.provider = undefined;
  }

  /** Sends a signal to the provider process. */
  signal(signal: NodeJS.Signals): void {
    this.provider?.process.kill(signal);
  }

  private async started(): Promise<DynamicHost> {
    this.exported.save(this.stateResources());
    const exporting = this.exported.environment;
    const env = {
      ...process.env,
      ...exporting,
      ...this.way.environment,
      ...this.environment,
      ...this.points.environment,
    };
    this.provider ??= await DynamicHost.start(this.configuration, repositoryFolder, env);
    return this.provider;
  }

  /** What `pulumi stack export` answers. */
  private stateResources(): readonly StateResource[] {
    const { live, pendingDeletes } = this.state;
    const resource = ({ id, outs, isReplacementPending }: Live) => ({
      urn: this.urn,
      id,
      outputs: outs,
      ...(isReplacementPending && { pendingReplacement: true }),
    });
    return [...(live ? [resource(live)] : []), ...pendingDeletes.map((old) => ({ ...resource(old), delete: true }))];
  }

  private async engine(): Promise<FewLineEngine> {
    return new FewLineEngine({
      provider: called(await this.started()),
      state: this.state,
      takesNewFirst: () => this.configuration["hyperv-snapshots:dependents"] === "kept",
      onSaved: async (id) => this.forgetSaved(id),
    });
  }

  /** What the class does in the program. */
  private forgetSaved(id: string): void {
    for (const folder of readdirSync(this.records)) rmSync(join(this.records, folder, `${id}.json`), { force: true });
  }
}

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
