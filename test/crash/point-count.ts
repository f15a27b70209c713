import { afterAll, expect } from "vitest";
import counts from "./counts.json" with { type: "json" };
import { form } from "./form";

/** Counts the points that a file of tests has passed, part by part of the matrix, and shows them when it ends. */
export class PointCount {
  private readonly expected: Readonly<Record<string, number>>;
  private readonly found: Record<string, number> = {};

  /** @param file - As `counts.json` names it. */
  constructor(file: keyof (typeof counts)[typeof form]) {
    this.expected = counts[form][file];
    afterAll(() => console.log(`Points passed (${form}, ${file}): ${JSON.stringify(this.found)}`));
  }

  add(part: string, points: number): void {
    this.found[part] = (this.found[part] ?? 0) + points;
  }

  /** A part that has fewer than `counts.json` says has lost some, and one that stands on one side only fails: it wants a number, or was lost. */
  compare(): void {
    expect(Object.keys(this.found).sort(), "parts").toEqual(Object.keys(this.expected).sort());
    const lost = Object.entries(this.found).filter(([part, points]) => points < this.expected[part]!);
    expect(lost, "parts with fewer points than in counts.json").toEqual([]);
  }
}
