import { cpus, totalmem, type } from "node:os";
import { type Details, type Figure, type Measured, ratio, ratioWithoutHost, verdict } from "./measure";

/** What one measure found, and when. */
export interface MeasureResult extends Measured {
  readonly name: string;
  readonly about: string;
  readonly measuredAt: string;
  readonly form: "short" | "full";
}

/** What the benchmark found: the JSON beside the table. */
export interface Results {
  readonly machine: {
    readonly system: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
  };
  readonly measures: readonly MeasureResult[];
}

/** The machine that this runs on, as far as it says how much it can do. */
export const thisMachine = (): Results["machine"] => ({
  system: type(),
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

const columns = ["figure", "ours", "peer", "its", "ratio", "of ours the host", "without it", "to reach", "reached"];

/** The figures as a table, in Markdown that can be read as it is. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, unit, ours, peer, host, atMost, atMostRatio } = figure;
    const goals = [
      atMost === undefined ? "" : `≤ ${quantity(atMost, unit)}`,
      atMostRatio === undefined ? "" : `≤ ${atMostRatio} ×`,
    ];
    return [
      what,
      quantity(ours, unit),
      peer?.name ?? "",
      peer ? quantity(peer.value, unit) : "",
      times(ratio(figure)),
      host === undefined ? "" : quantity(host, unit),
      times(ratioWithoutHost(figure)),
      goals.filter((goal) => goal !== "").join(", "),
      verdict(figure),
    ];
  });
  return table(columns, rows);
}

/** What lies behind the figures. */
export const detailTable = ({ columns: names, rows }: Details): string => table(names, rows);

/** The page for people, from what a run found. */
export function performancePage({ machine, measures }: Results): string {
  const { system, cores, memoryGb, node } = machine;
  const sections = measures.map(({ name, about, form, measuredAt, figures, details = [], curves }) =>
    [
      `## ${name}`,
      about,
      `Measured on ${measuredAt.slice(0, 10)}, in the ${form} form.`,
      figureTable(figures),
      ...details.flatMap((one) => [`${one.title}:`, detailTable(one)]),
      ...(curves ? ["![Growth with the snapshots on the host](performance-growth.svg)"] : []),
    ].join("\n\n"),
  );
  return `# Performance

A snapshot adds well under a second to \`pulumi up\`, beside the time that the host needs for it. When a job ends, the provider notices within
a tenth of the job's duration: after five seconds at most if the host reports no progress, after a fiftieth of the duration if the progress is
steady. A host with 10,000 snapshots takes no more requests for the next one than an empty host.

The figures below are written by \`npm run bench\`, on ${cores} cores with ${memoryGb} GB of memory, ${system}, Node ${node}. Each stands beside that
of a peer in the same run (\`bench/peers/\`): compare the ratios, the absolute times are this machine's. The host is simulated and runs in the
provider's process; where its share of the time is known, it is shown. A goal that is reached only without that share says so.

${sections.join("\n\n")}
`;
}

function quantity(value: number, unit: Figure["unit"]): string {
  const digits = value >= 100 || (Number.isInteger(value) && unit !== "s") ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === "requests" || unit === "reads" ? "" : ` ${unit}`}`;
}

const times = (value: number | undefined): string => (value === undefined ? "" : `${value.toFixed(2)} ×`);

function table(names: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = [names, ...rows].map((row) => row.map(String));
  const widths = names.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(" | ")} |`;
  const [head, ...body] = texts.map(line);
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}
