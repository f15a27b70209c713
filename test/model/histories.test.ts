import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Act, operations } from "./operations";
import { walk } from "./walk";
import type { WorldOptions } from "./world";

/** In all, over the three kinds of hosts; `MODEL_HISTORIES` asks for more, `MODEL_SEED` for others. */
const histories = Number(process.env["MODEL_HISTORIES"] ?? 600);

const kill = fc.record({
  at: fc.integer({ min: 1, max: 130 }),
  kind: fc.constantFrom("both" as const, "engine" as const),
});

const act: fc.Arbitrary<Act> = fc.record({
  stack: fc.constantFrom(0 as const, 0 as const, 0 as const, 1 as const),
  operation: fc.constantFrom(...operations),
  kill: fc.option(kill, { nil: undefined, freq: 3 }),
});

const worlds: readonly WorldOptions[] = [
  { dependents: "kept" },
  { dependents: "removed", creationTime: "atStart" },
  { dependents: "removed", newFirst: true },
];

describe("after any history", () => {
  it.each(worlds)("the host has exactly the snapshot of the state: %j", async (options) => {
    const started = Date.now();
    const runs = Math.ceil(histories / worlds.length);
    const last = fc.record({
      stack: fc.constant(0 as const),
      operation: fc.constantFrom("up" as const, "change" as const, "replace" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 5 }), last, async (acts, end) => {
        expect(await walk(options, [...acts, end])).toBeUndefined();
      }),
      { numRuns: runs, seed: Number(process.env["MODEL_SEED"] ?? 20261123), endOnFailure: false },
    );
    console.log(`${runs} histories in ${Date.now() - started} ms`);
  });
});
