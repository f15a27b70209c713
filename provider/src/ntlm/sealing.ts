import { hmacMd5, md5, Rc4 } from "./ciphers";
import { keyExchange } from "./messages";

/** A message was changed on its way, or belongs to another connection. */
export class SealBroken extends Error {}

interface Direction {
  readonly signing: Buffer;
  readonly cipher: Rc4;
  sequence: number;
}

const signatureVersion = Buffer.from([1, 0, 0, 0]);

/**
 * Seals and signs what goes over one connection, and opens what comes. Both sides count messages, so each has to be opened in the order in
 * which it was sealed.
 */
export class NtlmSealing {
  private readonly outgoing: Direction;
  private readonly incoming: Direction;
  private readonly encryptsChecksum: boolean;

  constructor(side: "client" | "server", sessionKey: Buffer, flags: number) {
    const toServer = direction(sessionKey, "client-to-server");
    const toClient = direction(sessionKey, "server-to-client");
    [this.outgoing, this.incoming] = side === "client" ? [toServer, toClient] : [toClient, toServer];
    this.encryptsChecksum = (flags & keyExchange) !== 0;
  }

  /** Seals a message. */
  seal(plain: Buffer): { readonly signature: Buffer; readonly sealed: Buffer } {
    const sealed = this.outgoing.cipher.apply(plain);
    return { signature: this.sign(this.outgoing, plain), sealed };
  }

  /** Opens a message where it stands. @throws {@link SealBroken} when it isn't as it was sealed. */
  open(signature: Buffer, sealed: Buffer): Buffer {
    const plain = this.incoming.cipher.apply(sealed, sealed);
    if (!this.sign(this.incoming, plain).equals(signature)) throw new SealBroken("its signature is wrong");
    return plain;
  }

  private sign(side: Direction, plain: Buffer): Buffer {
    const sequence = Buffer.alloc(4);
    sequence.writeUInt32LE(side.sequence);
    side.sequence += 1;
    const checksum = hmacMd5(side.signing, sequence, plain).subarray(0, 8);
    return Buffer.concat([signatureVersion, this.encryptsChecksum ? side.cipher.apply(checksum) : checksum, sequence]);
  }
}

function direction(key: Buffer, way: string): Direction {
  const derived = (purpose: string) => md5(key, `session key to ${way} ${purpose} key magic constant\0`);
  return { signing: derived("signing"), cipher: new Rc4(derived("sealing")), sequence: 0 };
}
