/** Writes a text as one word of a Unix shell; a plain one as it is. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+=~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
