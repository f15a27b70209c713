import type { Curve } from "./measure";

const panel = { width: 300, height: 240, left: 52, top: 34, right: 14, bottom: 92 };
const colours = ["#1f77b4", "#d62728", "#7f7f7f"];

/** Draws growth curves as SVG: a panel for each quantity, both axes logarithmic, so that linear growth is a line of 45°. */
export function growthPlot(curves: readonly Curve[]): string {
  const quantities = [...new Set(curves.map(({ quantity }) => quantity))];
  const panels = quantities.map((quantity, at) => {
    const own = curves.filter((curve) => curve.quantity === quantity);
    return `<g transform="translate(${at * panel.width} 0)">${panelOf(quantity, own)}</g>`;
  });
  const size = `${quantities.length * panel.width} ${panel.height + 40}`;
  const style = 'font-family="sans-serif" font-size="11" fill="#444"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" ${style}>
<title>Growth with the snapshots on the host</title>
<rect width="100%" height="100%" fill="white"/>
${panels.join("\n")}
</svg>
`;
}

function panelOf(quantity: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = scale(decades(points.map(([count]) => count)), panel.left, panel.width - panel.right);
  const y = scale(decades(points.map(([, value]) => value)), panel.height + 40 - panel.bottom, panel.top);
  const right = panel.width - panel.right;
  const bottom = panel.height + 40 - panel.bottom;
  const parts = [
    `<text x="${panel.left}" y="20" font-weight="bold">${quantity}</text>`,
    ...x.ticks.map(({ value, at }) => `<text x="${at}" y="${bottom + 15}" text-anchor="middle">${value}</text>`),
    ...y.ticks.flatMap(({ value, at }) => [
      `<line x1="${panel.left}" x2="${right}" y1="${at}" y2="${at}" stroke="#ddd"/>`,
      `<text x="${panel.left - 6}" y="${at + 4}" text-anchor="end">${value}</text>`,
    ]),
    `<text x="${(panel.left + right) / 2}" y="${bottom + 30}" text-anchor="middle">snapshots on the host</text>`,
    ...curves.flatMap(({ name, points: own }, index) => {
      const colour = colours[index % colours.length];
      const line = own.map(([count, value]) => `${x.place(count)},${y.place(value)}`);
      const legend = bottom + 46 + 14 * index;
      return [
        `<polyline points="${line.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...line.map(
          (point) => `<circle cx="${point.split(",")[0]}" cy="${point.split(",")[1]}" r="3" fill="${colour}"/>`,
        ),
        `<rect x="${panel.left}" y="${legend - 6}" width="14" height="3" fill="${colour}"/>`,
        `<text x="${panel.left + 20}" y="${legend}">${name}</text>`,
      ];
    }),
  ];
  return parts.join("\n");
}

/** The powers of ten around some values. */
function decades(values: readonly number[]): readonly [number, number] {
  const logs = values.map((value) => Math.log10(Math.max(value, 0.1)));
  const low = Math.floor(Math.min(...logs));
  return [low, Math.max(low + 1, Math.ceil(Math.max(...logs)))];
}

function scale([low, high]: readonly [number, number], from: number, to: number) {
  const place = (value: number) =>
    Number((from + ((Math.log10(Math.max(value, 0.1)) - low) / (high - low)) * (to - from)).toFixed(1));
  const ticks = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at));
  return { place, ticks: ticks.map((value) => ({ value: Number(value.toPrecision(1)), at: place(value) })) };
}
