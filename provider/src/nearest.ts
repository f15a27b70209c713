/** The candidate that a mistyped word most likely means, by edit distance in proportion to length; case doesn't count. */
export function nearest(word: string, candidates: readonly string[]): string {
  const distances = candidates.map(
    (candidate) =>
      editDistance(word.toLowerCase(), candidate.toLowerCase()) / Math.max(word.length, candidate.length, 1),
  );
  return candidates[distances.indexOf(Math.min(...distances))] ?? "";
}

/** Levenshtein's distance: how many characters to insert, leave out or exchange. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column += 1) {
      const exchanged = (previous[column] ?? 0) + (to[column] === character ? 0 : 1);
      current.push(Math.min(exchanged, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
