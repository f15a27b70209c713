import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPulumiCli, NoPulumiCliError, repositoryFolder, streamReporting } from "./harness/built";
import { growthPlot } from "./harness/growth-plot";
import type { Measure } from "./harness/measure";
import {
  detailTable,
  figureTable,
  type MeasureResult,
  performancePage,
  type Results,
  thisMachine,
} from "./harness/report";
import { atOnce } from "./measures/at-once";
import { growth } from "./measures/growth";
import { oneSnapshot } from "./measures/one-snapshot";
import { plugin } from "./measures/plugin";
import { programStart } from "./measures/program-start";
import { providerStart } from "./measures/provider-start";
import { ssh } from "./measures/ssh";
import { up } from "./measures/up";
import { waiting } from "./measures/waiting";
import { wsman } from "./measures/wsman";

const measures: readonly Measure[] = [
  up,
  oneSnapshot,
  waiting,
  atOnce,
  providerStart,
  programStart,
  plugin,
  growth,
  wsman,
  ssh,
];
const names = measures.map(({ name }) => name).join(", ");

/**
 * Measures this package beside what a user would do instead: `npm run bench`.
 *
 * `--full` takes as long as it needs, `--only NAME` measures one thing again (`--count N` with fewer resources, which isn't kept).
 */
async function main(parameters: readonly string[]): Promise<void> {
  const form = parameters.includes("--full") ? "full" : "short";
  const given = (name: string) =>
    parameters.includes(name) ? (parameters[parameters.indexOf(name) + 1] ?? "") : undefined;
  const [only, count] = [given("--only"), given("--count")];
  const chosen = measures.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw new WrongParameter(`There is no measure called "${only}". There are: ${names}.`);
  await findPulumiCli(streamReporting(process.stderr));
  const say = (text: string) => process.stderr.write(`${text} ...\n`);
  for (const { name, about, run } of chosen) {
    const scope = { isFull: form === "full", count: count === undefined ? undefined : Number(count), say };
    const measured = await run(scope);
    const details = (measured.details ?? []).map((one) => `\n${one.title}:\n\n${detailTable(one)}\n`);
    process.stdout.write(`\n${name}: ${about}\n\n${figureTable(measured.figures)}\n${details.join("")}\n`);
    if (count === undefined) keep({ name, about, form, measuredAt: new Date().toISOString(), ...measured });
  }
}

/** Puts what a measure found in the place of what it found before, and writes the page when there is something of each. */
function keep(found: MeasureResult): void {
  const folder = join(repositoryFolder, "bench", "results");
  const file = join(folder, "results.json");
  const before: readonly MeasureResult[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).measures : [];
  const known = new Map([...before, found].map((result) => [result.name, result]));
  const kept = measures.flatMap(({ name }) => known.get(name) ?? []);
  const results: Results = { machine: thisMachine(), measures: kept };
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  if (kept.length < measures.length) return;
  writeFileSync(join(repositoryFolder, "docs", "performance.md"), performancePage(results));
  const curves = kept.flatMap((result) => result.curves ?? []);
  writeFileSync(join(repositoryFolder, "docs", "performance-growth.svg"), growthPlot(curves));
  process.stdout.write("Written to bench/results/results.json, docs/performance.md and docs/performance-growth.svg\n");
}

/** What a person has mistyped. */
class WrongParameter extends Error {}

main(process.argv.slice(2)).catch((error: Error) => {
  const expected = error instanceof NoPulumiCliError || error instanceof WrongParameter;
  process.stderr.write(`${expected ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
