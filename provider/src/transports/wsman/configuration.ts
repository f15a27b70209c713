import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { type ConfigurationKeys, type ConfigurationValues, settingCommandIn } from "../../configuration-key";
import { configuredPath } from "../configured-path";
import { hostKeys, readPort } from "../host-keys";
import { refuseConfiguration } from "../refuse-configuration";
import type { ClientCertificate, Credentials, Endpoint, WsmanTransportOptions } from "./endpoint";

/** The keys that only this transport has. */
export const wsmanKeys = {
  protocol: {
    description:
      "How WinRM is reached: over HTTPS with a certificate that is checked, or over HTTP, where every message is sealed by NTLM.",
    values: ["https", "http"],
    default: "https",
    place: "host",
  },
  caFile: {
    description:
      "A PEM file with the certificates of the authorities that are trusted for the host, in place of the system's. A relative path starts at the program's folder.",
    place: "host",
  },
  certificateFingerprint: {
    description:
      "The SHA-256 fingerprint of the host's certificate. Only this certificate is trusted then; its issuer and its names don't count.",
    place: "host",
  },
  clientCertificate: {
    description: "A PEM file with the client's certificate, for `authentication` `certificate`.",
    place: "host",
  },
  clientKey: {
    description: "A PEM file with the key of the client's certificate. Keep it out of version control.",
    place: "host",
  },
  allowUnencrypted: {
    description:
      "Whether `authentication` `basic` may go over HTTP, where anyone on the network can read the password and the messages. For a simulated host on this computer only.",
    values: ["false", "true"],
    default: "false",
    place: "host",
  },
} as const satisfies ConfigurationKeys;

const keys = { ...hostKeys, ...wsmanKeys };

type WsmanConfiguration = ConfigurationValues<typeof hostKeys & typeof wsmanKeys> & { readonly connection?: string };

/** WinRM's own ports. */
const ports = { https: 5986, http: 5985 } as const;

/**
 * Reads what this transport needs from the configuration.
 *
 * @throws {@link InvalidArgumentError} for keys that are missing or contradict each other, and for a file that can't be read.
 */
export function wsmanOptions(configuration: WsmanConfiguration): WsmanTransportOptions {
  const { host, protocol, namespace } = configuration;
  if (host === undefined)
    throw refusal(configuration, "host", "it is not set, and WinRM needs it", `${set(configuration, "host")} HV01`);
  const credentials = readCredentials(configuration);
  const endpoint: Endpoint = {
    host,
    port: readPort(configuration, ports[protocol]) ?? ports[protocol],
    isHttps: protocol === "https",
    ...(configuration.caFile !== undefined && { ca: readAuthorities(configuration) }),
    ...(configuration.certificateFingerprint !== undefined && { fingerprint: readFingerprint(configuration) }),
    ...(credentials.method === "certificate" && { clientCertificate: readClientCertificate(configuration) }),
  };
  return { endpoint, credentials, namespace };
}

function readCredentials(configuration: WsmanConfiguration): Credentials {
  const { authentication, protocol, allowUnencrypted, username, password } = configuration;
  switch (authentication) {
    case "certificate":
      if (protocol === "https") return { method: "certificate" };
      throw refusal(
        configuration,
        "protocol",
        "a client certificate needs HTTPS",
        `${set(configuration, "protocol")} https`,
      );
    case "default":
    case "negotiate":
    case "basic":
      break;
    default:
      throw refusal(
        configuration,
        "authentication",
        `the transport wsman doesn't offer ${authentication}`,
        `Set it to negotiate (NTLM), basic or certificate: ${set(configuration, "authentication")} negotiate`,
      );
  }
  if (authentication === "basic" && protocol === "http" && allowUnencrypted !== "true") {
    throw refusal(
      configuration,
      "protocol",
      "Basic over HTTP shows the password to anyone on the network",
      `Use HTTPS, or negotiate, which seals every message: ${set(configuration, "authentication")} negotiate`,
    );
  }
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? "username" : "password";
    throw refusal(
      configuration,
      missing,
      `it is not set, and WinRM needs an account`,
      `Set it: ${set(configuration, missing)}`,
    );
  }
  return { method: authentication === "basic" ? "basic" : "ntlm", userName: username, password };
}

