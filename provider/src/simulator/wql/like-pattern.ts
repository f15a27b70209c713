type Piece = { readonly kind: "any" } | { readonly kind: "one"; readonly matches: (character: string) => boolean };

/**
 * Makes a test for a LIKE pattern: `%` any text, `_` one character, `[a-z]` one of a range, `[^a-z]` one outside it.
 * Source: "LIKE Operator" (WMI).
 *
 * Walks text and pattern once, with a single place to come back to: no pattern makes it slow.
 */
export function likePattern(pattern: string): (text: string) => boolean {
  const pieces = piecesOf(pattern.toLowerCase());
  return (text) => matches([...text.toLowerCase()], pieces);
}

function piecesOf(pattern: string): readonly Piece[] {
  return [...pattern.matchAll(/%|_|\[(\^?)([^\]]+)\]|./gsu)].map(([piece, negated, range]): Piece => {
    if (piece === "%") return { kind: "any" };
    if (piece === "_") return { kind: "one", matches: () => true };
    if (range === undefined) return { kind: "one", matches: (character) => character === piece };
    return { kind: "one", matches: (character) => inRange(character, range) !== (negated === "^") };
  });
}

function inRange(character: string, range: string): boolean {
  return [...range.matchAll(/(.)-(.)|./gsu)].some(([single, first, last]) =>
    first !== undefined && last !== undefined ? first <= character && character <= last : single === character,
  );
}

function matches(text: readonly string[], pieces: readonly Piece[]): boolean {
  let at = 0;
  let piece = 0;
  let resume: { at: number; piece: number } | undefined;
  while (at < text.length) {
    const wanted = pieces[piece];
    if (wanted?.kind === "any") {
      piece += 1;
      resume = { at, piece };
    } else if (wanted?.matches(text[at] ?? "")) {
      at += 1;
      piece += 1;
    } else if (resume !== undefined) {
      resume.at += 1;
      ({ at, piece } = resume);
    } else {
      return false;
    }
  }
  return pieces.slice(piece).every(({ kind }) => kind === "any");
}
