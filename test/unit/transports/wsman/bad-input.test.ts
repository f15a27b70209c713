import { afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { HyperVError } from "../../../../provider/src/errors";
import {
  makeCertificate,
  type WsmanServer,
  type WsmanServerOptions,
} from "../../../../provider/src/simulator/serve/index";
import { SimulatedHost } from "../../../../provider/src/simulator/simulated-host";
import type { Endpoint, WsmanTransportOptions } from "../../../../provider/src/transports/wsman/endpoint";
import { openWsmanSession } from "../../../../provider/src/transports/wsman/wsman-session";
import { httpAnswer, RawAnswers } from "../../../support/raw-answers";
import { webTierSeed } from "../../../support/simulated-hosts";
import {
  serveHost,
  testAccount,
  testCertificate,
  type WsmanConnection,
  wsmanOptions,
} from "../../../support/wsman-hosts";

const soap = "application/soap+xml;charset=UTF-8";
const day = 86_400_000;
const host = SimulatedHost.inMemory({ seed: webTierSeed });

async function serve(connection: WsmanConnection, options: Partial<WsmanServerOptions> = {}): Promise<WsmanServer> {
  const server = await serveHost(() => host, connection, options);
  onTestFinished(() => server.stop());
  return server;
}

async function answerWith(answer: (request: string, number: number) => Buffer | string | undefined): Promise<number> {
  const server = await RawAnswers.start(answer);
  onTestFinished(() => server.stop());
  return server.port;
}

/** Opens a session that must not open. */
async function refusal(options: WsmanTransportOptions): Promise<HyperVError> {
  const opened = openWsmanSession(options).then(async (session) => {
    await session.close();
    throw new Error("it opened");
  });
  const error = await opened.catch((thrown: unknown) => thrown);
  if (!HyperVError.isInstance(error)) throw error;
  shown.push(error);
  return error;
}

const shown: HyperVError[] = [];

const to = (port: number, connection: WsmanConnection, endpoint: Partial<Endpoint> = {}) => {
  const options = wsmanOptions(port, connection);
  return { ...options, endpoint: { ...options.endpoint, ...endpoint } };
};

afterEach(() => {
  for (const error of shown.splice(0)) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      const text = `${cause.message} ${cause.stack} ${JSON.stringify(cause)}`;
      expect(text).not.toContain(testAccount.password);
      expect(text).not.toContain(Buffer.from(`${testAccount.userName}:${testAccount.password}`).toString("base64"));
    }
    expect(error.effect).toBe("none");
  }
});

describe("the log-on", () => {
  test.each(["plain", "sealed", "TLS"] as const)(
    "reports a wrong password without repeating it: %s",
    async (connection) => {
      const server = await serve(connection);
      const options = wsmanOptions(server.port, connection);
      const wrong = { ...options, credentials: { ...options.credentials, password: "wrong" } } as WsmanTransportOptions;
      const error = await refusal(wrong);
      expect(error).toMatchObject({ code: "AUTHENTICATION_FAILED" });
      expect(error.message).toContain("user name or password is wrong");
      const before = [server.logOns, server.requests];
      expect(await refusal(wrong)).toMatchObject({ code: "AUTHENTICATION_FAILED" });
      expect([server.logOns, server.requests]).toEqual(before);
    },
  );

  test("lists what a listener without NTLM offers", async () => {
    const error = await refusal(to((await serve("plain")).port, "sealed"));
    expect(error.message).toContain("doesn't offer NTLM; it offers Basic");
    expect(error.message).toContain('winrm set winrm/config/service/auth @{Negotiate="true"}');
  });

  test("lists what a listener without Basic offers", async () => {
    const error = await refusal(to((await serve("sealed")).port, "plain"));
    expect(error.message).toContain("doesn't offer Basic; it offers Negotiate");
  });

  test("refuses an answer to the log-on that isn't NTLM", async () => {
    const port = await answerWith(() => httpAnswer(401, "text/plain", "", "WWW-Authenticate: Negotiate AAAA\r\n"));
    expect(await refusal(to(port, "sealed"))).toMatchObject({ code: "PROTOCOL" });
  });
});