function readFingerprint(configuration: WsmanConfiguration): string {
  const text = configuration.certificateFingerprint ?? "";
  const digits = text.replaceAll(/[\s:-]/g, "");
  if (/^[0-9a-f]{64}$/i.test(digits)) return digits;
  throw refusal(
    configuration,
    "certificateFingerprint",
    /^[0-9a-f]{40}$/i.test(digits) ? "it is the SHA-1 thumbprint that Windows shows" : "it isn't a SHA-256 fingerprint",
    "Set it to the 64 hexadecimal digits that doctor shows for the certificate, and compare them on the host",
  );
}

/** Reads the certificates of the trusted authorities. TLS itself ignores those that can't be read. */
function readAuthorities(configuration: WsmanConfiguration): string {
  const pem = readPem(configuration, "caFile");
  const certificates = pem.match(/-----BEGIN [^-]*CERTIFICATE-----.*?-----END [^-]*CERTIFICATE-----/gs) ?? [];
  const remedy = `Set it to a PEM file of certificates: ${set(configuration, "caFile")} FILE`;
  if (certificates.length === 0) throw refusal(configuration, "caFile", "the file has no certificate", remedy);
  checked(configuration, "caFile", "the file has a certificate that can't be read", remedy, () => {
    for (const certificate of certificates) new X509Certificate(certificate);
  });
  return pem;
}

function readClientCertificate(configuration: WsmanConfiguration): ClientCertificate {
  const certificate = readPem(configuration, "clientCertificate");
  checked(
    configuration,
    "clientCertificate",
    "the file's certificate can't be used",
    `Set it to a PEM file of the certificate: ${set(configuration, "clientCertificate")} FILE`,
    () => createSecureContext({ cert: certificate }),
  );
  const key = readPem(configuration, "clientKey");
  if (/BEGIN ENCRYPTED|,ENCRYPTED/.test(key)) {
    const remedy = "Decrypt it: openssl pkey -in FILE -out FILE.pem; let only its owner read it";
    throw refusal(configuration, "clientKey", "the file's key is encrypted", remedy);
  }
  checked(
    configuration,
    "clientKey",
    "the file's key isn't the one of clientCertificate, or can't be read",
    `Set it to a PEM file of the certificate's key: ${set(configuration, "clientKey")} FILE`,
    () => createSecureContext({ cert: certificate, key }),
  );
  return { certificate, key };
}

/** Turns a failure of OpenSSL, which names neither key nor file, into the refusal of a key. */
function checked(
  configuration: WsmanConfiguration,
  name: PemKey,
  answer: string,
  remedy: string,
  check: () => void,
): void {
  try {
    check();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refusal(configuration, name, code === undefined ? answer : `${answer} (${code})`, remedy);
  }
}

type PemKey = "caFile" | "clientCertificate" | "clientKey";

function readPem(configuration: WsmanConfiguration, name: PemKey): string {
  const path = configuration[name];
  if (path === undefined)
    throw refusal(configuration, name, "it is not set", `Set it: ${set(configuration, name)} FILE`);
  const file = configuredPath(path);
  try {
    const text = readFileSync(file, "utf8");
    if (/-----BEGIN [A-Z ]+-----/.test(text)) return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refusal(
      configuration,
      name,
      `the file ${file} can't be read (${code})`,
      `Correct it: ${set(configuration, name)} FILE`,
    );
  }
  const remedy = `Convert it: openssl ${name === "clientKey" ? "pkey" : "x509"} -inform der -in FILE -out FILE.pem`;
  throw refusal(configuration, name, `the file ${file} isn't PEM`, remedy);
}

function refusal({ connection }: WsmanConfiguration, name: keyof typeof keys, answer: string, remedy: string): Error {
  return refuseConfiguration({ name, connection, answer, remedy });
}

function set({ connection }: WsmanConfiguration, name: keyof typeof keys): string {
  return settingCommandIn<ConfigurationKeys>(keys, name, connection);
}
