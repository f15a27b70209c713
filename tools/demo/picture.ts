/** The lines of a demo's output that the README's picture shows: the snapshot's row, then the tree of the host. */
export function pictureLines(output: string): readonly string[] {
  const lines = output.split("\n");
  const rows = lines.filter((line) => line.startsWith(" +  CollectionSnapshot"));
  const tree = lines.slice(lines.lastIndexOf("HV-DEMO (simulated)"));
  return ["$ pulumi up", ...rows, "", ...tree.slice(0, tree.indexOf(""))];
}

/** Replaces what differs from run to run: ids, times, progress. Rows that then are the same appear once. */
export function stableLines(lines: readonly string[]): readonly string[] {
  const stable = lines.map((line) =>
    line
      .replaceAll(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/g, "ID")
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "TIME")
      .replace(/\w+ \d+ %, \d+ s/, "PROGRESS")
      .replace(/\(\d+s\)/, "(TIME)"),
  );
  return [...new Set(stable)];
}

const [fontSize, lineHeight, characterWidth, margin] = [14, 20, 8.45, 16];

/** Draws lines of a terminal as an SVG picture. */
export function drawPicture(lines: readonly string[]): string {
  const width = Math.ceil(2 * margin + characterWidth * Math.max(...lines.map((line) => line.length)));
  const height = 2 * margin + lineHeight * lines.length;
  const texts = lines.map((line, at) => {
    const color = line.startsWith("$") ? "#7ee787" : line.startsWith(" +") ? "#a5d6ff" : "#e6edf3";
    return `<text x="${margin}" y="${margin + lineHeight * (at + 0.75)}" fill="${color}">${escaped(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    "<title>pulumi up on the simulated host</title>",
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${fontSize}" xml:space="preserve" style="white-space: pre">`,
    ...texts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Reads the lines of a picture. */
export function linesOfPicture(svg: string): readonly string[] {
  return [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, text = ""]) => unescaped(text));
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const unescaped = (text: string) => text.replaceAll("&lt;", "<").replaceAll("&amp;", "&");
