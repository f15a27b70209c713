import type { PeerCertificate, TLSSocket } from "node:tls";
import { AccessDeniedError, CimError } from "../../errors";
import { bad, doubtful, type Finding, failure, fine } from "../../finding";
import { Hresult } from "../../schema/hresults";
import { ClassName } from "../../schema/names";
import { type Endpoint, endpointText, type WsmanTransportOptions } from "./endpoint";
import { ExchangeFailure, exchangeError } from "./failures";
import { openSocket } from "./socket";
import { openWsmanSession } from "./wsman-session";

const tries = {
  reachable: "WinRM's port",
  certificate: "TLS certificate",
  logOn: "log-on",
  namespace: "namespace for the account",
} as const;

const soon = 30 * 86_400_000;

/** Tries the connection step by step, for people who look for what is wrong with it. */
export async function* examineWsman(options: WsmanTransportOptions): AsyncGenerator<Finding> {
  const { endpoint, credentials, namespace } = options;
  try {
    const plain = { host: endpoint.host, port: endpoint.port, isHttps: false };
    (await openSocket(plain)).destroy();
  } catch (error) {
    yield found(tries.reachable, error);
    return;
  }
  yield fine(tries.reachable, `${endpoint.host}:${endpoint.port} is open`);
  if (endpoint.isHttps) {
    const finding = await certificateFinding(endpoint);
    yield finding;
    if (finding.status === "failed") return;
  }
  let session: Awaited<ReturnType<typeof openWsmanSession>>;
  try {
    session = await openWsmanSession(options);
  } catch (error) {
    // the first query comes after the log-on
    const isPastLogOn = CimError.isInstance(error);
    if (isPastLogOn) yield logOnFinding(options);
    yield isPastLogOn ? namespaceFinding(error, endpoint.host, namespace) : found(tries.logOn, error);
    return;
  }
  try {
    yield logOnFinding({ endpoint, credentials, namespace });
    await session.query(`SELECT * FROM ${ClassName.virtualSystemManagementService}`);
  } catch (error) {
    yield namespaceFinding(error, endpoint.host, namespace);
  } finally {
    await session.close();
  }
}

function logOnFinding({ endpoint, credentials }: WsmanTransportOptions): Finding {
  const how = {
    basic: endpoint.isHttps ? "Basic inside TLS" : "Basic, in plain text",
    certificate: "the client's certificate",
    ntlm: endpoint.isHttps ? "NTLM, bound to the TLS connection" : "NTLM, every message sealed",
  } as const;
  return fine(tries.logOn, `accepted at ${endpointText(endpoint)} (${how[credentials.method]})`);
}

async function certificateFinding(endpoint: Endpoint): Promise<Finding> {
  try {
    const socket = (await openSocket(endpoint)) as TLSSocket;
    const { subject, issuer, valid_to: end, fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    const certificate = `${text(subject)}, issued by ${text(issuer)}, valid to ${new Date(end).toISOString().slice(0, 10)}, SHA-256 ${fingerprint256}`;
    if (endpoint.fingerprint !== undefined) return fine(tries.certificate, `the pinned one: ${certificate}`);
    return Date.parse(end) - Date.now() < soon
      ? doubtful(tries.certificate, `it expires soon: ${certificate}`, "Renew it on the host")
      : fine(tries.certificate, certificate);
  } catch (error) {
    const finding = found(tries.certificate, error);
    const shown = await fingerprintOf(endpoint);
    if (shown === undefined) return finding;
    return {
      ...finding,
      remedy: `${finding.remedy}. The certificate's SHA-256 fingerprint is ${shown}: compare it on the host before you pin it`,
    };
  }
}

const text = ({ CN }: PeerCertificate["subject"]) => (Array.isArray(CN) ? CN.join(", ") : (CN ?? "an unnamed issuer"));

/** The fingerprint of whatever certificate the host shows; nothing is asked over such a connection. */
async function fingerprintOf(endpoint: Endpoint): Promise<string | undefined> {
  try {
    await openSocket({ ...endpoint, fingerprint: "" });
    return undefined;
  } catch (error) {
    return error instanceof ExchangeFailure && error.kind === "untrusted"
      ? /fingerprint ([0-9A-F:]{95})/.exec(error.message)?.[1]
      : undefined;
  }
}

function namespaceFinding(error: unknown, host: string, namespace: string): Finding {
  if (CimError.isInstance(error) && error.hresult === Hresult.WBEM_E_INVALID_NAMESPACE) {
    return bad(
      tries.namespace,
      error.parts.answer,
      `On ${host}, install Hyper-V (Install-WindowsFeature Hyper-V -IncludeManagementTools), or correct hyperv-snapshots:namespace (${namespace})`,
    );
  }
  if (!AccessDeniedError.isInstance(error)) return found(tries.namespace, error);
  return bad(
    tries.namespace,
    error.parts.answer,
    `On ${host}, let the account join Remote Management Users (Add-LocalGroupMember -SID S-1-5-32-580 -Member ACCOUNT) and Hyper-V Administrators (Add-LocalGroupMember -SID S-1-5-32-578 -Member ACCOUNT), and give it Enable Account and Remote Enable on ${namespace} (wmimgmt.msc: WMI Control, Properties, Security)`,
  );
}

function found(what: string, error: unknown): Finding {
  const context = { attempted: "Examining the connection", target: "the host", changes: false };
  return failure(what, error instanceof ExchangeFailure ? exchangeError(error, context) : error);
}
