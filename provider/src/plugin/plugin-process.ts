import { setMaxListeners } from "node:events";
import { type ConfigurationSources, configurationNamespace } from "../config";
import { organizationOf, savedIdsOf, savedUnder, scopeOf } from "../dynamic/deployment";
import { providerProcess } from "../dynamic/provider-process";
import { pulumiWords } from "../dynamic/words";
import type { Answers } from "../lookups/answers/index.js";
import { type EngineLink, engineLink, Progress } from "../process/progress";
import type { ManagedResource, Properties, ResourceCall } from "../process/resource-call";
import { urnUnderOtherAdapter } from "../resources/identity";
import type { ProviderContext, RequestedCall } from "./provider-context";
import type { ResourceName } from "./resource-types";
import { hideSecrets } from "./wire-values";

/** How long Cancel waits for calls whose waits it has ended; the engine kills a provider 5 s after a normal end. */
const cancelPatienceMs = 4_000;

/** The plugin's process: the core, its configuration, the calls that are under way, and the secrets that no message may have. */
export class PluginProcess implements ProviderContext {
  readonly environment = process.env;
  private readonly parts: ReturnType<typeof providerProcess>;
  private readonly secretTexts = new Set<string>();
  private readonly cancelled = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();
  private organization: Promise<string | undefined> | undefined;
  private settings: ConfigurationSources = { get: () => undefined, stackKeys: [], environment: this.environment };

  /** @param engineAddress - As the engine writes it last on the command line. */
  constructor(engineAddress: string | undefined) {
    const engine = engineLink(engineAddress);
    const link: EngineLink = {
      ...engine,
      send: (message) => engine.send({ ...message, text: this.withoutSecrets(message.text) }),
    };
    this.parts = providerProcess({ engineAddress, link, startedByEngine: true });
    setMaxListeners(0, this.cancelled.signal); // every wait of every call listens
  }

  configure(settings: ConfigurationSources): void {
    this.settings = settings;
  }

  resource(name: ResourceName): ManagedResource {
    return this.parts.resources[name];
  }

  noteSecrets(texts: readonly string[]): void {
    for (const text of texts) this.secretTexts.add(text);
  }

  withoutSecrets(message: string): string {
    return this.secretTexts.size === 0 ? message : hideSecrets(message, [...this.secretTexts]);
  }

  async callOf({ resource, timeouts, preview }: RequestedCall): Promise<ResourceCall> {
    const { backend, clock, states, link } = this.parts;
    this.organization ??= organizationOf(states, scopeOf(resource, undefined, backend()), clock);
    const organization = await this.organization.catch((error) => {
      this.organization = undefined; // the next call asks again
      throw error;
    });
    const scope = scopeOf(resource, organization, backend());
    const former = urnUnderOtherAdapter(resource);
    return {
      scope,
      resource,
      formerResources: [former],
      isCurrent: async () => true,
      settings: this.settings,
      timeouts,
      signal: this.cancelled.signal,
      progress: new Progress(link, clock, resource),
      saved: async () => savedUnder(await states.exportStack(scope), [resource, former]),
      savedIds: (of = scope) => savedIdsOf(states, scope, of),
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
    if (this.underWay.size === 0) await this.parts.release();
  }
}
