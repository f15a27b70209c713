import type { Properties } from "../../../../provider/src/process/resource-call";
import type { OptionName, OptionValue, Seed } from "../../../../provider/src/simulator/index";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";
import { webTierSeed } from "../../../support/simulated-hosts";

/** A test of the client against each value of each option. */
export type ClientOptionTests = {
  readonly [Name in OptionName]: { readonly [Value in OptionValue<Name>]: () => Promise<void> };
};

/** The client at a host that does as some options say. */
export function clientAgainst(
  options: NonNullable<Seed["options"]>,
  seed: Seed = webTierSeed,
  configuration: Readonly<Record<string, string>> = {},
): LifecycleInProcess {
  return new LifecycleInProcess(configuration, { ...seed, options: { ...seed.options, ...options } });
}

/** The client at such a host, with a group of one machine in a state. */
export function clientOfOne(machine: object, options: NonNullable<Seed["options"]>): LifecycleInProcess {
  const group = { name: "web-tier", members: ["web-01"] };
  return clientAgainst(options, { ...webTierSeed, machines: [{ name: "web-01", ...machine }], groups: [group] });
}

/** How many snapshot collections the host has. */
export const collectionsOn = ({ host }: LifecycleInProcess): number =>
  host.query("SELECT * FROM Msvm_SnapshotCollection").length;

/** What a create that has to succeed puts into the state; and how often the host was asked for it. */
export async function created(
  at: LifecycleInProcess,
  inputs: Properties = standardInputs,
): Promise<{ readonly id: string; readonly outs: Properties; readonly sent: number; readonly members: number }> {
  const { id, outs } = await at.create(inputs);
  const sent = at.requests.filter(({ methodName }) => methodName === "CreateSnapshot").length;
  return { id, outs, sent, members: (outs["members"] as readonly unknown[]).length };
}

/** Creates, reads, compares and destroys a snapshot. @returns How many collections there were, and are left. */
export async function wholeLife(
  at: LifecycleInProcess,
  inputs: Properties = standardInputs,
): Promise<readonly [there: number, left: number]> {
  const { id, outs } = await at.create(inputs);
  const there = collectionsOn(at);
  const { props = {} } = await at.run(at.lifecycle.read(id, outs));
  const { changes } = await at.run(at.lifecycle.diff(id, props, inputs));
  if (changes) throw new Error(`what was read differs from what was created: ${JSON.stringify({ outs, props })}`);
  await at.run(at.lifecycle.delete(id, props));
  return [there, collectionsOn(at)];
}

/** Lets something happen once, right before the host serves a call of a method. */
export function justBefore(at: LifecycleInProcess, method: string, happen: () => void): void {
  at.beforeRequest = () => {
    if (at.requests.at(-1)?.methodName !== method) return;
    at.beforeRequest = undefined;
    happen();
  };
}
