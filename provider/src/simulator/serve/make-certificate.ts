import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** The content of a certificate. */
export interface CertificateContent {
  /** Common name of its owner. */
  readonly name: string;
  /** The DNS names and IPv4 addresses of its subject. */
  readonly hosts?: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The certificate of its issuer; without one, it is self-signed. */
  readonly issuer?: MadeCertificate;
  /** Whether it is an authority that may sign others. */
  readonly isAuthority?: boolean;
}

/** A certificate with its private key, both in PEM. */
export interface MadeCertificate {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
  readonly privateKey: KeyObject;
}

/**
 * Makes a certificate (X.509, ECDSA with SHA-256), so that HTTPS can be tried without an authority.
 *
 * @param random - Brings the bytes of the serial number.
 */
export function makeCertificate(
  content: CertificateContent,
  random: (size: number) => Buffer = randomBytes,
): MadeCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { name, hosts = [], notBefore, notAfter, issuer, isAuthority = false } = content;
  // ecdsa-with-SHA256
  const algorithm = der(0x30, objectId("2a8648ce3d040302"));
  const extensions = [
    extension("551d13", der(0x30, ...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : []))),
    ...(hosts.length > 0 ? [extension("551d11", der(0x30, ...hosts.map(hostName)))] : []),
  ];
  const serial = random(16);
  // positive, and without a leading byte that DER forbids
  serial.writeUInt8(0x40 | (serial.readUInt8(0) & 0x3f), 0);
  const signed = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    der(0x30, time(notBefore), time(notAfter)),
    distinguishedName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign("sha256", signed, issuer?.privateKey ?? privateKey);
  const whole = der(0x30, signed, algorithm, der(0x03, Buffer.from([0]), signature));
  const base64 = whole.toString("base64").replaceAll(/.{64}/g, "$&\n").trimEnd();
  return {
    name,
    certificate: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    privateKey,
  };
}

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const size = body.length < 0x100 ? 1 : 2;
  const length = Buffer.alloc(size);
  length.writeUIntBE(body.length, 0, size);
  return Buffer.concat([Buffer.from([tag, 0x80 | size]), length, body]);
}

const objectId = (hex: string) => der(0x06, Buffer.from(hex, "hex"));

const extension = (id: string, value: Buffer) => der(0x30, objectId(id), der(0x04, value));

const distinguishedName = (name: string) =>
  der(0x30, der(0x31, der(0x30, objectId("550403"), der(0x0c, Buffer.from(name)))));

const time = (moment: Date) => der(0x18, Buffer.from(`${moment.toISOString().replaceAll(/\D/g, "").slice(0, 14)}Z`));

const hostName = (host: string) =>
  isIP(host) === 4 ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host));
