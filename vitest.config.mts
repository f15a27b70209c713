import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { GeneratedReporter } from "./test/support/generated-reporter.mts";
import { TallyReporter } from "./test/support/tally-reporter.mts";

/** Layers whose files run beside each other: most of a run of the CLI is waiting for one process after the other. */
const together = { maxWorkers: availableParallelism(), sequence: { groupOrder: 1 } };

/** Layers that measure times: one file after the other, and nothing beside. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 0 } };

/** One project for each layer of tests, named for what it proves; CONTRIBUTING.md says what each is. */
const layers = [
  { name: "conformance", testTimeout: 60_000, ...alone },
  { name: "lifecycle", testTimeout: 120_000, ...alone },
  { name: "unit", testTimeout: 60_000, ...together },
  { name: "model", testTimeout: 10_800_000, ...together },
  { name: "fuzz", testTimeout: 900_000, ...together },
  { name: "engine", testTimeout: 300_000, ...together },
  { name: "crash", testTimeout: 3_600_000, ...together },
];

export default defineConfig({
  test: {
    reporters: ["default", new GeneratedReporter(), new TallyReporter()],
    projects: layers.map((layer) => ({
      test: { ...layer, include: [`test/${layer.name}/**/*.test.ts`], hookTimeout: layer.testTimeout },
    })),
  },
});
