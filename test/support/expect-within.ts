import { expect } from "vitest";

/**
 * Expects that something takes less than a time. Other work on the computer only ever adds: the quickest of at most five tries counts.
 *
 * @param measure - Tries it once, and says how many milliseconds it took.
 */
export async function expectWithin(limitMs: number, measure: () => Promise<number>): Promise<void> {
  const took: number[] = [];
  do took.push(await measure());
  while (Math.min(...took) >= limitMs && took.length < 5);
  expect(Math.min(...took), `took ${took.join(", ")} ms`).toBeLessThan(limitMs);
}