describe("TLS", () => {
  const certificate = (content: Partial<Parameters<typeof makeCertificate>[0]>) =>
    makeCertificate({
      name: "localhost",
      hosts: ["127.0.0.1"],
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() + day),
      ...content,
    });

  test.each([
    ["an expired certificate", { notAfter: new Date(Date.now() - day) }, "has expired"],
    ["a certificate that isn't valid yet", { notBefore: new Date(Date.now() + day / 2) }, "isn't valid yet"],
    ["a certificate for another name", { hosts: ["hv02.example"] }, "is for another name"],
  ])("reports %s", async (_, content, answer) => {
    const tls = certificate(content);
    const server = await serve("TLS", { tls });
    const error = await refusal(to(server.port, "TLS", { ca: tls.certificate }));
    expect(error).toMatchObject({ code: "CONNECTION_FAILED" });
    expect(error.message).toContain(answer);
    expect(server.logOns).toBe(0);
  });

  test("reports an untrusted certificate", async () => {
    const error = await refusal(to((await serve("TLS")).port, "TLS", { ca: certificate({}).certificate }));
    expect(error.message).toContain("self-signed");
    expect(error.message).toContain("hyperv-snapshots:caFile");
  });

  test("reports a certificate that isn't the pinned one, and accepts the pinned one despite other problems", async () => {
    const tls = certificate({ notAfter: new Date(Date.now() - day), hosts: ["elsewhere"] });
    const server = await serve("TLS", { tls });
    const wrong = await refusal(to(server.port, "TLS", { fingerprint: "00".repeat(32) }));
    expect(wrong.message).toContain("isn't the pinned one");
    const [, fingerprint = ""] = /fingerprint ([0-9A-F:]+)/.exec(wrong.message) ?? [];
    const session = await openWsmanSession(to(server.port, "TLS", { fingerprint }));
    expect(session.hostName).toBe("HV-TEST");
    await session.close();
  });

  test("reports HTTP on the port for HTTPS", async () => {
    const error = await refusal(to((await serve("sealed")).port, "TLS"));
    expect(error.message).toContain("doesn't speak TLS; it may be the port for HTTP");
  });

  test("reports HTTPS on the port for HTTP", async () => {
    const error = await refusal(to((await serve("TLS")).port, "sealed"));
    expect(error.message).toMatch(/may be the port for HTTPS|isn't HTTP/);
  });

  test("accepts a mapped client certificate as the log-on, and reports an unmapped one", async () => {
    const authority = certificate({ name: "authority", isAuthority: true });
    const mine = certificate({ name: "operator", issuer: authority });
    const strange = certificate({ name: "stranger" });
    const tls = { ...testCertificate(), clientAuthority: authority.certificate };
    const server = await serve("TLS", { tls, authentications: ["certificate"] });
    const as = (client: typeof mine): WsmanTransportOptions => ({
      ...to(server.port, "TLS", { clientCertificate: client }),
      credentials: { method: "certificate" },
    });
    const session = await openWsmanSession(as(mine));
    expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
    await session.close();
    const error = await refusal(as(strange));
    expect(error.message).toContain("refused the client's certificate");
  });
});

