import type { Configuration, ConfigurationSources } from "../config";
import { transportOf } from "../connection";
import { parseDuration } from "../duration";
import { InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import type { Clock } from "../jobs/clock";
import { readConfiguration } from "../read-configuration";
import { isUnknown } from "./input-check";
import type { Operation } from "./operation";
import { Queue } from "./queue";
import type { CheckFailure, ResourceCall, Timeouts, Values } from "./resource-call";

/** What the resources of a process use; tests bring their own. */
export interface ConnectionsParts {
  readonly clock: Clock;
  /** What the wall clock says. It may be set back at any time: no wait depends on it. */
  readonly moment: () => Date;
  readonly connect: (configuration: Configuration, clock: Clock) => Promise<HyperVHost>;
}

/** How long an operation may take where the call doesn't say. */
const defaultMinutes = { create: 30, update: 10, delete: 30 } as const satisfies Record<keyof Timeouts, number>;

/** The configured hosts, and the one connection to each that all resources of a process share. */
export class Connections {
  /** The order of the operations in this process. */
  readonly queue: Queue;
  private readonly parts: ConnectionsParts;
  private readonly bySettings = new WeakMap<ConfigurationSources, Map<string | undefined, Configuration>>();
  private readonly hosts = new Map<Configuration, Promise<HyperVHost>>();

  constructor(parts: ConnectionsParts) {
    this.parts = parts;
    this.queue = new Queue(parts.clock);
  }

  /**
   * Reads the configuration of the connection that a resource names, or of the default one.
   *
   * @throws {@link InvalidArgumentError} when the configuration is wrong, or has no such connection.
   */
  configurationOf({ settings }: Pick<ResourceCall, "settings">, { connection }: Values): Configuration {
    const name = typeof connection === "string" ? connection : undefined;
    const read = this.bySettings.get(settings) ?? new Map<string | undefined, Configuration>();
    this.bySettings.set(settings, read);
    const configuration = read.get(name) ?? readConfiguration(settings, name);
    // a named connection, and the default one of that name, are one
    const shared = read.get(configuration.connection) ?? configuration;
    read.set(name, shared).set(shared.connection, shared);
    return shared;
  }

  /** Checks that inputs lead to a host: a wrong name is a failure of the input, a wrong configuration is thrown. */
  check(call: ResourceCall, inputs: Values): readonly CheckFailure[] {
    if (isUnknown(inputs["connection"])) return [];
    this.configurationOf(call, {});
    try {
      transportOf(this.configurationOf(call, inputs));
      return [];
    } catch (error) {
      if (typeof inputs["connection"] !== "string" || !InvalidArgumentError.isInstance(error)) throw error;
      const { answer, remedy } = error.parts;
      return [{ property: "connection", reason: `${answer}. ${remedy}` }];
    }
  }

  /**
   * Prepares what one call works with. Connects at the first call, and again when the last attempt failed.
   *
   * @param kind - Whose timeout applies.
   */
  async begin(call: ResourceCall, inputs: Values, kind: keyof Timeouts = "update"): Promise<Operation> {
    const { clock, moment, connect } = this.parts;
    const configuration = this.configurationOf(call, inputs);
    const host = this.hosts.get(configuration) ?? connect(configuration, clock);
    this.hosts.set(configuration, host);
    host.catch(() => this.hosts.delete(configuration));
    return {
      call,
      host: await host,
      configuration,
      clock,
      moment,
      progress: call.progress,
      timeoutMs: call.timeouts[kind] ?? defaultMinutes[kind] * 60_000,
      unknownOutcomeSearchMs: parseDuration(configuration.unknownOutcomeSearch) ?? 0,
      resumeWithinMs: parseDuration(configuration.resumeWithin) ?? 0,
    };
  }

  /** Closes every connection: nothing more can be asked of a host. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.hosts.values()].map(async (host) => (await host).session.close()));
  }
}
