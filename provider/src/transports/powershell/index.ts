import type { Finding } from "../../finding";
import { examinePowerShell } from "./examine-powershell";
import { powerShellFindings } from "./findings";
import type { PowerShellTransportOptions } from "./open-request";

export { openPowerShellSession as open } from "./powershell-session";

/** Tries the connection step by step, for people who look for what is wrong with it. */
export async function* examine(options: PowerShellTransportOptions): AsyncGenerator<Finding> {
  yield* powerShellFindings(await examinePowerShell(options), options);
}
