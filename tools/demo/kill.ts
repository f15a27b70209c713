import { once } from "node:events";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { drawHost, type SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { type DemoPulumi, openDemoHost, preparePulumi, storeOf } from "./demo-pulumi";

/** Where it happens, and how to talk to the person. */
export interface KillStage {
  readonly folder: string;
  readonly say: (text?: string) => void;
}

/**
 * Kills the CLI in the middle of the job, as a power cut or a CI system does, runs `pulumi up` again, and counts on the host what
 * came of it. On a host of its own, so that everything there came of it.
 */
export async function killInTheMiddle({ folder, say }: KillStage): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const host = openDemoHost(storeOf(folder));
  say("\nA host of its own, before:\n");
  say(drawHost(host.tree()));
  say();
  const pulumi = await preparePulumi(folder);
  say("\n$ pulumi up");
  const cli = pulumi.start(["up", "--yes", "--skip-preview"]);
  const ended = once(cli, "exit");
  while (sentTo(host) === 0 && cli.exitCode === null) await sleep(20);
  await sleep(1000);
  cli.kill("SIGKILL");
  await ended;
  say(`
\n*** The CLI was killed (SIGKILL) while the host was at work.
*** The host was asked for ${sentTo(host)} snapshot, and Pulumi's state has ${inState(pulumi)}: nobody told it.

$ pulumi cancel
$ pulumi up`);
  pulumi.ask(["cancel", "--yes"]);
  pulumi.run(["up", "--yes", "--skip-preview"]);
  say("\nThe host as it shows itself now:\n");
  say(drawHost(host.tree()));
  const onHost = host.query("SELECT * FROM Msvm_SnapshotCollection").length;
  say(`\nCreateSnapshot sent ${sentTo(host)} · snapshots on the host ${onHost} · in the state ${inState(pulumi)}`);
}

const sentTo = (host: SimulatedHost): number => host.methodCalls["CreateSnapshot"] ?? 0;

/** How many snapshots the state has. */
function inState(pulumi: DemoPulumi): number {
  const { deployment } = JSON.parse(pulumi.ask(["stack", "export"])) as {
    deployment: { resources?: readonly { readonly outputs?: { readonly snapshotCollectionId?: string } }[] };
  };
  return (deployment.resources ?? []).filter(({ outputs }) => outputs?.snapshotCollectionId !== undefined).length;
}
