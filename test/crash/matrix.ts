import { expect } from "vitest";
import { type Action, type KillPoint, kindOf } from "./kill-points";
import type { Operation } from "./operations";
import type { Progress } from "./progress";
import type { Stage } from "./stage";

/** What came of the points of an operation. */
interface Tally {
  /** Interrupted there, and then one snapshot on the host, and in the state. */
  tried: number;
  /** Those of them that every run comes to, however fast it is. */
  counted: number;
  /** The run didn't come to it: it polled once less than the recorded one. */
  missed: number;
}

/** How often a job is looked at depends on how fast the run is. */
const isAnotherLook = (point: KillPoint) => /^query Msvm_ConcreteJob #(?!1 )/.test(point);

function enter(tally: Tally, point: KillPoint): void {
  tally.tried += 1;
  if (!isAnotherLook(point)) tally.counted += 1;
}

/** Which points are tried. */
export type Choose = (points: readonly KillPoint[]) => readonly KillPoint[];

export const everyPoint: Choose = (points) => points;

/**
 * The first point of each kind that wasn't tried yet: after it, and before it where something is changed by it. Of an operation that has
 * none left, its first change.
 */
export function onePerKind(tried = new Set<string>()): Choose {
  return (points) => {
    const chosen = points.filter((point) => {
      const [kind, side] = [kindOf(point), point.split(" ").at(-1)];
      const distinct = /^(invoke|write)/.test(kind) ? `${kind} ${side}` : kind;
      if (tried.has(distinct) || (distinct === kind && side === "before")) return false;
      tried.add(distinct);
      return true;
    });
    if (chosen.length > 0) return chosen;
    const change = points.find((point) => /^(invoke|write) .* after$/.test(point));
    return change === undefined ? [] : [change];
  };
}

/**
 * Interrupts an operation at each of its points, one after the other, and looks each time at what an `up` makes of it.
 *
 * @returns At how many points it was interrupted, of those that every run comes to.
 */
export async function interruptEachPoint(
  operation: Operation,
  { stage, action, choose, progress }: { stage: Stage; action: Action; choose: Choose; progress: Progress },
): Promise<number> {
  const tally = { tried: 0, counted: 0, missed: 0 };
  try {
    await operation.before(stage);
    const points = await stage.record(() => operation.run(stage));
    // a hook that no longer meets the provider would leave nothing to interrupt
    for (const kind of stage.recordedKinds) expect(points).toContainEqual(expect.stringMatching(kind));
    await stage.destroy();
    for (const point of choose(points)) {
      if (progress.has(point) || (await interruptAt(stage, operation, point, action))) {
        enter(tally, point);
        progress.add(point);
      } else tally.missed += 1;
    }
  } finally {
    await stage.end();
  }
  const { tried, counted, missed } = tally;
  if (missed > 0) console.log(`${operation.name}: ${missed} points that this run didn't come to`);
  expect(missed).toBeLessThanOrEqual(Math.ceil(tried / 10));
  return counted;
}

/** What the lines of a run say of an action. */
const happened: Readonly<Record<Action, string>> = {
  provider: "the provider killed",
  stop: "the provider stopped",
  full: "the disk full",
  shells: "the shells killed",
  cli: "the CLI killed",
  both: "the CLI and the provider killed",
  interrupt: "^C twice",
  unwritable: "the state made unwritable",
  client: "the client's ssh killed",
  sshd: "the session's sshd killed",
  remote: "the remote shell killed",
  silent: "the network silent",
};

/** @returns Whether the run came to the point. */
async function interruptAt(stage: Stage, operation: Operation, point: KillPoint, action: Action): Promise<boolean> {
  const [sentBefore, beganAt] = [stage.sent, Date.now()];
  await operation.before(stage);
  const hasHappened = await stage.interrupt(point, action, () => operation.run(stage));
  await operation.again(stage);
  const sent = stage.sent - sentBefore;
  const [named, ...others] = [stage.named, ...stage.pendingDeletion];
  const expected = operation.leavesNone ? [] : [named, ...others];
  expect(stage.collections().toSorted(), `after ${point}`).toEqual(expected.toSorted());
  expect(others, `after ${point}`).toEqual([]);
  expect(sent, `${stage.subject.method} after ${point}`).toBeLessThanOrEqual(operation.requests);
  expect(
    stage.files().filter((name) => name.startsWith("ticket-")),
    `after ${point}`,
  ).toEqual([]);
  await stage.destroy();
  expect(stage.collections(), `after ${point} and a destroy`).toEqual([]);
  const what = hasHappened ? `${happened[action]} at` : "never came to";
  const seconds = ((Date.now() - beganAt) / 1000).toFixed(1);
  console.log(
    `${operation.name}, by ${stage.drivenBy}: ${what} ${point}; ${stage.subject.method} sent ${sent} times in all; ${seconds} s`,
  );
  return hasHappened;
}
