import { type Configuration, configurationKeys, settingCommand, writtenKey } from "./config";
import { InvalidArgumentError } from "./errors";
import type { Finding } from "./finding";
import type { HyperVHost } from "./hyperv/hyperv-host";
import type { Clock } from "./jobs/clock";
import { JobMonitor } from "./jobs/job-monitor";
import { transports } from "./transports/index.js";

/**
 * Opens the connection to the configured host.
 *
 * @throws {@link InvalidArgumentError} when no transport is configured, and what the transport's opening throws.
 */
export async function connect(configuration: Configuration, clock: Clock): Promise<HyperVHost> {
  const session = await transports[transportOf(configuration)].open(configuration);
  return { session, jobs: new JobMonitor(session, clock) };
}

/**
 * Finds how the host is reached: as configured, else by PowerShell on a Windows computer without a configured host.
 *
 * @throws {@link InvalidArgumentError} when the configuration doesn't say: elsewhere no transport is chosen silently.
 */
export function transportOf(
  { transport, host, connection }: Configuration,
  platform: NodeJS.Platform = process.platform,
): NonNullable<Configuration["transport"]> {
  if (transport !== undefined) return transport;
  if (platform === "win32" && host === undefined) return "powershell";
  throw new InvalidArgumentError({
    attempted: "Choosing the way to the Hyper-V host",
    target: writtenKey("transport", connection),
    answer: "it is not set",
    outcome: "Nothing was asked of any host",
    remedy: `Set it: ${settingCommand("transport", connection)} <one of: ${configurationKeys.transport.values.join(", ")}>`,
  });
}

/**
 * Tries the connection to the configured host step by step, for people who look for what is wrong with it.
 *
 * @throws {@link InvalidArgumentError} when the configuration leads nowhere.
 */
export function examineConnection(configuration: Configuration): AsyncIterable<Finding> {
  return transports[transportOf(configuration)].examine(configuration);
}
