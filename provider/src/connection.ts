import { observedSession, type RequestObserver } from "./cim/observed-session";
import { type Configuration, configurationKeys, settingCommand, writtenKey } from "./config";
import { InvalidArgumentError } from "./errors";
import type { Finding } from "./finding";
import type { HyperVHost } from "./hyperv/hyperv-host";
import { explainedSession } from "./hyperv/visibility";
import type { Clock } from "./jobs/clock";
import { JobMonitor } from "./jobs/job-monitor";
import type { OwnQuestion } from "./probe-answer";
import { transports } from "./transports/index.js";

/**
 * Opens the connection to the configured host.
 *
 * @param observe - Gets one line for each request.
 * @throws {@link InvalidArgumentError} when no transport is configured, and what the transport's opening throws.
 */
export async function connect(
  configuration: Configuration,
  clock: Clock,
  observe?: RequestObserver,
): Promise<HyperVHost> {
  const opened = await transports[transportOf(configuration)].open(configuration);
  const session = explainedSession(observedSession(opened, { formerHostName: configuration.formerHostName, observe }));
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
    headline: `\`${writtenKey("transport", connection)}\` is not set${host === undefined ? "" : ", and the key host is"}`,
    attempted: "Choosing the transport",
    target: writtenKey("transport", connection),
    answer: host === undefined ? "it is not set" : "it is not set, and host is",
    outcome: "No host was contacted",
    remedy:
      host === undefined
        ? `Set it: ${settingCommand("transport", connection)} <one of: ${configurationKeys.transport.values.join(", ")}>`
        : `From this system (${platform}), ${host} can be reached by ${waysFrom(platform).join(" or ")}: ${settingCommand("transport", connection)} wsman`,
  });
}

/** The transports that reach a remote host from a system. */
function waysFrom(platform: NodeJS.Platform): readonly string[] {
  const remote = configurationKeys.transport.values.filter((name) => name !== "simulated");
  // the cmdlets that the transport powershell runs exist on Windows only
  return platform === "win32" ? remote : remote.filter((name) => name !== "powershell");
}

/**
 * Tries the connection to the configured host step by step, for people who look for what is wrong with it.
 *
 * @throws {@link InvalidArgumentError} when the configuration leads nowhere.
 */
export function examineConnection(configuration: Configuration): AsyncIterable<Finding> {
  return transports[transportOf(configuration)].examine(configuration);
}

/** Returns what a probe asks of the connection to the configured host itself. @throws {@link InvalidArgumentError} when the configuration leads nowhere. */
export function connectionQuestions(configuration: Configuration): Promise<readonly OwnQuestion[]> {
  return transports[transportOf(configuration)].questions(configuration);
}
