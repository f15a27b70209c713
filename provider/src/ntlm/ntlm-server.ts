import { randomBytes } from "node:crypto";
import { hmacMd5, Rc4 } from "./ciphers";
import {
  fileTime,
  keyExchange,
  negotiateFlags,
  passwordKey,
  putVersion,
  readField,
  readTargetInfo,
  requireMessage,
  TargetInfo,
  utf16,
  writeMessage,
  writeTargetInfo,
} from "./messages";
import { NtlmSealing } from "./sealing";

/** Whom a server lets in, and how strict it is. */
export interface NtlmServerOptions {
  /** The server's own name. */
  readonly computerName: string;
  /** The password of an account; `undefined` when there is no such account. */
  readonly passwordOf: (userName: string, domain: string) => string | undefined;
  /** The hash of the TLS connection's end point; without TLS there is none. */
  readonly channelBindings?: Buffer | undefined;
  /** Whether a client that names no end point of a TLS connection is refused. */
  readonly requiresBinding?: boolean;
}

/** What came of a log-on. */
export type NtlmVerdict =
  | { readonly isAccepted: true; readonly userName: string; readonly sealing: NtlmSealing }
  | { readonly isAccepted: false; readonly reason: "password" | "channel binding" | "integrity" };

const noBinding = Buffer.alloc(16);

/** Serves the log-on of one connection by NTLMv2. */
export class NtlmServer {
  private readonly options: NtlmServerOptions;
  private first: Buffer = Buffer.alloc(0);
  private challenge: Buffer = Buffer.alloc(0);

  constructor(options: NtlmServerOptions) {
    this.options = options;
  }

  /** Answers the first message. @throws {@link NtlmProblem} when it isn't one. */
  challengeFor(negotiate: Buffer): Buffer {
    requireMessage(negotiate, 1, 16);
    const name = utf16(this.options.computerName);
    const info = writeTargetInfo([
      [TargetInfo.domainName, name],
      [TargetInfo.computerName, name],
      [TargetInfo.timestamp, fileTime(Date.now())],
    ]);
    const message = writeMessage(2, 56, { 12: name, 40: info });
    message.writeUInt32LE((negotiateFlags & (negotiate.readUInt32LE(12) | 0x00800000)) >>> 0, 20);
    randomBytes(8).copy(message, 24);
    putVersion(message, 48);
    this.first = negotiate;
    this.challenge = message;
    return message;
  }

  /** Judges the last message. @throws {@link NtlmProblem} when it isn't one. */
  accept(authenticate: Buffer): NtlmVerdict {
    requireMessage(authenticate, 3, 64);
    const text = (place: number) => readField(authenticate, place).toString("utf16le");
    const [domain, userName, answer] = [text(28), text(36), readField(authenticate, 20)];
    const password = this.options.passwordOf(userName, domain);
    if (password === undefined || answer.length < 44) return { isAccepted: false, reason: "password" };
    const [proof, blob] = [answer.subarray(0, 16), answer.subarray(16)];
    const key = passwordKey(userName, domain, password);
    const expected = hmacMd5(key, this.challenge.subarray(24, 32), blob);
    if (!expected.equals(proof)) return { isAccepted: false, reason: "password" };
    const flags = authenticate.readUInt32LE(60);
    const baseKey = hmacMd5(key, proof);
    const sessionKey = flags & keyExchange ? new Rc4(baseKey).apply(readField(authenticate, 52)) : baseKey;
    const info = readTargetInfo(blob.subarray(28));
    const hasMic = ((info.find(([id]) => id === TargetInfo.flags)?.[1].readUInt32LE() ?? 0) & 2) !== 0;
    if (hasMic && !this.isIntact(authenticate, sessionKey)) return { isAccepted: false, reason: "integrity" };
    if (!this.isBound(info)) return { isAccepted: false, reason: "channel binding" };
    return { isAccepted: true, userName, sealing: new NtlmSealing("server", sessionKey, flags) };
  }

  private isIntact(authenticate: Buffer, sessionKey: Buffer): boolean {
    const blank = Buffer.from(authenticate);
    blank.fill(0, 72, 88);
    return hmacMd5(sessionKey, this.first, this.challenge, blank).equals(authenticate.subarray(72, 88));
  }

  /** A wrong binding is always refused; a missing one is let pass unless it is required, as Windows does by default. */
  private isBound(info: ReturnType<typeof readTargetInfo>): boolean {
    const { channelBindings, requiresBinding } = this.options;
    if (!channelBindings) return true;
    const given = info.find(([id]) => id === TargetInfo.channelBindings)?.[1] ?? noBinding;
    return given.equals(noBinding) ? !requiresBinding : given.equals(channelBindings);
  }
}
