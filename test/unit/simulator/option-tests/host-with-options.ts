import type { OptionName, OptionValue, Seed } from "../../../../provider/src/simulator/index";
import { HostAtHand } from "../../../support/simulated-hosts";

/** A test for each value of each option. */
export type OptionTests = {
  readonly [Name in OptionName]: { readonly [Value in OptionValue<Name>]: () => void };
};

/** A group of one machine in a state, and the options under test. */
export function groupOf(machine: object, options: NonNullable<Seed["options"]>): HostAtHand {
  const machines = [{ name: "web-01", ...machine }];
  return new HostAtHand({ machines, groups: [{ name: "web-tier", members: ["web-01"] }], options });
}

/** What the default host becomes by one option. */
export function hostWith(options: NonNullable<Seed["options"]>): HostAtHand {
  const at = new HostAtHand();
  for (const [name, value] of Object.entries(options)) at.host.setOption(name as OptionName, value as never);
  return at;
}
