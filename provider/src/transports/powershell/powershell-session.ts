import type { CimSession } from "../../cim/cim-session";
import { openWorkerSession } from "../worker-shell/worker-session";
import { type PowerShellTransportOptions, workerOptions } from "./options";

/** Opens a session through a PowerShell on this computer. @throws What {@link openWorkerSession} does. */
export function openPowerShellSession(options: PowerShellTransportOptions): Promise<CimSession> {
  return openWorkerSession(workerOptions(options));
}
