import { hmacMd5, md4 } from "./ciphers";

// The three messages of an NTLM log-on. Source: MS-NLMP.

/** What the two sides agree on: 56 and 128 bits, key exchange, version, target information, extended session security, signing and sealing, Unicode. */
export const negotiateFlags = 0xe2888237;

export const keyExchange = 0x40000000;

const signature = Buffer.from("NTLMSSP\0", "latin1");

/** Windows 10.0, revision 15. */
const version = Buffer.from("0a0000000000000f", "hex");

/** The ids of target information that are used here. */
export const TargetInfo = {
  end: 0,
  computerName: 1,
  domainName: 2,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

/** A list of target information, in its order. */
export type TargetInfoList = readonly (readonly [id: number, value: Buffer])[];

/** A message isn't NTLM. */
export class NtlmProblem extends Error {}

/** A text as NTLM writes it. */
export const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");

/** The key that stands for a password: NTOWFv2. */
export function passwordKey(userName: string, domain: string, password: string): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(upperCase(userName) + domain));
}

/** Makes a name upper-case as Windows does: its table has one character for each, so that ß stays as it is. */
function upperCase(name: string): string {
  const upper = (character: string) => {
    const mapped = character.toUpperCase();
    return mapped.length === 1 ? mapped : character;
  };
  return name.split("").map(upper).join("");
}

/** The time as Windows counts it. */
export function fileTime(milliseconds: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(milliseconds) + 11_644_473_600_000n) * 10_000n);
  return time;
}

/** Writes target information. */
export function writeTargetInfo(list: TargetInfoList): Buffer {
  const written = [...list, [TargetInfo.end, Buffer.alloc(0)] as const].map(([id, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(written);
}

/** Reads target information. */
export function readTargetInfo(data: Buffer): TargetInfoList {
  const list: [number, Buffer][] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const id = data.readUInt16LE(at);
    const length = data.readUInt16LE(at + 2);
    if (id === TargetInfo.end) break;
    list.push([id, data.subarray(at + 4, at + 4 + length)]);
    at += 4 + length;
  }
  return list;
}

/** Writes a message: fields that point into what follows them. */
export function writeMessage(type: number, headLength: number, fields: Readonly<Record<number, Buffer>>): Buffer {
  const head = Buffer.alloc(headLength);
  signature.copy(head);
  head.writeUInt32LE(type, 8);
  let at = headLength;
  for (const [place, value] of Object.entries(fields)) {
    head.writeUInt16LE(value.length, Number(place));
    head.writeUInt16LE(value.length, Number(place) + 2);
    head.writeUInt32LE(at, Number(place) + 4);
    at += value.length;
  }
  return Buffer.concat([head, ...Object.values(fields)]);
}

/** Reads the field at a place. @throws {@link NtlmProblem} when it points out of the message. */
export function readField(message: Buffer, place: number): Buffer {
  const length = message.readUInt16LE(place);
  const at = message.readUInt32LE(place + 4);
  if (at + length > message.length) throw new NtlmProblem("a field points out of the message");
  return message.subarray(at, at + length);
}

/** Checks that a message is the one that is expected. @throws {@link NtlmProblem} when it isn't. */
export function requireMessage(message: Buffer, type: number, headLength: number): void {
  const isRight =
    message.length >= headLength && message.subarray(0, 8).equals(signature) && message.readUInt32LE(8) === type;
  if (!isRight) throw new NtlmProblem(`it isn't NTLM's message ${type}`);
}

/** Puts the version behind the flags of a message. */
export function putVersion(message: Buffer, place: number): void {
  version.copy(message, place);
}
