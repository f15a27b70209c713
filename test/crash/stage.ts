import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Properties } from "../../provider/src/lifecycle/dynamic-provider";
import { isIntentFile } from "../../provider/src/lifecycle/intents/intent-place";
import type { SimulatedHost } from "../../provider/src/simulator/index";
import { CallFailed, DynamicHost } from "../support/dynamic-host";
import { type Answer, type CalledProvider, FewLineEngine, type State } from "../support/few-line-engine";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";
import { KillPoints } from "./kill-points";

/** How the provider reaches a simulated host. */
export interface Way {
  readonly host: SimulatedHost;
  readonly configuration: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

const urn = "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before";

/** One resource of one stack: the real provider process on a simulated host, under an engine of a few lines. */
export class Stage {
  readonly points = new KillPoints();
  readonly state: State = { live: undefined, pendingDeletes: [] };
  readonly host: SimulatedHost;
  private readonly way: Way;
  private readonly configuration: Readonly<Record<string, string>>;
  private readonly intents = join(temporaryFolder(), "intents");
  private provider: DynamicHost | undefined;

  constructor(way: Way, configuration: Readonly<Record<string, string>>) {
    this.way = way;
    this.host = way.host;
    this.configuration = { ...way.configuration, ...configuration, "hyperv-snapshots:intents": this.intents };
    mkdirSync(this.intents);
  }

  /** `pulumi up` of a program with this one resource. */
  async up(inputs: Properties, { isReplace = false, create = "5m" } = {}): Promise<void> {
    const isBegun = this.files().some(isIntentFile);
    const saved = { id: (this.state.live?.outs["__id"] as string | undefined) ?? null };
    const meta = { urn, timeouts: { create }, ...(isBegun && { saved }) };
    const news = { collection: "web-tier", snapshotType: "Standard", ...inputs, __meta: meta };
    await (await this.engine()).up(news, { isReplace });
  }

  async destroy(): Promise<void> {
    await (await this.engine()).destroy();
  }

  /** Waits for the end of a provider that was killed, so that the next operation starts another. */
  async killed(): Promise<void> {
    await this.provider?.stop("SIGKILL");
    this.provider = undefined;
  }

  async end(): Promise<void> {
    await this.provider?.stop();
    this.provider = undefined;
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

  private async engine(): Promise<FewLineEngine> {
    const env = { ...process.env, ...this.way.environment, ...this.points.environment };
    this.provider ??= await DynamicHost.start(this.configuration, repositoryFolder, env);
    return new FewLineEngine({
      provider: called(this.provider),
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
