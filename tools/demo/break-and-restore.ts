import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { drawHost, type GroupView, type SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { storeVariable } from "./demo-pulumi";

const brokenVersion = "2.0.0 (broken)";

/** The demo's host, where it is, and how to write to the terminal. */
export interface DemoHost {
  readonly host: SimulatedHost;
  readonly storeFile: string;
  readonly repository: string;
  readonly say: (text?: string) => void;
}

/**
 * Upgrades every machine of the group to a version that doesn't work.
 *
 * @returns The exit code.
 */
export function breakMachines({ host, say }: DemoHost): number {
  for (const { name } of demoGroup(host).machines) host.upgradeMachine(name, brokenVersion);
  say(`\nAn upgrade went wrong: every machine of the group now has the application in version ${brokenVersion}.\n`);
  say(drawHost(host.tree()));
  say(`
What to try next:
  npm run demo -- restore      brings all machines back to the snapshot`);
  return 0;
}

/**
 * Restores the group's newest snapshot with the command, and starts the machines.
 *
 * @returns The exit code: the command's.
 */
export function restoreMachines({ host, storeFile, repository, say }: DemoHost): number {
  const { machines } = demoGroup(host);
  const snapshots = machines.flatMap((machine) => machine.snapshots);
  const newest = snapshots.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt, "en")).at(-1);
  if (!newest?.snapshotCollectionId) {
    say("There is no snapshot to restore: `npm run demo` takes one.");
    return 1;
  }
  const parameters = ["restore", "--latest", "web-tier", "--yes", "--no-stack"];
  say(`\n$ hyperv-snapshots ${parameters.join(" ")}`);
  const { status } = spawnSync(
    process.execPath,
    [join(repository, "provider", "bin", "hyperv-snapshots.js"), ...parameters],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        HYPERV_SNAPSHOTS_TRANSPORT: "simulated",
        [storeVariable]: storeFile,
      },
    },
  );
  if (status !== 0) return status ?? 1;
  for (const { name } of machines) host.startMachine(name);
  say("\nStarted again, as an operator would (Start-VM). The host now:\n");
  say(drawHost(host.tree()));
  return 0;
}

function demoGroup(host: SimulatedHost): GroupView {
  const [group] = host.tree().groups;
  if (!group) throw new Error("The demo's host has no VM group; `npm run demo -- reset` deletes it");
  return group;
}