describe("a server that isn't WinRM", () => {
  let closedPort: number;

  beforeAll(async () => {
    const server = await RawAnswers.start(() => undefined);
    closedPort = server.port;
    await server.stop();
  });

  test.each(["plain", "sealed", "TLS"] as const)("is reported as a closed port: %s", async (connection) => {
    const error = await refusal(to(closedPort, connection));
    expect(error).toMatchObject({ code: "CONNECTION_FAILED" });
    expect(error.message).toContain("refused the connection");
    expect(error.message).toContain("Enable-PSRemoting");
  });

  test("is reported if its name can't be resolved", async () => {
    const error = await refusal(to(1, "plain", { host: "no-such-host.invalid" }));
    expect(error.message).toContain("can't be resolved");
  });

  test("is reported if it accepts connections and never responds", async () => {
    const port = await answerWith(() => "");
    const error = await refusal({ ...to(port, "plain"), networkMarginMs: 50, operationTimeoutSeconds: 0 });
    expect(error).toMatchObject({ code: "TRANSPORT_TIMEOUT" });
  });

  test.each([
    ["a proxy's page", 200, "text/html", "<html>Sign in</html>", "Via: 1.1 proxy\r\n", "A proxy answered"],
    ["a page that isn't there", 404, "text/html", "<html>Not found</html>", "", "Nothing serves /wsman there"],
    [
      "a page of success",
      200,
      "text/html; charset=utf-8",
      "<html/>",
      "",
      "answered HTTP 200, text/html and not an envelope",
    ],
    ["XML that isn't an envelope", 200, soap, "<html/>", "", "not a SOAP envelope"],
    ["an envelope that is cut short", 200, soap, "<s:Envelope", "", "can't be read"],
    ["an answer with a DOCTYPE", 200, soap, '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x"><x/>', "", "DOCTYPE"],
    ["bytes that aren't UTF-8", 200, soap, Buffer.from([0x3c, 0xff, 0xfe]), "", "isn't UTF-8"],
    ["another charset", 200, "application/soap+xml;charset=shift_jis", "<x/>", "", "charset is shift_jis"],
  ])("reports %s", async (_, status, type, body, headers, answer) => {
    const port = await answerWith(() => httpAnswer(status, type, body, headers));
    const error = await refusal(to(port, "plain"));
    expect(error).toMatchObject({ code: "PROTOCOL" });
    expect(error.message).toContain(answer);
  });

  test("is reported if it responds to another message", async () => {
    const other = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><a:RelatesTo xmlns:a="urn:a">uuid:1</a:RelatesTo></s:Header><s:Body/></s:Envelope>`;
    const error = await refusal(to(await answerWith(() => httpAnswer(200, soap, other)), "plain"));
    expect(error.message).toContain("answers another message (uuid:1 instead of uuid:");
  });

  test("is refused if it sends an unsealed response over a sealed connection", async () => {
    const server = await serve("sealed");
    const session = await openWsmanSession(to(server.port, "sealed"));
    server.sealsAnswers = false;
    const error = await session.query("SELECT * FROM Msvm_ConcreteJob").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "PROTOCOL", effect: "none" });
    expect(String(error)).toContain("isn't sealed");
    await session.close();
  });
});

describe("faults", () => {
  const open = async (connection: WsmanConnection, options: Partial<WsmanServerOptions> = {}) => {
    const server = await serve(connection, options);
    const session = await openWsmanSession(to(server.port, connection));
    onTestFinished(() => session.close());
    return session;
  };

  test("are recognized by their number, also in Japanese", async () => {
    const japanese = SimulatedHost.inMemory({ seed: webTierSeed });
    japanese.setOption("language", "Japanese");
    const session = await open("sealed", { host: () => japanese });
    const error = await session.query("SELECT nonsense").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CIM_FAILED", hresult: 0x80041017 });
    expect(String(error)).toContain("要求を処理できません");
  });

  test("report a response over the host's limit, with the setting that raises it", async () => {
    const large = SimulatedHost.inMemory({ seed: { machines: [{ name: "x".repeat(600 * 1024) }] } });
    const session = await open("plain", { host: () => large, maxEnvelopeBytes: 500 * 1024 });
    const error = await session.query("SELECT * FROM Msvm_ComputerSystem").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ hresult: 0x80338048, effect: "none" });
    expect(String(error)).toContain("MaxEnvelopeSizekb");
  });

  test("report a request over the host's limit, which may not have run", async () => {
    const session = await open("plain", { maxEnvelopeBytes: 500 * 1024 });
    const [service] = await session.query("SELECT * FROM Msvm_CollectionSnapshotService");
    if (!service) throw new Error("there is no service");
    const parameters = { SnapshotSettings: "x".repeat(600 * 1024), SnapshotType: 1 };
    const error = await session
      .invokeMethod(service.path, "CreateSnapshot", parameters)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ hresult: 0x80338047 });
    expect(String(error)).toContain("MaxEnvelopeSizekb");
  });
});
