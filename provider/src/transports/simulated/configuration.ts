import type { ConfigurationKeys, ConfigurationValues } from "../../configuration-key";
import type { SimulatedTransportOptions } from "./simulated-session";

/** The keys that only this transport has. */
export const simulatedKeys = {
  simulatedHost: {
    description: "The file that holds the simulated host; a relative path starts at the program's folder.",
    default: "simulated-host.jsonl",
    place: "host",
  },
  simulatedSeed: {
    description: "A seed file for a simulated host that doesn't exist yet. Without one it begins empty.",
    place: "host",
  },
} as const satisfies ConfigurationKeys;

/** Reads what this transport needs from the configuration. */
export function simulatedOptions({
  simulatedHost,
  simulatedSeed,
}: ConfigurationValues<typeof simulatedKeys>): SimulatedTransportOptions {
  return { storeFile: simulatedHost, ...(simulatedSeed !== undefined && { seedFile: simulatedSeed }) };
}
