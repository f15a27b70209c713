import { networkInterfaces } from "node:os";
import type { TestContext } from "vitest";

/** Skips a test where this computer has no loopback address of IPv6. */
export function requireIpv6(context: TestContext): void {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  if (!addresses.some(({ address }) => address === "::1")) context.skip("no-ipv6: there is no address ::1");
}
