import { join } from "node:path";
import type { TestContext } from "vitest";
import { type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { smallSeed } from "../support/pulumi-project";
import { unhinderedSeed } from "../support/simulated-hosts";
import { temporaryFolder } from "../support/temporary-folder";
import type { Way } from "./provider-stage";

/** A host on which nothing stands in the way of a snapshot. */
export const hostSeed: Seed = { ...smallSeed, options: { ...unhinderedSeed.options, dependents: "kept" } };

/** Straight to a simulated host. @param more - What its seed has beside the usual. */
export function simulatedWay(more: Seed = {}): Way {
  const storeFile = join(temporaryFolder(), "host.jsonl");
  return {
    host: SimulatedHost.open({
      storeFile,
      seed: { ...hostSeed, ...more, options: { ...hostSeed.options, ...more.options } },
    }),
    configuration: { "hyperv-snapshots:transport": "simulated", "hyperv-snapshots:simulatedHost": storeFile },
    environment: {},
  };
}

/** Through a real PowerShell, whose cmdlets for CIM are a stand-in's. Skips the test where there is none. */
export async function powerShellWay(
  context: TestContext,
): Promise<Way & { stop(): Promise<void>; shells(): number[] }> {
  const environment = requirePowerShell(context, powerShellEditions[0]!);
  const host = SimulatedHost.inMemory({ seed: hostSeed });
  const server = await CimHostServer.start(host);
  return {
    host,
    configuration: { "hyperv-snapshots:transport": "powershell" },
    environment: { ...environment, ...server.environment },
    shells: () => server.shells,
    stop: () => server.stop(),
  };
}
