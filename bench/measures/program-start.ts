import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { peersFolder } from "../harness/built";
import { inTurn, type Measure } from "../harness/measure";

/** What a user's program pays for importing the package. */
export const programStart: Measure = {
  name: "program-start",
  about:
    "A program that imports the package and ends, beside one that imports `@pulumi/pulumi` alone. The lowest of the rounds: what else the machine does only adds.",
  run: async ({ isFull, say }) => {
    const run = (file: string) => async (): Promise<number> => {
      const began = performance.now();
      execFileSync(process.execPath, [join(peersFolder, file)]);
      return performance.now() - began;
    };
    const rounds = isFull ? 61 : 41;
    say(`program start, ${rounds} rounds`);
    const tookMs = await inTurn(rounds, {
      alone: run("program-pulumi-alone.js"),
      ours: run("program-with-package.js"),
    });
    return {
      figures: [
        {
          what: "start of a program that imports the package",
          unit: "ms",
          ours: Math.min(...tookMs.ours),
          peer: { name: "`@pulumi/pulumi` alone", value: Math.min(...tookMs.alone) },
          atMostRatio: 1.05,
        },
      ],
    };
  },
};
