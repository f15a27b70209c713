import { type Configuration, configurationKeys, configurationNamespace } from "./config";
import { InvalidArgumentError } from "./errors";
import type { HyperVHost } from "./hyperv/hyperv-host";
import type { Clock } from "./jobs/clock";
import { JobMonitor } from "./jobs/job-monitor";
import { openSession } from "./transports/index.js";

/**
 * Opens the way to the configured host.
 *
 * @throws {@link InvalidArgumentError} when no transport is configured.
 */
export async function connect(configuration: Configuration, clock: Clock): Promise<HyperVHost> {
  const session = await openSession(transportOf(configuration), {
    storeFile: configuration.simulatedHost,
    ...(configuration.simulatedSeed !== undefined && { seedFile: configuration.simulatedSeed }),
  });
  return { session, jobs: new JobMonitor(session, clock) };
}

/**
 * Finds how the host is reached.
 *
 * @throws {@link InvalidArgumentError} when nothing says so: no transport is ever chosen silently.
 */
export function transportOf({ transport }: Configuration): NonNullable<Configuration["transport"]> {
  if (transport !== undefined) return transport;
  throw new InvalidArgumentError({
    attempted: "Choosing the way to the Hyper-V host",
    target: `${configurationNamespace}:transport`,
    answer: "it is not set",
    outcome: "Nothing was asked of any host",
    remedy: `Set it: pulumi config set ${configurationNamespace}:transport <one of: ${configurationKeys.transport.values.join(", ")}>`,
  });
}
