/** One piece of a query. */
export type WqlToken =
  | { readonly kind: "word"; readonly text: string; readonly at: number }
  | { readonly kind: "symbol"; readonly text: string; readonly at: number }
  | { readonly kind: "string"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly value: number | bigint; readonly at: number }
  | { readonly kind: "path"; readonly text: string; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

/** Reports why a text isn't a query, and at which character (counted from 1). */
export class WqlSyntaxError extends SyntaxError {
  constructor(expected: string, at: number) {
    super(`expected ${expected} at character ${at + 1}`);
  }
}

/** The kinds of tokens; the first match is used. */
const pieces: readonly (readonly [RegExp, (match: RegExpExecArray, at: number) => WqlToken])[] = [
  [/[A-Za-z_]\w*/y, ([text], at) => ({ kind: "word", text, at })],
  [
    /[+-]?(?:0[xX][0-9A-Fa-f]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?!\w)/y,
    ([text], at) => ({ kind: "number", value: numberFrom(text), at }),
  ],
  [/<=|>=|<>|!=|[=<>(),*]/y, ([text], at) => ({ kind: "symbol", text: text === "!=" ? "<>" : text, at })],
  [
    /'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"/sy,
    (match, at) => ({ kind: "string", text: withoutEscapes(match[1] ?? match[2] ?? ""), at }),
  ],
  [
    /\{((?:[^{}"']|"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')*)\}/sy,
    (match, at) => ({ kind: "path", text: (match[1] ?? "").trim(), at }),
  ],
];

/**
 * Cuts a query into its pieces.
 *
 * Source: "WQL Operators" and "Querying with WQL" (WMI); inside quotes a `\` escapes what follows it.
 *
 * @throws {@link WqlSyntaxError} at the first character that can't begin a piece.
 */
export function wqlTokens(text: string): readonly WqlToken[] {
  const tokens: WqlToken[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const [token, end] = pieceAt(text, at);
    tokens.push(token);
    at = skipSpace(text, end);
  }
  tokens.push({ kind: "end", at });
  return tokens;
}

function pieceAt(text: string, at: number): readonly [WqlToken, number] {
  for (const [pattern, tokenFrom] of pieces) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return [tokenFrom(match, at), pattern.lastIndex];
  }
  throw new WqlSyntaxError(
    /['"{]/.test(text.charAt(at)) ? "the end of what is opened" : "a word, value or operator",
    at,
  );
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (/\s/.test(text.charAt(next))) next += 1;
  return next;
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(.)/gs, "$1");
}

function numberFrom(text: string): number | bigint {
  const value = Number(text.replace(/^\+/, ""));
  if (Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(text)) return value;
  return BigInt(text.replace(/^\+/, ""));
}
