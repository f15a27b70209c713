import type { Seed } from "pulumi-hyperv-snapshots/simulator";

/** A host of many groups, `group-1` and so on, each with as many machines as is said. */
export function seedOfGroups(
  groups: number,
  options: { readonly members?: number; readonly jobSeconds?: number } = {},
): Seed {
  const { members = 1, jobSeconds } = options;
  const numbers = Array.from({ length: groups }, (_, at) => at + 1);
  const machinesOf = (group: number) => Array.from({ length: members }, (_, at) => `vm-${group}-${at + 1}`);
  return {
    machines: numbers.flatMap((group) => machinesOf(group).map((name) => ({ name }))),
    groups: numbers.map((group) => ({ name: `group-${group}`, members: machinesOf(group) })),
    ...(jobSeconds === undefined
      ? { options: { completion: "atOnce" } }
      : { jobs: { CreateSnapshot: { seconds: jobSeconds, progress: "linear" } } }),
  };
}
