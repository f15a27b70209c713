import { setMaxListeners } from "node:events";
import { isDeepStrictEqual } from "node:util";
import { type ConfigurationSources, configurationNamespace } from "../config";
import { PartialCreateError } from "../errors";
import type { Clock } from "../jobs/clock";
import { type EngineLink, Progress } from "../process/progress";
import {
  type Answer,
  type CheckFailure,
  fromState,
  type ManagedResource,
  type Properties,
  type ResourceCall,
  type Scope,
  toState,
  type Values,
  visible,
} from "../process/resource-call";
import { urnUnderOtherAdapter } from "../resources/identity";
import { type DeploymentStates, type ExportedResource, holds, savedIdsOf, savedUnder, scopeOf } from "./deployment";
import { shapingErrors, withRecordedConfiguration } from "./error-shape";
import { checkTimeouts, fromWire, hiddenInputs, metaOf, timeoutsOf, wireProperties } from "./hidden-inputs";
import type { ConfigureRequest, DiffResult, DynamicProvider } from "./protocol";
import { pulumiWords } from "./words";

/** What the adapter stands on; tests bring their own. */
export interface AdapterParts {
  readonly link: EngineLink;
  readonly clock: Clock;
  readonly environment: ConfigurationSources["environment"];
  /** The backend that keeps the stack. */
  readonly backend: () => string;
  readonly states: DeploymentStates;
}

/** What the calls of one process have in common: configuration, and what they tell about the deployment. */
export class DynamicHost {
  readonly parts: AdapterParts;
  /** Whether the program runs: `check` is called then. */
  hasProgram = false;
  /** The stack's configuration. `configure` may be overtaken by other calls, so each awaits it. */
  readonly settings: Promise<ConfigurationSources>;
  /** The URNs that the program registered, by the ids of their resources. */
  readonly liveUrns = new Map<string, string>();
  private configured: (settings: ConfigurationSources) => void = () => {};
  private exported: Promise<readonly ExportedResource[] | undefined> | undefined;

  constructor(parts: AdapterParts) {
    this.parts = parts;
    this.settings = new Promise((resolve) => {
      this.configured = resolve;
    });
  }

  /** Takes note of the stack's configuration. It is called once for each kind of resource, with the same configuration. */
  configure({ config }: ConfigureRequest): void {
    const keyPrefix = `${configurationNamespace}:`;
    // private to the SDK, and the only way to see keys that nothing knows; without it they go unnoticed
    const all = Object.keys((config as { rawConfig?: object }).rawConfig ?? {});
    this.configured({
      get: (name) => config.get(keyPrefix + name),
      stackKeys: all.filter((key) => key.startsWith(keyPrefix)).map((key) => key.slice(keyPrefix.length)),
      environment: this.parts.environment,
    });
  }

  /** Tells whether a stored URN is the one that the engine shows rows for. Asked once for all rows of the process. */
  async isRow(scope: Scope, urn: string, id: string): Promise<boolean> {
    this.exported ??= this.parts.states.exportStack(scope);
    const resources = await this.exported;
    return resources === undefined || holds(resources, urn, id);
  }
}

/** Serves a resource to Pulumi's dynamic host. */
export class DynamicAdapter implements DynamicProvider {
  private readonly host: DynamicHost;
  private readonly resource: ManagedResource;

  constructor(host: DynamicHost, resource: ManagedResource) {
    this.host = host;
    this.resource = resource;
  }

