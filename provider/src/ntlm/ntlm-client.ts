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

/** An account with its password. */
export interface NtlmAccount {
  readonly userName: string;
  readonly domain: string;
  readonly password: string;
}

/** What binds a log-on to where it happens. */
interface NtlmBinding {
  /** The service's name, `HTTP/host`. */
  readonly targetName: string;
  /** The hash of the TLS connection's end point; without TLS there is none. */
  readonly channelBindings?: Buffer | undefined;
}

/** Where the message integrity code stands in the last message. */
const micPlace = 72;

/** Logs on to one connection by NTLMv2, with a message integrity code and a key of its own. */
export class NtlmClient {
  private readonly account: NtlmAccount;
  private readonly binding: NtlmBinding;
  private readonly first: Buffer;

  constructor(account: NtlmAccount, binding: NtlmBinding) {
    this.account = account;
    this.binding = binding;
    this.first = writeMessage(1, 40, { 16: Buffer.alloc(0), 24: Buffer.alloc(0) });
    this.first.writeUInt32LE(negotiateFlags, 12);
    putVersion(this.first, 32);
  }

  /** The first message. */
  negotiate(): Buffer {
    return this.first;
  }

  /**
   * Answers the host's challenge.
   *
   * @throws {@link NtlmProblem} when it isn't one.
   */
  authenticate(challenge: Buffer): { readonly message: Buffer; readonly sealing: NtlmSealing } {
    requireMessage(challenge, 2, 48);
    const { userName, domain, password } = this.account;
    const flags = challenge.readUInt32LE(20);
    const offered = readTargetInfo(readField(challenge, 40));
    const timestamp = offered.find(([id]) => id === TargetInfo.timestamp)?.[1];
    const serverChallenge = challenge.subarray(24, 32);
    const clientChallenge = randomBytes(8);
    const key = passwordKey(userName, domain, password);
    const blob = Buffer.concat([
      Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
      timestamp ?? fileTime(Date.now()),
      clientChallenge,
      Buffer.alloc(4),
      writeTargetInfo(this.targetInfo(offered, timestamp !== undefined)),
      Buffer.alloc(4),
    ]);
    const proof = hmacMd5(key, serverChallenge, blob);
    const baseKey = hmacMd5(key, proof);
    const exchanges = (flags & keyExchange) !== 0;
    const sessionKey = exchanges ? randomBytes(16) : baseKey;
    const oldAnswer = timestamp
      ? Buffer.alloc(24)
      : Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
    const message = writeMessage(3, 88, {
      12: oldAnswer,
      20: Buffer.concat([proof, blob]),
      28: utf16(domain),
      36: utf16(userName),
      44: Buffer.alloc(0),
      52: exchanges ? new Rc4(baseKey).apply(sessionKey) : Buffer.alloc(0),
    });
    message.writeUInt32LE(flags >>> 0, 60);
    putVersion(message, 64);
    if (timestamp) hmacMd5(sessionKey, this.first, challenge, message).copy(message, micPlace);
    return { message, sealing: new NtlmSealing("client", sessionKey, flags) };
  }

  private targetInfo(offered: ReturnType<typeof readTargetInfo>, hasMic: boolean): [number, Buffer][] {
    const list = offered.filter(([id]) => id !== TargetInfo.flags).map(([id, value]): [number, Buffer] => [id, value]);
    if (hasMic) {
      const flags = Buffer.alloc(4);
      flags.writeUInt32LE((offered.find(([id]) => id === TargetInfo.flags)?.[1].readUInt32LE() ?? 0) | 2);
      list.push([TargetInfo.flags, flags]);
    }
    if (this.binding.channelBindings) list.push([TargetInfo.channelBindings, this.binding.channelBindings]);
    list.push([TargetInfo.targetName, utf16(this.binding.targetName)]);
    return list;
  }
}

/** Splits `DOMAIN\name`; `name@domain` and a bare name have no domain apart. */
export function readAccount(name: string, password: string): NtlmAccount {
  const at = name.indexOf("\\");
  return { userName: name.slice(at + 1), domain: at < 0 ? "" : name.slice(0, at), password };
}
