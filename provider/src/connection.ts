import type { CimSession } from "./cim/cim-session";
import { type Configuration, type ConfigurationKeyName, configurationKeys, settingCommand, writtenKey } from "./config";
import { InvalidArgumentError } from "./errors";
import type { HyperVHost } from "./hyperv/hyperv-host";
import type { Clock } from "./jobs/clock";
import { JobMonitor } from "./jobs/job-monitor";
import { examinePowerShell, openSession } from "./transports/index.js";
import type { PowerShellExamination } from "./transports/powershell/examine-powershell";
import type { PowerShellTransportOptions } from "./transports/powershell/open-request";

/**
 * Opens the way to the configured host.
 *
 * @throws {@link InvalidArgumentError} when no transport is configured, and what the transport's opening throws.
 */
export async function connect(configuration: Configuration, clock: Clock): Promise<HyperVHost> {
  const session = await openConfigured(configuration);
  return { session, jobs: new JobMonitor(session, clock) };
}

/**
 * Finds how the host is reached: as configured, else by PowerShell on a Windows computer without a configured host.
 *
 * @throws {@link InvalidArgumentError} when nothing says so: no transport is ever chosen silently elsewhere.
 */
export function transportOf(
  { transport, host, connection }: Configuration,
  platform: NodeJS.Platform = process.platform,
): NonNullable<Configuration["transport"]> {
  if (transport !== undefined) return transport;
  if (platform === "win32" && host === undefined) return "powershell";
  throw wrong("Choosing the way to the Hyper-V host", writtenKey("transport", connection), {
    answer: "it is not set",
    remedy: `Set it: ${settingCommand("transport", connection)} <one of: ${configurationKeys.transport.values.join(", ")}>`,
  });
}

/**
 * Tries the way to the configured host step by step, for people who look for what is wrong with it.
 *
 * @returns Nothing where the way has no steps.
 * @throws {@link InvalidArgumentError} when the configuration leads nowhere.
 */
export async function examineWay(configuration: Configuration): Promise<PowerShellExamination | undefined> {
  if (transportOf(configuration) !== "powershell") return undefined;
  return examinePowerShell(powerShellOptions(configuration));
}

async function openConfigured(configuration: Configuration): Promise<CimSession> {
  switch (transportOf(configuration)) {
    case "powershell":
      return openSession("powershell", powerShellOptions(configuration));
    case "simulated":
      return openSession("simulated", {
        storeFile: configuration.simulatedHost,
        ...(configuration.simulatedSeed !== undefined && { seedFile: configuration.simulatedSeed }),
      });
  }
}

/** `New-CimSession -Authentication` by our words for it. */
const cmdletAuthentications = { negotiate: "Negotiate", kerberos: "Kerberos", credssp: "CredSsp" } as const;

function powerShellOptions(configuration: Configuration): PowerShellTransportOptions {
  const { host, username, password, authentication, namespace, connection } = configuration;
  const key = (name: ConfigurationKeyName) => writtenKey(name, connection);
  const attempted = "Opening a session through PowerShell";
  if ((username === undefined) !== (password === undefined)) {
    const [given, missing] =
      username === undefined ? (["password", "username"] as const) : (["username", "password"] as const);
    throw wrong(attempted, key(missing), {
      answer: `it is not set, and ${given} is`,
      remedy: `Set both, or neither: ${settingCommand(missing, connection)}`,
    });
  }
  if (host === undefined && username !== undefined) {
    throw wrong(attempted, key("username"), {
      answer: "it is set, and host is not: WMI refuses credentials for its own computer",
      remedy: `Run Pulumi under that account, or set ${key("host")}`,
    });
  }
  return {
    host,
    userName: username,
    password,
    ...(authentication !== "default" && { authentication: cmdletAuthentications[authentication] }),
    namespace,
  };
}

function wrong(
  attempted: string,
  target: string,
  said: { readonly answer: string; readonly remedy: string },
): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted,
    target,
    ...said,
    outcome: "Nothing was asked of any host",
  });
}
