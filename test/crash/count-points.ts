import { afterAll, expect } from "vitest";
import counts from "./counts.json" with { type: "json" };
import { form } from "./form";

/**
 * Counts the points of each part of the matrix in a file of tests, and shows them when it ends. A part that has fewer than
 * `counts.json` says has lost some.
 */
export function countPoints(): (part: string, points: number) => void {
  const expected: Readonly<Record<string, number>> = counts[form];
  const found: Record<string, number> = {};
  afterAll(() => console.log(`Points passed (${form}): ${JSON.stringify(found)}`));
  return (part, points) => {
    found[part] = points;
    expect(points, `points of ${part}: fewer than ever counted`).toBeGreaterThanOrEqual(expected[part] ?? 0);
  };
}
