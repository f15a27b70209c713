import { expect } from "vitest";
import { type Action, type KillPoint, kindOf } from "./kill-points";
import type { Operation } from "./operations";
import type { Progress } from "./progress";
import { Stage, type Way } from "./stage";

/** What came of the points of an operation. */
export interface Tally {
  /** Cut off there, and then one snapshot on the host, and in the state. */
  tried: number;
  /** The run didn't come to it: it polled once less than the recorded one. */
  missed: number;
}

/** Which points are tried. */
export type Choose = (points: readonly KillPoint[]) => readonly KillPoint[];

export const everyPoint: Choose = (points) => points;

/** The first point of each kind that wasn't tried yet: after it, and before it where something is changed by it. */
export function onePerKind(tried = new Set<string>()): Choose {
  return (points) =>
    points.filter((point) => {
      const [kind, side] = [kindOf(point), point.split(" ").at(-1)];
      const isTold = /^(invoke|write)/.test(kind) ? `${kind} ${side}` : kind;
      if (tried.has(isTold) || (isTold === kind && side === "before")) return false;
      tried.add(isTold);
      return true;
    });
}

/** Cuts an operation off at each of its points, one after the other, and looks each time at what an `up` makes of it. */
export async function cutOff(
  operation: Operation,
  { way, action, choose, progress }: { way: Way; action: Action; choose: Choose; progress: Progress },
): Promise<Tally> {
  const stage = new Stage(way, operation.configuration);
  const tally = { tried: 0, missed: 0 };
  try {
    await operation.before(stage);
    const points = await stage.points.record(() => operation.run(stage));
    await stage.destroy();
    for (const point of choose(points)) {
      if (!progress.has(point)) await cutOffAt(stage, operation, point, action, tally);
      else tally.tried += 1;
      progress.add(point);
    }
  } finally {
    await stage.end();
  }
  return tally;
}

async function cutOffAt(
  stage: Stage,
  operation: Operation,
  point: KillPoint,
  action: Action,
  tally: Tally,
): Promise<void> {
  const sentBefore = stage.sent;
  await operation.before(stage);
  stage.points.arm(point, action);
  const failure = await operation.run(stage).catch((error: unknown) => error);
  const hasHappened = stage.points.disarm();
  if (hasHappened && action === "provider") await stage.killed();
  if (!hasHappened && failure) throw failure;
  await operation.again(stage);
  const sent = stage.sent - sentBefore;
  expect(stage.collections(), `after ${point}`).toEqual([stage.state.live?.outs["snapshotCollectionId"]]);
  expect(stage.state.pendingDeletes, `after ${point}`).toEqual([]);
  expect(sent, `CreateSnapshot after ${point}`).toBeLessThanOrEqual(operation.wishes);
  expect(
    stage.files().filter((name) => name.startsWith("claim-")),
    `after ${point}`,
  ).toEqual([]);
  await stage.destroy();
  expect(stage.collections(), `after ${point} and a destroy`).toEqual([]);
  if (hasHappened) tally.tried += 1;
  else tally.missed += 1;
}
