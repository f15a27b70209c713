/** How much of a word may differ: a third of the longer one. */
const largestShare = 1 / 3;

/**
 * Finds the candidate that a mistyped word most likely means, by edit distance; case doesn't count.
 *
 * @returns `undefined` if none is near enough to be meant.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, share: differingShare(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.share - b.share);
  return best && best.share <= largestShare ? best.candidate : undefined;
}

/** Writes the question "Did you mean …?", with a space after it; empty if no candidate is near. */
export function suggestion(
  word: string,
  candidates: readonly string[],
  show: (candidate: string) => string = JSON.stringify,
): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? "" : `Did you mean ${show(candidate)}? `;
}

/** A word that is the beginning or the end of another one counts as near: `ignoreDisks`, `host` of `hostName`. */
function differingShare(word: string, candidate: string): number {
  if (word.length >= 3 && (candidate.startsWith(word) || word.startsWith(candidate))) return largestShare / 2;
  return editDistance(word, candidate) / Math.max(word.length, candidate.length, 1);
}

/** Counts how many characters to insert, leave out, exchange or swap with their neighbour. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= from.length; row += 1) {
    rows[row] = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const exchanged = at(row - 1, column - 1) + (to[column - 1] === from[row - 1] ? 0 : 1);
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[row]?.push(Math.min(exchanged, swapped, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(from.length, to.length);
}
