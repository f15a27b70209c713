import type { Configuration } from "../config";
import { transportOf } from "../connection";
import type { HyperVHost } from "../hyperv/hyperv-host";
import type { Clock } from "../jobs/clock";
import type { WaitOptions } from "../jobs/job-monitor";
import type { Progress } from "./progress";
import type { ResourceCall } from "./resource-call";

/** What one call of a resource's method works with. */
export interface Operation {
  readonly call: ResourceCall;
  readonly host: HyperVHost;
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

/** Names the host of an operation: how it is reached, and what it calls itself. */
export function recordedConnection({ configuration, host: { session } }: Operation): {
  readonly transport: string;
  readonly host: string;
  readonly namespace: string;
  readonly hostName: string;
} {
  const { host, simulatedHost } = configuration as { readonly host?: string; readonly simulatedHost?: string };
  const transport = transportOf(configuration);
  return {
    transport,
    host: (transport === "simulated" ? simulatedHost : host) ?? "",
    namespace: session.namespace,
    hostName: session.hostName,
  };
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
