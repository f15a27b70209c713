import type { CimSession } from "../../provider/src/cim/cim-session";
import { makeCertificate, WsmanServer, type WsmanServerOptions } from "../../provider/src/simulator/serve/index";
import type { SimulatedHost } from "../../provider/src/simulator/simulated-host";
import type { Credentials, WsmanTransportOptions } from "../../provider/src/transports/wsman/endpoint";
import { openWsmanSession } from "../../provider/src/transports/wsman/wsman-session";

const day = 86_400_000;

/** The account that the servers of tests let in. The password has what encodings get wrong. */
export const testAccount = { userName: "hv-operator", password: "Secr3t!pä:漢" } as const;

/** A certificate for 127.0.0.1 and localhost, made when it is first asked for. */
export function testCertificate(): ReturnType<typeof makeCertificate> {
  certificate ??= makeCertificate({
    name: "localhost",
    hosts: ["localhost", "127.0.0.1"],
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
  });
  return certificate;
}

let certificate: ReturnType<typeof makeCertificate> | undefined;

/** The ways to reach a served host that every behaviour is tested over. */
export const wsmanConnections = ["plain", "sealed", "TLS"] as const;

/** One of {@link wsmanConnections}. */
export type WsmanConnection = (typeof wsmanConnections)[number];

/** Serves a host so that it is reached in one of the ways. */
export function serveHost(
  host: () => SimulatedHost,
  connection: WsmanConnection,
  options: Partial<WsmanServerOptions> = {},
): Promise<WsmanServer> {
  return WsmanServer.start({
    host,
    address: "127.0.0.1",
    port: 0,
    accounts: { [testAccount.userName]: testAccount.password },
    authentications: connection === "plain" ? ["basic"] : ["negotiate"],
    allowUnencrypted: connection === "plain",
    maxEnvelopeBytes: 8 * 1024 * 1024,
    ...(connection === "TLS" && { tls: testCertificate(), requiresBinding: true }),
    ...options,
  });
}

/** What a session needs to reach a served host. */
export function wsmanOptions(
  port: number,
  connection: WsmanConnection,
  options: Partial<WsmanTransportOptions> = {},
): WsmanTransportOptions {
  const isHttps = connection === "TLS";
  const credentials: Credentials = { method: connection === "plain" ? "basic" : "ntlm", ...testAccount };
  return {
    endpoint: { host: "127.0.0.1", port, isHttps, ...(isHttps && { ca: testCertificate().certificate }) },
    credentials,
    namespace: "root\\virtualization\\v2",
    pause: async () => {},
    ...options,
  };
}

/** Opens a session to a served host. */
export function openServed(
  port: number,
  connection: WsmanConnection,
  options: Partial<WsmanTransportOptions> = {},
): Promise<CimSession> {
  return openWsmanSession(wsmanOptions(port, connection, options));
}
