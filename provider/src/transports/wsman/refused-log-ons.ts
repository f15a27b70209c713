import { createHash } from "node:crypto";
import { type Credentials, type Endpoint, endpointText } from "./endpoint";
import type { ExchangeFailure } from "./failures";

/** What hosts refused in this process, by a digest of host, account and password. */
const refused = new Map<string, ExchangeFailure>();

/** Takes note of a refused log-on, so that no session of this process repeats it: repeating a wrong password locks accounts. */
export function rememberRefusal(endpoint: Endpoint, credentials: Credentials, failure: ExchangeFailure): void {
  refused.set(digest(endpoint, credentials), failure);
}

/** @throws {@link ExchangeFailure} when the host has refused these credentials before. */
export function requireNotRefused(endpoint: Endpoint, credentials: Credentials): void {
  const failure = refused.get(digest(endpoint, credentials));
  if (failure) throw failure;
}

function digest(endpoint: Endpoint, credentials: Credentials): string {
  const { clientCertificate } = endpoint;
  return createHash("sha256")
    .update(JSON.stringify([endpointText(endpoint), credentials, clientCertificate?.certificate]))
    .digest("hex");
}
