import { createHash, createHmac } from "node:crypto";

// NTLM rests on MD4 and RC4, which OpenSSL 3 no longer offers to Node by default. They protect nothing here that NTLM itself wouldn't.

const rotate = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));

/** The three rounds of MD4: mixing function, order of the words, rotations, constant. Source: RFC 1320. */
const rounds = [
  {
    mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    turns: [3, 7, 11, 19],
    add: 0,
  },
  {
    mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    turns: [3, 5, 9, 13],
    add: 0x5a827999,
  },
  {
    mix: (x: number, y: number, z: number) => x ^ y ^ z,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    turns: [3, 9, 11, 15],
    add: 0x6ed9eba1,
  },
] as const;

/** The MD4 digest of some bytes. */
export function md4(data: Buffer): Buffer {
  const padded = Buffer.alloc(((data.length + 8) >>> 6) * 64 + 64);
  data.copy(padded);
  padded[data.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(data.length) * 8n, padded.length - 8);
  let state: [number, number, number, number] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state;
    for (const { mix, order, turns, add } of rounds) {
      order.forEach((word, step) => {
        const mixed = (a + mix(b, c, d) + padded.readInt32LE(block + word * 4) + add) | 0;
        [a, b, c, d] = [d, rotate(mixed, turns[step % 4] ?? 0), b, c];
      });
    }
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  const digest = Buffer.alloc(16);
  for (const [at, word] of state.entries()) digest.writeInt32LE(word, at * 4);
  return digest;
}

/** An RC4 stream: each call continues where the last one ended. */
export class Rc4 {
  private readonly state = Uint8Array.from({ length: 256 }, (_, at) => at);
  private i = 0;
  private j = 0;

  constructor(key: Uint8Array) {
    const { state } = this;
    let j = 0;
    for (let i = 0; i < 256; i += 1) {
      const held = state[i] as number;
      j = (j + held + (key[i % key.length] as number)) & 255;
      state[i] = state[j] as number;
      state[j] = held;
    }
  }

  /**
   * Encrypts or decrypts: the two are the same.
   *
   * @param out - Gets the result; it may be the data itself.
   */
  apply(data: Uint8Array, out: Buffer = Buffer.allocUnsafe(data.length)): Buffer {
    const { state } = this;
    let { i, j } = this;
    for (let at = 0; at < data.length; at += 1) {
      i = (i + 1) & 255;
      const left = state[i] as number;
      j = (j + left) & 255;
      const right = state[j] as number;
      state[i] = right;
      state[j] = left;
      out[at] = (data[at] as number) ^ (state[(left + right) & 255] as number);
    }
    this.i = i;
    this.j = j;
    return out;
  }
}

/** HMAC-MD5 over some pieces. */
export function hmacMd5(key: Uint8Array, ...pieces: readonly Uint8Array[]): Buffer {
  const hmac = createHmac("md5", key);
  for (const piece of pieces) hmac.update(piece);
  return hmac.digest();
}

/** MD5 over some pieces. */
export function md5(...pieces: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}