  configure(request: ConfigureRequest): void {
    this.host.configure(request);
  }

  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: CheckFailure[] }> {
    return shapingErrors(async () => {
      this.host.hasProgram = true;
      const before = Object.keys(olds).length === 0 ? null : visible(olds);
      const checked = await this.resource.check(await this.fromProgram(news), before, wanted(news));
      const failures = [...checked.failures, ...checkTimeouts(news)];
      return { inputs: { ...wireProperties(checked.inputs), ...onlyHidden(news) }, failures };
    });
  }

  diff(id: string, olds: Properties, news: Properties): Promise<DiffResult> {
    return shapingErrors(async () => {
      const call = await this.fromProgram(news, id);
      const found = await this.resource.diff(call, fromState(id, olds), wanted(news));
      if ("replace" in found) {
        const { inputs, oldFirst } = found.replace;
        return { changes: true, replaces: [...inputs], deleteBeforeReplace: oldFirst };
      }
      return { changes: found.changes || isHiddenChanged(olds, news) };
    });
  }

  create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    return shapingErrors(async () => {
      const answer = await this.resource.create(await this.fromProgram(inputs), wanted(inputs));
      const { urn } = metaOf(inputs);
      if (urn !== undefined) this.host.liveUrns.set(answer.id, urn);
      return { id: answer.id, outs: outputsOf(answer, inputs) };
    });
  }

  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    return shapingErrors(async () => {
      const call = await this.fromProgram(news, id);
      return { outs: outputsOf(await this.resource.update(call, fromState(id, olds), wanted(news)), news) };
    });
  }

  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }> {
    return this.onRecorded(id, outputs, async (call) => {
      const found = await this.resource.read(call, fromState(id, outputs));
      if (!found) return {};
      const hidden = hiddenInputs(outputs);
      const record = outputs["__record"];
      const props = { ...wireProperties(toState(found)), ...hidden, ...(record !== undefined && { __record: record }) };
      return { id, props, inputs: { ...found.inputs, ...hidden } };
    });
  }

  delete(id: string, outputs: Properties): Promise<void> {
    return this.onRecorded(id, outputs, (call) => this.resource.delete(call, fromState(id, outputs)));
  }

  /** Runs what Pulumi calls with the configuration of the last `up`, unless the program runs. */
  private onRecorded<T>(id: string, outputs: Properties, method: (call: ResourceCall) => Promise<T>): Promise<T> {
    const run = async () => {
      const messages = new Set<Promise<void>>();
      const call = await this.fromStored(id, outputs, messages);
      try {
        return await method(call);
      } finally {
        await Promise.all(messages); // the engine shows no message of a row that is done
      }
    };
    return shapingErrors(() => (this.host.hasProgram ? run() : withRecordedConfiguration(run)));
  }

  /** Describes a call whose inputs the program has just registered: their URN is the live one. */
  private fromProgram(news: Properties, id?: string): Promise<ResourceCall> {
    const { urn } = metaOf(news);
    if (id !== undefined && urn !== undefined) this.host.liveUrns.set(id, urn);
    return this.call(news, urn ?? "", async () => true, new Progress(this.host.parts.link, this.host.parts.clock, urn));
  }

  /**
   * Describes a call for which only the state is known: its URN is the one of the last registration.
   *
   * @param messages - Gets the messages that wait until it is known which row they belong to.
   */
  private fromStored(id: string, outputs: Properties, messages: Set<Promise<void>>): Promise<ResourceCall> {
    const { parts, liveUrns } = this.host;
    const live = liveUrns.get(id);
    const { urn = "", organization } = metaOf(outputs);
    if (live !== undefined || urn === "") {
      const row = live ?? (urn || undefined);
      return this.call(outputs, row ?? "", async () => true, new Progress(parts.link, parts.clock, row));
    }
    const scope = scopeOf(urn, organization, parts.backend());
    const isCurrent = async () => holds(await parts.states.exportStack(scope), urn, id);
    let row: Promise<string | undefined> | undefined;
    const send: EngineLink["send"] = (message) => {
      row ??= this.host.isRow(scope, urn, id).then((isRow) => (isRow ? urn : undefined));
      messages.add(row.then((shown) => parts.link.send({ ...message, urn: shown })));
    };
    const progress = new Progress({ hasTerminal: parts.link.hasTerminal, send }, parts.clock, urn);
    return this.call(outputs, urn, isCurrent, progress);
  }

  private async call(
    properties: Properties,
    urn: string,
    isCurrent: () => Promise<boolean>,
    progress: Progress,
  ): Promise<ResourceCall> {
    const { parts } = this.host;
    const { organization, aliases = [] } = metaOf(properties);
    const scope = scopeOf(urn, organization, parts.backend());
    const formerResources = [...aliases, ...[urn, ...aliases].map(urnUnderOtherAdapter)].filter((name) => name !== urn);
    return {
      scope,
      resource: urn,
      formerResources,
      isCurrent,
      settings: await this.host.settings,
      timeouts: timeoutsOf(properties),
      signal: never,
      progress,
      saved: async () => savedUnder(await parts.states.exportStack(scope), [urn, ...formerResources]),
      savedIds: (of = scope) => savedIdsOf(parts.states, scope, of),
      words: pulumiWords,
      preview: false,
    };
  }
}

/** The dynamic host passes no Cancel on. Every wait of the process listens to it. */
const never = new AbortController().signal;
setMaxListeners(0, never);

const wanted = (news: Properties): Values => fromWire(visible(news)) as Values;

const onlyHidden = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => name.startsWith("__")));

/**
 * Tells whether the state has to take over hidden inputs: timeouts, which `delete` reads there; a new URN (an imported resource has none yet, and its
 * import promises that nothing changes); and the text that finds the provider, which the state of another adapter lacks.
 */
function isHiddenChanged(olds: Properties, news: Properties): boolean {
  const [before, after] = [metaOf(olds), metaOf(news)];
  if (!isDeepStrictEqual(before.timeouts, after.timeouts)) return true;
  const isRenamed = before.urn !== after.urn || before.organization !== after.organization;
  if (before.urn !== undefined && isRenamed) return true;
  return olds["__provider"] === undefined && news["__provider"] !== undefined;
}

/** Makes what Pulumi saves. @throws {@link PartialCreateError} by which Pulumi keeps an incomplete resource. */
function outputsOf(answer: Answer, inputs: Properties): Properties {
  const { id, incomplete, recordFile } = answer;
  const outs = {
    ...wireProperties(toState(answer)),
    ...hiddenInputs(inputs),
    ...(recordFile !== undefined && { __record: recordFile }),
  };
  if (!incomplete) return outs;
  throw new PartialCreateError(incomplete.parts, { id, properties: outs, cause: incomplete });
}
