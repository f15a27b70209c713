import { expect, it, onTestFinished } from "vitest";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { openSshBesideLocal, type ShellWay } from "../support/ssh-beside-local";
import { requireSshServer } from "../support/ssh-server";

const ways = ["local", "ssh"] as const;

/**
 * Measures both in turn, in more rounds on a busy computer, until the figure is reached.
 *
 * @returns The best of each: other work on the computer only ever adds.
 */
async function inTurn(rounds: number, atMost: number, action: (way: ShellWay) => Promise<number>) {
  const best: Record<ShellWay, number> = { local: Number.POSITIVE_INFINITY, ssh: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds || (round < rounds * 3 && best.ssh > best.local * atMost); round += 1) {
    for (const way of ways) best[way] = Math.min(best[way], await action(way));
  }
  return best;
}

it("a start, a call, a megabyte and 100 concurrent snapshots stay close to a local shell", async (context) => {
  requireSshServer(context);
  const measured = await openSshBesideLocal(requirePowerShell(context, powerShellEditions[0]!));
  onTestFinished(() => measured.close());
  const start = await inTurn(3, 2, (way) => measured.start(way));
  const call = await inTurn(200, 3, (way) => measured.call(way));
  const megabyte = await inTurn(20, 1.2, (way) => measured.megabyte(way));
  const [local, ssh] = [await measured.hundredSnapshots("local"), await measured.hundredSnapshots("ssh")];
  const requests = { local: local.requests, ssh: ssh.requests };
  const shells = { local: local.shells, ssh: ssh.shells };
  Object.assign(context.task.meta, { figures: { start, call, megabyte, requests, shells } }); // `npm run bench` reads them
  expect(start.ssh).toBeLessThanOrEqual(start.local * 2);
  expect(call.ssh).toBeLessThanOrEqual(call.local * 3);
  expect(call.ssh - call.local).toBeLessThanOrEqual(5);
  expect(megabyte.ssh).toBeLessThanOrEqual(megabyte.local * 1.2);
  expect(ssh.shells).toBeLessThanOrEqual(2);
  // how often a job is looked at follows the clock
  expect(ssh.requests).toBeLessThanOrEqual(local.requests * 1.1);
}, 600_000);
