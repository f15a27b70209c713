import { NtlmProblem } from "./messages";
import type { NtlmSealing } from "./sealing";

// A sealed HTTP body. Source: MS-WSMV 2.2.9.1, and what pypsrp and pywinrm send.

const boundary = "--Encrypted Boundary";
const protocol = "application/HTTP-SPNEGO-session-encrypted";

/** The `Content-Type` of a sealed body. */
export const sealedContentType = `multipart/encrypted;protocol="${protocol}";boundary="Encrypted Boundary"`;

/** Whether a `Content-Type` is that of a sealed body. */
export function isSealed(contentType: string | undefined): boolean {
  return /^multipart\/(x-multi-)?encrypted\b/i.test(contentType?.trim() ?? "");
}

/** Seals a body. */
export function sealBody(sealing: NtlmSealing, plain: Buffer): Buffer {
  const { signature, sealed } = sealing.seal(plain);
  const head = `${boundary}\r\n\tContent-Type: ${protocol}\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${plain.length}\r\n${boundary}\r\n\tContent-Type: application/octet-stream\r\n`;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(signature.length);
  return Buffer.concat([Buffer.from(head), length, signature, sealed, Buffer.from(`${boundary}--\r\n`)]);
}

/**
 * Opens a sealed body.
 *
 * @throws {@link NtlmProblem} when it has another form, {@link SealBroken} when it isn't as it was sealed.
 */
export function openBody(sealing: NtlmSealing, body: Buffer): Buffer {
  // what is sealed is binary, so it is cut out by its place and never searched
  const mark = Buffer.from("Content-Type: application/octet-stream\r\n");
  const at = body.indexOf(mark);
  const plainLength = /;Length=(\d+)/.exec(body.toString("latin1", 0, Math.max(at, 0)))?.[1];
  if (at < 0 || plainLength === undefined) throw new NtlmProblem("the body isn't sealed as its headers say");
  const start = at + mark.length;
  const signatureLength = body.length >= start + 4 ? body.readUInt32LE(start) : 0;
  const [from, length] = [start + 4 + signatureLength, Number(plainLength)];
  if (signatureLength !== 16 || from + length > body.length) throw new NtlmProblem("the sealed body is cut short");
  return sealing.open(body.subarray(start + 4, from), body.subarray(from, from + length));
}
