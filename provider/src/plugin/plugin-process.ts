import { setMaxListeners } from "node:events";
import { type ConfigurationSources, configurationNamespace } from "../config";
import { connect } from "../connection";
import { backendUrl, exportStackBy, recoveryFolder, savedUnder, scopeOf } from "../dynamic/deployment";
import { pulumiWords } from "../dynamic/words";
import { VirtualSystemCollectionResource } from "../group/virtual-system-collection";
import { systemClock } from "../jobs/clock";
import type { Answers } from "../lookups/answers/index.js";
import { Connections } from "../process/connections";
import { type EngineLink, engineLink } from "../process/engine-link";
import { watchEngine } from "../process/engine-watch";
import { Progress } from "../process/progress";
import type { ManagedResource, Properties, ResourceCall } from "../process/resource-call";
import { Shutdown } from "../process/shutdown";
import { localLiveness } from "../recovery/liveness";
import { recordFilesIn } from "../recovery/record-files";
import { Recovery } from "../recovery/recovery";
import { urnUnderOtherAdapter } from "../resources/identity";
import { CollectionSnapshotResource } from "../snapshot/collection-snapshot";
import type { ProviderContext, RequestedCall } from "./provider-context";
import type { ResourceName } from "./resource-types";
import { hideSecrets } from "./wire-values";

/** How long Cancel waits for calls whose waits it has ended; the engine kills a provider 5 s after a normal end. */
const cancelPatienceMs = 4_000;

/** The plugin's process: connections, recovery records, and the way back to the engine. */
export class PluginProcess implements ProviderContext {
  readonly environment = process.env;
  private readonly place = { environment: process.env, workingFolder: process.cwd() };
  private readonly link: EngineLink;
  private readonly shutdown = new Shutdown(process, () => this.release());
  private readonly connections = new Connections({
    clock: systemClock,
    moment: () => new Date(),
    connect: (configuration, clock) => {
      this.shutdown.listen();
      return connect(configuration, clock);
    },
  });
  private readonly recovery = new Recovery({
    clock: systemClock,
    moment: () => new Date(),
    liveness: localLiveness(),
    openFiles: (configured) => recordFilesIn(recoveryFolder(this.place, configured)),
  });
  private readonly resources: Readonly<Record<ResourceName, ManagedResource>> = {
    CollectionSnapshot: new CollectionSnapshotResource(this.connections, this.recovery),
    VirtualSystemCollection: new VirtualSystemCollectionResource(this.connections, this.recovery),
  };
  private readonly exportStack = exportStackBy(this.place);
  private readonly cancelled = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();
  private settings: ConfigurationSources = { get: () => undefined, stackKeys: [], environment: this.environment };
  private backend: string | undefined;

  /** @param engineAddress - As the engine writes it last on the command line. */
  constructor(engineAddress: string | undefined) {
    this.link = engineLink(engineAddress);
    setMaxListeners(0, this.cancelled.signal); // every wait of every call listens
    watchEngine(engineAddress, () => void this.shutdown.withoutEngine(), true);
  }

  configure(settings: ConfigurationSources): void {
    this.settings = settings;
  }

  resource(name: ResourceName): ManagedResource {
    return this.resources[name];
  }

  callOf({ resource, timeouts, preview, secretTexts }: RequestedCall): ResourceCall {
    this.backend ??= backendUrl(this.place);
    const scope = scopeOf(resource, undefined, this.backend);
    const former = urnUnderOtherAdapter(resource);
    const send: EngineLink["send"] = (message) =>
      this.link.send({ ...message, text: hideSecrets(message.text, secretTexts) });
    return {
      scope,
      resource,
      formerResources: [former],
      isCurrent: async () => true,
      settings: this.settings,
      timeouts,
      signal: this.cancelled.signal,
      progress: new Progress({ hasTerminal: this.link.hasTerminal, send }, systemClock, resource),
      saved: async () => savedUnder(await this.exportStack(scope), [resource, former]),
      words: pulumiWords,
      preview,
    };
  }

  async lookUp(name: keyof Answers, args: Properties): Promise<object> {
    const { answer } = await import("../lookups/answers/index.js");
    const { stackKeys, get } = this.settings;
    const configuration = stackKeys.map((key) => [`${configurationNamespace}:${key}`, get(key) ?? ""]);
    return answer(name, args as unknown as Parameters<Answers[typeof name]>[1], Object.fromEntries(configuration));
  }

  async during<T>(call: () => Promise<T>): Promise<T> {
    const running = call();
    this.underWay.add(running);
    try {
      return await running;
    } finally {
      this.underWay.delete(running);
    }
  }

  async cancel(): Promise<void> {
    this.cancelled.abort(new Error("Pulumi was interrupted"));
    const patience = new Promise((resolve) => setTimeout(resolve, cancelPatienceMs).unref());
    await Promise.race([Promise.allSettled(this.underWay), patience]);
    if (this.underWay.size === 0) await this.release();
  }

  private async release(): Promise<void> {
    await this.connections.close();
    await this.recovery.close();
  }
}
