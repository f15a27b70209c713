import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Shortens a line of the CLI so that a resource's progress fits into 80 columns: the type loses its module
 * (`pulumi-nodejs:dynamic/hyperv-snapshots:`), and a row with progress loses its state (`creating (3s)`).
 *
 * @returns `undefined` for a line that only says that the update continues.
 */
export function shortLine(line: string): string | undefined {
  if (/^@ \w+\.+/.test(line)) return undefined;
  return line
    .replace(/(pulumi-nodejs:dynamic\/hyperv-snapshots:|pulumi:pulumi:)(?=[A-Z])/, "")
    .replace(/ (creating|deleting|replacing|updating) \(\d+s\) (?=\S)/, "  ")
    .replace(/ ((?:created|deleted|replaced|updated) \(\d+s\)) .*/, "  $1")
    .trimEnd();
}

/** Shows what the CLI writes, line by line. */
export async function showLines(output: Readable, write: (text: string) => void): Promise<void> {
  for await (const line of createInterface({ input: output })) {
    const short = shortLine(line);
    if (short !== undefined) write(`${short}\n`);
  }
}
