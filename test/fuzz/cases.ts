import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** How many cases there are of each kind of input: 5,500 together. The long form multiplies them. */
const shortForm = {
  "object paths": 900,
  queries: 500,
  "requests to PowerShell": 500,
  "answers over WS-Management": 500,
  GUIDs: 500,
  "embedded instances": 750,
  "job sequences": 500,
  stores: 450,
  "recovery records": 290,
  "runs after a damaged record": 60,
  configuration: 500,
  secrets: 50,
} as const;

/** How many cases there are in all; `FUZZ_CASES` asks for more. */
const total = Object.values(shortForm).reduce((sum, count) => sum + count, 0);
const factor = Number(process.env["FUZZ_CASES"] ?? total) / total;

/** What the cases are drawn from; `FUZZ_SEED` asks for others than the usual, or for those of a run that failed. */
const seed = Number(process.env["FUZZ_SEED"] ?? 20261123);

/** A case that takes longer hangs, as far as a user can tell: nearly all take some milliseconds. */
const longestMs = 60_000;

declare module "vitest" {
  interface TaskMeta {
    /** What generated input a test went through. */
    generated?: { readonly kind: string; readonly count: number; readonly seed: number };
  }
}

/** Something that has to be true of any input. */
type Property = (numRuns: number, onCase: () => void) => Promise<void>;

/** States what has to be true of whatever an arbitrary makes. */
export function forAny<Case>(arbitrary: fc.Arbitrary<Case>, check: (input: Case) => void | Promise<void>): Property {
  return (numRuns, onCase) =>
    fc.assert(
      fc.asyncProperty(arbitrary, async (input) => {
        const startedAt = performance.now();
        await check(input);
        expect(performance.now() - startedAt, "the milliseconds that it took").toBeLessThan(longestMs);
        onCase();
      }),
      { numRuns, seed },
    );
}

/** Puts generated input of one kind to the test, as many cases for each property. */
export function fuzz(kind: keyof typeof shortForm, properties: Readonly<Record<string, Property>>): void {
  const count = Math.round(shortForm[kind] * factor);
  const names = Object.keys(properties);
  describe(kind, () => {
    it.for(names)("%s", async (name, { task }) => {
      const share = Math.floor((count + names.indexOf(name)) / names.length);
      let counted = 0;
      try {
        await properties[name]?.(share, () => {
          counted += 1;
        });
      } finally {
        task.meta.generated = { kind, count: counted, seed };
      }
    });
  });
}
