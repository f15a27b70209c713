import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { drawHost, type SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { type DemoPulumi, openDemoHost, preparePulumi, storeOf } from "./demo-pulumi";

/** Where it happens, and how to write to the terminal. */
export interface KillStage {
  readonly folder: string;
  readonly say: (text?: string) => void;
}

/**
 * Kills the CLI in the middle of the job, as a power cut or a CI system does, runs `pulumi up` again, and counts the snapshots on the
 * host. It uses a host of its own, so that no other snapshots are there.
 */
export async function killInTheMiddle({ folder, say }: KillStage): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const host = openDemoHost(storeOf(folder));
  say("\nThe host before (this demo has its own):\n");
  say(drawHost(host.tree()));
  say();
  const pulumi = await preparePulumi(folder);
  say("\n$ pulumi up");
  const { cli, ended } = pulumi.start(["up", "--yes", "--skip-preview", "--suppress-outputs"]);
  while (sentTo(host) === 0 && cli.exitCode === null) await sleep(20);
  await sleep(1000);
  cli.kill("SIGKILL");
  await ended;
  say(`
\n*** The CLI was killed (SIGKILL) while the host's job was running.
*** CreateSnapshot was sent ${sentTo(host)} time; Pulumi's state has ${inState(pulumi)} snapshots.

$ pulumi cancel
$ pulumi up`);
  pulumi.ask(["cancel", "--yes"]);
  await pulumi.run(["up", "--yes", "--skip-preview", "--suppress-outputs"]);
  say("\nThe host now:\n");
  say(drawHost(host.tree()));
  const onHost = host.query("SELECT * FROM Msvm_SnapshotCollection").length;
  say(`\nCreateSnapshot sent ${sentTo(host)} · snapshots on the host ${onHost} · in the state ${inState(pulumi)}`);
}

const sentTo = (host: SimulatedHost): number => host.methodCalls["CreateSnapshot"] ?? 0;

/** Counts the snapshots in the state. */
function inState(pulumi: DemoPulumi): number {
  const { deployment } = JSON.parse(pulumi.ask(["stack", "export"])) as {
    deployment: { resources?: readonly { readonly outputs?: { readonly snapshotCollectionId?: string } }[] };
  };
  return (deployment.resources ?? []).filter(({ outputs }) => outputs?.snapshotCollectionId !== undefined).length;
}
