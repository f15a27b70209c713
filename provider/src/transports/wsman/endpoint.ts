/** A client's certificate and its key, in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Where a host's WinRM service is, and how it is trusted. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isHttps: boolean;
  /** Certificates of authorities in PEM, in place of those that the system trusts. */
  readonly ca?: string | undefined;
  /** The SHA-256 fingerprint of the only certificate that is trusted. */
  readonly fingerprint?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** How long a connection may take to open, in milliseconds; 20 000 without a value. */
  readonly connectTimeoutMs?: number;
}

/** How the client proves who it is. */
export type Credentials =
  | { readonly method: "ntlm" | "basic"; readonly userName: string; readonly password: string }
  | { readonly method: "certificate" };

/** What a session needs to know. */
export interface WsmanTransportOptions {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  /** `root\virtualization\v2`, or what a cluster has in its place. */
  readonly namespace: string;
  /** How long the host may work on one request, in seconds; 60 without a value, the most that hosts allow. */
  readonly operationTimeoutSeconds?: number;
  /** How much longer than the host we wait, in milliseconds; 10 000 without a value. The host's own word is worth more. */
  readonly networkMarginMs?: number;
  /** Lets time pass until a busy host is asked again; tests bring their own. */
  readonly pause?: (milliseconds: number, abortSignal?: AbortSignal) => Promise<void>;
}

/** The endpoint for messages. */
export function endpointText({ host, port, isHttps }: Endpoint): string {
  return `${isHttps ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The address that requests go to. */
export function serviceAddress(endpoint: Endpoint): string {
  return `${endpointText(endpoint)}/wsman`;
}
