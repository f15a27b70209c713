import { expect, it, onTestFinished } from "vitest";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { openSshBesideLocal, type ShellWay } from "../support/ssh-beside-local";
import { requireSshServer } from "../support/ssh-server";

const ways = ["local", "ssh"] as const;

type Times = Record<ShellWay, number[]>;
type Beside = Readonly<Record<ShellWay, number>>;

/** Other work on the computer only ever adds: the lowest counts where each round is short, or there are few. */
const lowest = (times: readonly number[]) => Math.min(...times);
const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** Measures both in turn, in more rounds on a busy computer, until the figure is reached. */
async function inTurn(
  rounds: number,
  { atMost, figure }: { readonly atMost: number; readonly figure: typeof median },
  action: (way: ShellWay) => Promise<number>,
): Promise<Beside> {
  const times: Times = { local: [], ssh: [] };
  const found = () => ({ local: figure(times.local), ssh: figure(times.ssh) });
  const isReached = ({ local, ssh }: Beside) => ssh <= local * atMost;
  for (let round = 0; round < rounds || (round < rounds * 3 && !isReached(found())); round += 1) {
    // none has the advantage of being the second
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) times[way].push(await action(way));
  }
  return found();
}

it("a start, a call, a megabyte and 100 concurrent snapshots stay close to a local shell", async (context) => {
  requireSshServer(context);
  const measured = await openSshBesideLocal(requirePowerShell(context, powerShellEditions[0]!));
  onTestFinished(() => measured.close());
  const start = await inTurn(3, { atMost: 2, figure: lowest }, (way) => measured.start(way));
  const call = await inTurn(200, { atMost: 3, figure: lowest }, (way) => measured.call(way));
  const megabyte = await inTurn(30, { atMost: 1.2, figure: median }, (way) => measured.megabyte(way));
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
