import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPulumiCli, NoPulumiCliError, repositoryFolder, streamReporting } from "./harness/built";
import { growthPlot } from "./harness/growth-plot";
import type { Measure } from "./harness/measure";
import { detailTable, figureTable, performancePage, type Results, thisMachine } from "./harness/report";
import { atOnce } from "./measures/at-once";
import { growth } from "./measures/growth";
import { oneSnapshot } from "./measures/one-snapshot";
import { programStart } from "./measures/program-start";
import { providerStart } from "./measures/provider-start";
import { up } from "./measures/up";
import { waiting } from "./measures/waiting";

const measures: readonly Measure[] = [up, oneSnapshot, waiting, atOnce, providerStart, programStart, growth];
const names = measures.map(({ name }) => name).join(", ");

/**
 * Measures this package beside what a user would do instead: `npm run bench`.
 *
 * `--full` takes as long as it needs, `--only NAME` runs one measure (`--count N` with fewer resources). A run of all writes `docs/performance.md`.
 */
async function main(parameters: readonly string[]): Promise<void> {
  const isFull = parameters.includes("--full");
  const given = (name: string) =>
    parameters.includes(name) ? (parameters[parameters.indexOf(name) + 1] ?? "") : undefined;
  const [only, count] = [given("--only"), given("--count")];
  const chosen = measures.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw new WrongParameter(`There is no measure called "${only}". There are: ${names}.`);
  await findPulumiCli(streamReporting(process.stderr));
  const say = (text: string) => process.stderr.write(`${text} ...\n`);
  const found: Results["measures"][number][] = [];
  for (const { name, about, run } of chosen) {
    const measured = await run({ isFull, count: count === undefined ? undefined : Number(count), say });
    found.push({ name, about, ...measured });
    const details = (measured.details ?? []).map((one) => `\n${one.title}:\n\n${detailTable(one)}\n`);
    process.stdout.write(`\n${name}: ${about}\n\n${figureTable(measured.figures)}\n${details.join("")}\n`);
  }
  const results: Results = {
    measuredAt: new Date().toISOString(),
    form: isFull ? "full" : "short",
    machine: thisMachine(),
    measures: found,
  };
  writeResults(results, chosen.length === measures.length && count === undefined);
}

function writeResults(results: Results, isWhole: boolean): void {
  const folder = join(repositoryFolder, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const name = isWhole ? results.form : results.measures[0]!.name;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`Written to bench/results/${name}.json\n`);
  if (!isWhole) return;
  writeFileSync(join(repositoryFolder, "docs", "performance.md"), performancePage(results));
  const curves = results.measures.flatMap((measure) => measure.curves ?? []);
  writeFileSync(join(repositoryFolder, "docs", "performance-growth.svg"), growthPlot(curves));
  process.stdout.write("Written to docs/performance.md and docs/performance-growth.svg\n");
}

/** What a person has mistyped. */
class WrongParameter extends Error {}

main(process.argv.slice(2)).catch((error: Error) => {
  const expected = error instanceof NoPulumiCliError || error instanceof WrongParameter;
  process.stderr.write(`${expected ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
