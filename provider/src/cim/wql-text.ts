/** Writes a value as a WQL string literal: `\` and `'` take a `\` before them, so that no value can end the literal. */
export function quoteWql(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
