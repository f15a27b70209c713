import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { GeneratedReporter } from "./test/support/generated-reporter.mts";
import { TallyReporter } from "./test/support/tally-reporter.mts";

/**
 * A layer of tests, in the folder `test/NAME`; CONTRIBUTING.md says what each proves.
 *
 * Its project `NAME` belongs to `npm test`. What only `npm run test:all` runs is the project `NAME-more`.
 */
interface Layer {
  readonly name: string;
  readonly timeoutMs: number;
  /** Measures times, so that its files run one after the other and nothing runs beside them. */
  readonly alone?: true;
  /**
   * The files that belong to `npm test`, without `.test.ts`; all of them when absent. All others are in `NAME-more`, which is the layer's only project
   * if the list is empty.
   */
  readonly everyTime?: readonly string[];
  /** Environment variables in `npm test`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files that run once more in `NAME-more`, with other environment variables. */
  readonly again?: { readonly files: readonly string[]; readonly env: Readonly<Record<string, string>> };
}

/** Which tests belong to which tier: this table decides, and no test does. */
const layers: readonly Layer[] = [
  {
    name: "conformance",
    timeoutMs: 60_000,
    alone: true,
    everyTime: ["simulated", "powershell", "powershell-doctor", "powershell-numbers", "powershell-shells", "wsman"],
  },
  { name: "lifecycle", timeoutMs: 120_000, alone: true },
  { name: "unit", timeoutMs: 60_000 },
  {
    name: "model",
    timeoutMs: 10_800_000,
    env: { MODEL_HISTORIES: "600" },
    again: { files: ["histories"], env: { MODEL_HISTORIES: "2000", MODEL_SEED: "20261126" } },
  },
  {
    name: "fuzz",
    timeoutMs: 900_000,
    env: { FUZZ_CASES: "1000" },
    again: { files: ["*"], env: { FUZZ_CASES: "5000", FUZZ_SEED: "20261126" } },
  },
  { name: "windows", timeoutMs: 240_000, everyTime: [] },
  { name: "ssh", timeoutMs: 240_000, alone: true, everyTime: [] },
  { name: "engine", timeoutMs: 300_000, everyTime: ["whole-life", "recorded-states"] },
  { name: "interop", timeoutMs: 120_000, everyTime: [] },
  { name: "crash", timeoutMs: 3_600_000, everyTime: ["situations"] },
  { name: "plugin", timeoutMs: 300_000, everyTime: ["one-life"] },
];

const folder = import.meta.dirname;

/** The two projects of a layer; the second only where `npm run test:all` has more of it. */
function projectsOf(layer: Layer): TestProjectInlineConfiguration[] {
  const { name, timeoutMs, alone, everyTime, env, again } = layer;
  const pathOf = (file: string) => `test/${name}/${file}.test.ts`;
  const missing = everyTime?.map(pathOf).filter((path) => !existsSync(join(folder, path))) ?? [];
  if (missing.length > 0) throw new Error(`vitest.config.mts names tests that don't exist: ${missing.join(", ")}`);
  const project = (isMore: boolean, include: readonly string[], values = env): TestProjectInlineConfiguration => ({
    test: {
      name: isMore ? `${name}-more` : name,
      include: [...include],
      exclude: isMore && !again ? (everyTime?.map(pathOf) ?? []) : [],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      // what a test waits for takes long on a busy computer
      expect: { poll: { timeout: 60_000 } },
      maxWorkers: alone ? 1 : availableParallelism(),
      // `npm test` comes first, and within it what runs alone; Vitest would put a group 0 of one worker last
      sequence: { groupOrder: (isMore ? 3 : 1) + (alone ? 0 : 1) },
      // a variable of the user's own comes first
      env: Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, process.env[key] ?? value])),
    },
  });
  const projects =
    everyTime?.length === 0 ? [] : [project(false, everyTime?.map(pathOf) ?? [`test/${name}/**/*.test.ts`])];
  if (again) projects.push(project(true, again.files.map(pathOf), again.env));
  else if (everyTime) projects.push(project(true, [`test/${name}/**/*.test.ts`]));
  return projects;
}

export default defineConfig({
  test: {
    reporters: ["default", new GeneratedReporter(), new TallyReporter()],
    projects: layers.flatMap(projectsOf),
    // `npm run coverage`: what the tests' own processes run; the processes that they start run the built package
    coverage: {
      include: ["provider/src/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 90 },
    },
  },
});
