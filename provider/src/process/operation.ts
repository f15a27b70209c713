import type { CimSession } from "../cim/cim-session";
import type { Configuration, ConfigurationSources } from "../config";
import { transportOf } from "../connection";
import { parseDuration } from "../duration";
import { HyperVError, InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import type { Clock } from "../jobs/clock";
import type { WaitOptions } from "../jobs/job-monitor";
import { readConfiguration } from "../read-configuration";
import type { Progress } from "./progress";
import { type CheckFailure, isUnknown, type ResourceCall, type Timeouts, type Values } from "./resource-call";

/** What one call of a resource's method works with. */
export interface Operation {
  readonly call: ResourceCall;
  readonly host: HyperVHost;
  /** How the host is reached, and what it calls itself: for recovery records. */
  readonly connection: {
    readonly transport: string;
    readonly host: string;
    readonly namespace: string;
    readonly hostName: string;
  };
  readonly configuration: Configuration;
  readonly clock: Clock;
  /** What the wall clock says. */
  readonly moment: () => Date;
  readonly progress: Progress;
  readonly timeoutMs: number;
  /** How long a trace of a request with an unknown outcome is searched for. */
  readonly unknownOutcomeSearchMs: number;
  /** How old a snapshot may be that an earlier run requested and this one resumes. */
  readonly resumeWithinMs: number;
}

/** Names a host: how it is reached, and what it calls itself. */
function nameHost(configuration: Configuration, { namespace, hostName }: CimSession): Operation["connection"] {
  const { host, simulatedHost } = configuration as { readonly host?: string; readonly simulatedHost?: string };
  const transport = transportOf(configuration);
  return { transport, host: (transport === "simulated" ? simulatedHost : host) ?? "", namespace, hostName };
}

/** How to wait for a job so that the resource's row shows its progress. */
export function waitShowing<W extends Omit<WaitOptions, "onReading" | "operation">>(
  { progress, call }: Operation,
  what: string,
  wait: W,
): W & Pick<WaitOptions, "onReading" | "abortSignal"> {
  return {
    ...wait,
    onReading: (reading, elapsedMs) => progress.job(what, reading, elapsedMs),
    abortSignal: call.signal,
  };
}

/** What a resource's row says while the host may still delete the resource. */
export const waitingForDelete = "waiting for the delete of an interrupted run";

/**
 * Finds out, in a preview, how the delete of an interrupted run ended. Where the host can't be asked, a warning says so, and `update` has to find
 * it out.
 *
 * @param what - What was to be deleted.
 */
export async function endOfInterruptedDelete<End>(
  { progress }: ResourceCall,
  what: "VM group" | "snapshot",
  look: () => Promise<End>,
): Promise<End | "unknown"> {
  try {
    return await look();
  } catch (error) {
    if (!HyperVError.isInstance(error)) throw error;
    progress.warn(`An interrupted run may have destroyed the ${what}. ${error.message}`);
    return "unknown";
  }
}

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
  private readonly parts: ConnectionsParts;
  private readonly bySettings = new WeakMap<ConfigurationSources, Map<string | undefined, Configuration>>();
  private readonly hosts = new Map<Configuration, Promise<HyperVHost>>();

  constructor(parts: ConnectionsParts) {
    this.parts = parts;
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
    const connecting = this.hosts.get(configuration) ?? connect(configuration, clock);
    this.hosts.set(configuration, connecting);
    connecting.catch(() => this.hosts.delete(configuration));
    const host = await connecting;
    return {
      call,
      host,
      connection: nameHost(configuration, host.session),
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

/** How long a preview may look at the host. */
const patienceMs = 10_000;

/**
 * Looks at the host for what a preview can show already, such as a wrong name. A failure is only a warning: the object may be made before it is
 * needed, and a preview must work where the host can't be reached.
 */
export async function lookAhead(
  { progress }: { readonly progress: Pick<ResourceCall["progress"], "warn"> },
  look: () => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`The host didn't answer within ${patienceMs / 1000} s, so the inputs were not compared with it`),
      patienceMs,
    );
  });
  const looked = look().then(
    () => undefined,
    (error: unknown) => {
      if (HyperVError.isInstance(error)) return error.message;
      throw error;
    },
  );
  const warning = await Promise.race([looked, late]);
  clearTimeout(timer);
  if (warning !== undefined) progress.warn(warning);
}
