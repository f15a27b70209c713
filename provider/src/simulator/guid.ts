import { createHash } from "node:crypto";

/** Makes a GUID that is always the same for the same names, in upper case without braces, as hosts write them. */
export function guidFrom(...names: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(names)).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80; // version 8 and the variant of RFC 9562: made by a rule of one's own
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString("hex").toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
