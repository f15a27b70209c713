import type { CimSession } from "../cim/cim-session";
import type { PowerShellExamination } from "./powershell/examine-powershell";
import type { PowerShellTransportOptions } from "./powershell/open-request";
import type { SimulatedTransportOptions } from "./simulated/simulated-session";

/** What each transport needs to know, by its name. */
interface TransportOptions {
  readonly powershell: PowerShellTransportOptions;
  readonly simulated: SimulatedTransportOptions;
}

/** The name of a transport, as it stands in the configuration. */
type TransportName = keyof TransportOptions;

type OpenTransport<Name extends TransportName> = (options: TransportOptions[Name]) => Promise<CimSession>;

/** Each loads its transport's code when it is first called: a process pays only for the transport it uses. */
const transports: { readonly [Name in TransportName]: OpenTransport<Name> } = {
  powershell: async (options) => {
    const { openPowerShellSession } = await import("./powershell/powershell-session.js");
    return openPowerShellSession(options);
  },
  simulated: async (options) => {
    const { openSimulatedSession } = await import("./simulated/simulated-session.js");
    return openSimulatedSession(options);
  },
};

/**
 * Opens a session to a host by the transport of this name.
 *
 * @throws {@link InvalidArgumentError} when the options don't lead to a host, and what the transport's opening throws.
 */
export async function openSession<Name extends TransportName>(
  transport: Name,
  options: TransportOptions[Name],
): Promise<CimSession> {
  return transports[transport](options);
}

/** Tries the way to a host through PowerShell, step by step. */
export async function examinePowerShell(options: PowerShellTransportOptions): Promise<PowerShellExamination> {
  const { examinePowerShell: examine } = await import("./powershell/examine-powershell.js");
  return examine(options);
}
