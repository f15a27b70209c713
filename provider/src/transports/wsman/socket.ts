import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Endpoint, endpointText } from "./endpoint";
import { ExchangeFailure } from "./failures";

/** What OpenSSL and Node find wrong with a certificate, and what to do. */
const certificateProblems: Readonly<Record<string, readonly [answer: string, remedy?: string]>> = {
  CERT_HAS_EXPIRED: [
    "the host's certificate has expired",
    'Renew it on the host and give it to the HTTPS listener (winrm set winrm/config/Listener?Address=*+Transport=HTTPS @{CertificateThumbprint="…"})',
  ],
  CERT_NOT_YET_VALID: [
    "the host's certificate isn't valid yet",
    "Set the clocks of the host and of this computer, or renew the certificate",
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "the host's certificate is for another name",
    "Set hyperv-snapshots:host to a name that the certificate has, or pin hyperv-snapshots:certificateFingerprint",
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["the host's certificate is self-signed, and nothing says that it is trusted"],
  SELF_SIGNED_CERT_IN_CHAIN: ["the host's certificate comes from an authority that isn't trusted here"],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["the authority that issued the host's certificate isn't trusted here"],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["the authority that issued the host's certificate isn't trusted here"],
  CERT_UNTRUSTED: ["the host's certificate isn't trusted here"],
  CERT_REVOKED: ["the host's certificate was revoked", "Give the host's HTTPS listener another certificate"],
};

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection: nothing listens there",
  ENOTFOUND: "has a name that can't be resolved",
  EAI_AGAIN: "has a name that can't be resolved at present",
  EHOSTUNREACH: "can't be reached: it has no route from here",
  ENETUNREACH: "can't be reached: this computer has no network",
  ETIMEDOUT: "didn't answer",
};

/**
 * Connects to an endpoint, over TLS if it has TLS, and checks the host's certificate.
 *
 * @throws {@link ExchangeFailure} when the connection fails or the certificate isn't trusted; nothing was sent then.
 */
export function openSocket(endpoint: Endpoint, abortSignal?: AbortSignal): Promise<Socket> {
  const { host, port, isHttps, connectTimeoutMs = 20_000 } = endpoint;
  return new Promise((resolve, reject) => {
    if (abortSignal?.aborted) return reject(abortSignal.reason);
    const socket = isHttps ? connectTls(tlsOptions(endpoint)) : connectPlain({ host, port });
    socket.setNoDelay(true);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      abortSignal?.removeEventListener("abort", aborted);
      socket.removeListener("error", failed);
      socket.removeListener("close", closed);
      settle();
    };
    const fail = (reason: unknown) =>
      end(() => {
        socket.on("error", () => {});
        socket.destroy();
        reject(reason);
      });
    const failed = (error: NodeJS.ErrnoException) => fail(openingFailure(error, endpoint));
    const closed = () => fail(openingFailure({ code: "ECONNRESET" }, endpoint));
    const aborted = () => fail(abortSignal?.reason);
    const timer = setTimeout(() => fail(openingFailure({ code: "ETIMEDOUT" }, endpoint)), connectTimeoutMs);
    abortSignal?.addEventListener("abort", aborted);
    socket.on("error", failed);
    socket.on("close", closed);
    socket.once(isHttps ? "secureConnect" : "connect", () => {
      const stranger = isHttps ? fingerprintProblem(socket as TLSSocket, endpoint) : undefined;
      if (stranger) fail(stranger);
      else end(() => resolve(socket));
    });
  });
}

/** The host's certificate in DER; without TLS there is none. */
export function hostCertificate(socket: Socket): Buffer | undefined {
  return "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate().raw : undefined;
}

function tlsOptions({ host, port, ca, fingerprint, clientCertificate }: Endpoint): object {
  const isName = !/^[\d.]+$|:/.test(host);
  return {
    host,
    port,
    ...(isName && { servername: host }),
    ...(ca !== undefined && { ca }),
    // over TLS 1.3, Windows asks for the certificate after the handshake, and Node doesn't answer that
    ...(clientCertificate && {
      cert: clientCertificate.certificate,
      key: clientCertificate.key,
      maxVersion: "TLSv1.2",
    }),
    // a pinned certificate is compared by itself; its issuer and its names don't count
    rejectUnauthorized: fingerprint === undefined,
  };
}

function fingerprintProblem(socket: TLSSocket, { fingerprint }: Endpoint): ExchangeFailure | undefined {
  const found = socket.getPeerCertificate().fingerprint256 ?? "none";
  const digits = (text: string) => text.replaceAll(/[^0-9a-f]/gi, "").toUpperCase();
  if (fingerprint === undefined || digits(found) === digits(fingerprint)) return undefined;
  return new ExchangeFailure(
    "untrusted",
    `the host's certificate has the fingerprint ${found}, which isn't the pinned one`,
    {
      sent: false,
      remedy:
        "If the certificate was renewed, check it on the host and pin the new fingerprint; if it wasn't, another machine may be answering in the host's place",
    },
  );
}

function openingFailure(
  error: { readonly code?: string | undefined; readonly message?: string },
  endpoint: Endpoint,
): ExchangeFailure {
  const { code = "" } = error;
  const text = endpointText(endpoint);
  // the error itself holds the whole certificate
  const options = { sent: false, cause: new Error(error.message ?? code) };
  const [problem, remedy] = certificateProblems[code] ?? [];
  if (problem !== undefined) {
    return new ExchangeFailure("untrusted", `${problem} (${code})`, {
      ...options,
      ...(remedy !== undefined && { remedy }),
    });
  }
  if (unreachable[code] !== undefined)
    return new ExchangeFailure("unreachable", `${text} ${unreachable[code]} (${code})`, options);
  // no TLS alert, but something that isn't TLS
  const isNotTls =
    code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "EPROTO" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG";
  if (endpoint.isHttps && isNotTls) {
    return new ExchangeFailure(
      "wrongProtocol",
      `${text} doesn't speak TLS; it may be the port for HTTP (${code})`,
      options,
    );
  }
  if (endpoint.isHttps && code === "ECONNRESET") {
    return new ExchangeFailure("wrongProtocol", `${text} closed the connection during the TLS handshake (${code})`, {
      ...options,
      remedy:
        "Check that the port is the one for HTTPS, that its listener has a certificate, and that a client certificate is accepted if you use one",
    });
  }
  if (code.startsWith("ERR_SSL"))
    return new ExchangeFailure("untrusted", `the TLS handshake with ${text} failed (${code})`, options);
  return new ExchangeFailure("unreachable", `${text} can't be reached (${code || error.message})`, options);
}
