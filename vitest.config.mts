import { defineConfig } from "vitest/config";
import { GeneratedReporter } from "./test/support/generated-reporter.mts";
import { TallyReporter } from "./test/support/tally-reporter.mts";

/** One project for each layer of tests, named for what it proves; CONTRIBUTING.md says what each is. */
const layers = [
  { name: "unit", testTimeout: 60_000 },
  { name: "model", testTimeout: 600_000 },
  { name: "fuzz", testTimeout: 900_000 },
  { name: "conformance", testTimeout: 60_000 },
  { name: "lifecycle", testTimeout: 120_000 },
  { name: "engine", testTimeout: 300_000 },
  { name: "crash", testTimeout: 3_600_000 },
];

export default defineConfig({
  test: {
    reporters: ["default", new GeneratedReporter(), new TallyReporter()],
    projects: layers.map(({ name, testTimeout }) => ({
      test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
    })),
  },
});
