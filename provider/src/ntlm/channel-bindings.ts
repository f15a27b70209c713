import { createHash } from "node:crypto";
import { md5 } from "./ciphers";

/** The hash of a signature algorithm, by the algorithm's id in DER. Source: RFC 8017, RFC 5758. */
const hashes: Readonly<Record<string, string>> = {
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/**
 * What NTLM hashes into a log-on over TLS, so that it is worth nothing on another connection: the digest of the server's certificate by the
 * hash that signed it, but SHA-256 in place of MD5 and SHA-1. Source: RFC 5929, tls-server-end-point.
 *
 * @param certificate - In DER.
 */
export function channelBindings(certificate: Buffer): Buffer {
  const digest = createHash(hashes[signatureAlgorithm(certificate)] ?? "sha256")
    .update(certificate)
    .digest();
  const applicationData = Buffer.concat([Buffer.from("tls-server-end-point:"), digest]);
  // a gss_channel_bindings_struct without addresses
  const head = Buffer.alloc(20);
  head.writeUInt32LE(applicationData.length, 16);
  return md5(head, applicationData);
}

/** The id of a certificate's signature algorithm, in hex: the second part of the outermost sequence. */
function signatureAlgorithm(certificate: Buffer): string {
  const outer = readHeader(certificate, 0);
  const signed = readHeader(certificate, outer.content);
  const algorithm = readHeader(certificate, signed.end);
  const id = readHeader(certificate, algorithm.content);
  return certificate.subarray(id.content, id.end).toString("hex");
}

/** Where the content of a DER element begins and ends. */
function readHeader(data: Buffer, at: number): { readonly content: number; readonly end: number } {
  const first = data[at + 1] ?? 0;
  if (first < 0x80) return { content: at + 2, end: at + 2 + first };
  const size = first & 0x7f;
  const content = at + 2 + size;
  return { content, end: content + data.readUIntBE(at + 2, Math.min(size, 6)) };
}
