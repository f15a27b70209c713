import { expect, test } from "vitest";
import { fractionReaching, percentAt, progressPoints } from "../../../provider/src/simulator/job-progress";

const at = (shape: Parameters<typeof progressPoints>[0], ...fractions: readonly number[]) =>
  fractions.map((fraction) => percentAt(progressPoints(shape), fraction));

test("linear progress is even", () => {
  expect(at("linear", 0, 0.1, 0.5, 0.999, 1)).toEqual([0, 10, 50, 99, 100]);
});

test("stuck progress reaches its percentage early and stays there", () => {
  expect(at({ stuckAtPercent: 99 }, 0, 0.05, 0.1, 0.9, 1)).toEqual([0, 49, 99, 99, 99]);
  expect(at({ stuckAtPercent: 0 }, 0, 0.5, 1)).toEqual([0, 0, 0]);
});

test("progress through points can jump back", () => {
  const points = {
    points: [
      [0.5, 80],
      [0.5, 20],
      [1, 100],
    ],
  } as const;
  expect(at({ points: [...points.points.map((point) => [...point] as const)] }, 0.25, 0.49, 0.5, 0.75, 1)).toEqual([
    40, 78, 20, 60, 100,
  ]);
});

test("a percentage is reached at the first fraction at which it is reported", () => {
  expect(fractionReaching(progressPoints("linear"), 40)).toBe(0.4);
  expect(fractionReaching(progressPoints({ stuckAtPercent: 50 }), 50)).toBe(0.1);
  expect(fractionReaching(progressPoints({ stuckAtPercent: 0 }), 40)).toBe(1);
  expect(
    fractionReaching(
      progressPoints({
        points: [
          [0.5, 80],
          [0.5, 20],
          [1, 100],
        ],
      }),
      40,
    ),
  ).toBe(0.25);
  expect(fractionReaching(progressPoints("linear"), 0)).toBe(0);
});
