/** One point of a job's progress: at this fraction of its duration it reports this percentage. */
export type ProgressPoint = readonly [fraction: number, percent: number];

/** How `PercentComplete` moves: evenly, stuck at a percentage until the end, or through given points. */
export type ProgressShape =
  | "linear"
  | { readonly stuckAtPercent: number }
  | { readonly points: readonly ProgressPoint[] };

/** The part of its duration in which a stuck job reaches its percentage. */
const fractionUntilStuck = 0.1;

/** Returns the points of a shape from 0 to 1. The percentage is constant after the last one. */
export function progressPoints(shape: ProgressShape): readonly ProgressPoint[] {
  if (shape === "linear")
    return [
      [0, 0],
      [1, 100],
    ];
  if ("points" in shape) return [[0, 0], ...shape.points];
  return [
    [0, 0],
    [fractionUntilStuck, shape.stuckAtPercent],
  ];
}

/** Returns the percentage at a fraction of the duration. */
export function percentAt(points: readonly ProgressPoint[], fraction: number): number {
  let [earlierFraction, earlierPercent] = points[0] ?? [0, 0];
  for (const [laterFraction, laterPercent] of points) {
    if (fraction < laterFraction) {
      const share = (fraction - earlierFraction) / (laterFraction - earlierFraction);
      return Math.floor(earlierPercent + share * (laterPercent - earlierPercent));
    }
    [earlierFraction, earlierPercent] = [laterFraction, laterPercent];
  }
  return Math.floor(earlierPercent);
}

/** Returns the first fraction of the duration at which a percentage is reached; 1 if it never is. */
export function fractionReaching(points: readonly ProgressPoint[], percent: number): number {
  let [earlierFraction, earlierPercent] = points[0] ?? [0, 0];
  for (const [laterFraction, laterPercent] of points) {
    if (earlierPercent >= percent) return earlierFraction;
    if (laterPercent >= percent) {
      const share = (percent - earlierPercent) / (laterPercent - earlierPercent);
      return earlierFraction + share * (laterFraction - earlierFraction);
    }
    [earlierFraction, earlierPercent] = [laterFraction, laterPercent];
  }
  return 1;
}
